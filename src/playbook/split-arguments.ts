/** `key=value` words behind a module's name. Quotes keep blanks together, and so do templates. */

/** One word as it was written: `name` is there when it is `name=value`. */
export interface Argument {
  readonly text: string;
  readonly name?: string;
  readonly value?: string;
}

/** Words and the blanks between them, in order; joined again they give the text. @throws Error when a quote stays open */
export function splitArguments(text: string): Argument[] {
  return pieces(text).map((piece) => {
    const [, name, value] = /^([^\s=\\'"{]+?)=([\s\S]*)$/.exec(piece) ?? [];
    return name === undefined || value === undefined
      ? { text: piece }
      : { text: piece, name, value: unquote(value) };
  });
}

function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = "";
  const push = () => {
    if (piece !== "") found.push(piece);
    piece = "";
  };
  for (let at = 0; at < text.length; ) {
    const end = tokenEnd(text, at);
    const token = text.slice(at, end);
    if (/^\s/.test(token)) {
      push();
      found.push(token);
    } else piece += token;
    at = end;
  }
  push();
  return found;
}

const brackets: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}" };

/** Where the blanks, template, quoted text, escape or letter at this position ends. */
function tokenEnd(text: string, at: number): number {
  const blanks = /^\s+/.exec(text.slice(at));
  if (blanks) return at + blanks[0].length;
  const close = brackets[text.slice(at, at + 2)];
  if (close) {
    const end = text.indexOf(close, at + 2);
    return end === -1 ? text.length : end + 2;
  }
  const letter = text[at] ?? "";
  if (letter === "\\") return Math.min(at + 2, text.length);
  return letter === "'" || letter === '"' ? quoteEnd(text, at, letter) : at + 1;
}

function quoteEnd(text: string, start: number, mark: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === mark) return at + 1;
  }
  throw new Error(`the quote ${mark} is not closed`);
}

function unquote(value: string): string {
  const [, , inner] = /^(["'])([\s\S]*)\1$/.exec(value) ?? [];
  return inner === undefined ? value : inner.replace(/\\(["'])/g, "$1");
}
