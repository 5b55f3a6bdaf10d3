/** A flag's value among a process's arguments, `--name=value` or `--name value`: the last one counts, "" when there is none. */
export function flagIn(words: readonly string[], name: string): string {
  let value = "";
  words.forEach((word, index) => {
    if (word === name) value = words[index + 1] ?? "";
    if (word.startsWith(`${name}=`)) value = word.slice(name.length + 1);
  });
  return value;
}
