/** Text in lines that fit a terminal: words are never cut, and what goes on is indented. */

/** Wraps one line; what does not fit stands below, under its text.
 *  @param width columns; a word that is longer has a line of its own */
export function wrap(text: string, width: number, hanging = indentOf(text)): string[] {
  if (text.length <= width) return [text.trimEnd()];
  const indent = indentOf(text);
  const lines: string[] = [];
  let line = " ".repeat(indent);
  for (const word of text.trim().split(/ +/)) {
    const isEmpty = line.trim() === "";
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(hanging) + word;
    } else line = isEmpty ? line + word : `${line} ${word}`;
  }
  return [...lines, line.trimEnd()];
}

/** Each line of a screen, wrapped; those that begin a list keep their text in one column. */
export function wrapAll(lines: readonly string[], width: number): string[] {
  return lines.flatMap((line) => wrap(line, width, indentOf(line) + (/^ *(-|\d+\.) /.test(line) ? 2 : 0)));
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}
