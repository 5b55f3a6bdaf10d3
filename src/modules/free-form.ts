/** Ansible's free form: the text behind a module's name. Its `key=value` words were taken out when it was read. */

/** Words as a shell would split them: quotes and backslashes honoured and taken away, nothing expanded.
 *  @throws Error when a quote is left open. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (letter === "'" || letter === '"') {
      const [inner, end] = quoted(text, at);
      word = (word ?? "") + inner;
      at = end;
    } else if (letter === "\\") {
      if (at + 1 >= text.length) throw new Error("No escaped character");
      word = (word ?? "") + text[++at];
    } else word = (word ?? "") + letter;
  }
  if (word !== null) words.push(word);
  return words;
}

/** The text between the quotes that open at `start`, and where they close. In double quotes `\"` and `\\` are escapes. */
function quoted(text: string, start: number): [string, number] {
  const mark = text[start];
  let inner = "";
  for (let at = start + 1; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (letter === mark) return [inner, at];
    if (mark === '"' && letter === "\\" && /["\\]/.test(text[at + 1] ?? "")) inner += text[++at];
    else inner += letter;
  }
  throw new Error("No closing quotation");
}
