/** Ansible's free form: the text behind a module's name, with `key=value` words among it. */

/** A free form taken apart: its own text, and the options found in it. */
export interface FreeForm {
  readonly text: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Takes the words `name=value` for the given names out of the text; everything else stays as it was written. */
export function splitFreeForm(text: string, names: ReadonlySet<string>): FreeForm {
  const options: Record<string, string> = {};
  let rest = "";
  for (const piece of pieces(text)) {
    const [, name = "", value = ""] = /^([a-z_]+)=([\s\S]*)$/.exec(piece) ?? [];
    if (names.has(name)) options[name] = unquote(value);
    else rest += piece;
  }
  return { text: rest.trim(), options };
}

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

/** The text in pieces, alternately words (quotes kept) and the blanks between them. */
function pieces(text: string): string[] {
  return text.match(/\s+|(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*'|["'\\])+/g) ?? [];
}

function unquote(value: string): string {
  const [, , inner] = /^(["'])([\s\S]*)\1$/.exec(value) ?? [];
  return inner ?? value;
}
