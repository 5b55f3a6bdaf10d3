/** The words of an INI host line: split as a shell does, `#` starts a comment anywhere outside quotes. */

export interface LineWord {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/** @throws Error "No closing quotation" */
export function lineWords(line: string): LineWord[] {
  const words: LineWord[] = [];
  let open: { text: string; column: number } | undefined;
  const word = (column: number) => {
    open ??= { text: "", column };
    return open;
  };
  const close = () => {
    if (open) words.push(open);
    open = undefined;
  };
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (letter === "#") break;
    if (/\s/.test(letter)) close();
    else if (letter === "'" || letter === '"') {
      const [inner, end] = quoted(line, at);
      word(at + 1).text += inner;
      at = end;
    } else if (letter === "\\") word(at + 1).text += line[++at] ?? "";
    else word(at + 1).text += letter;
  }
  close();
  return words;
}

/** The text between the quotes that open at `start`, and where they close. */
function quoted(line: string, start: number): [string, number] {
  const mark = line[start];
  let inner = "";
  for (let at = start + 1; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (letter === mark) return [inner, at];
    if (mark === '"' && letter === "\\" && /["\\]/.test(line[at + 1] ?? "")) inner += line[++at];
    else inner += letter;
  }
  throw new Error("No closing quotation");
}
