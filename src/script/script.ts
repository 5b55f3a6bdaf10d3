/**
 * POSIX shell scripts as values, and the one function that quotes what enters them.
 *
 * Must: every value that enters a script passes `quote`; the `sh` tag does it, so there is nothing to forget.
 */

/** A piece of POSIX sh. Only `sh`, `raw` and `join` make one. */
export interface Script {
  readonly text: string;
}

/** What can stand in a `${}` of `sh`: text and numbers are quoted, scripts go in as they are, lists are both with spaces between. */
export type Part = string | number | bigint | Script | readonly (string | number | Script)[];

/** Builds a script; every `${}` is quoted unless it is a script itself. Common indentation is kept as written. */
export function sh(strings: TemplateStringsArray, ...parts: readonly Part[]): Script {
  let text = strings[0] ?? "";
  parts.forEach((part, index) => {
    text += render(part) + (strings[index + 1] ?? "");
  });
  return { text };
}

/** A script from text that is already sh: for what a user wrote as a command, never for a value. */
export function raw(text: string): Script {
  return { text };
}

/** Scripts one after the other, a line each. */
export function join(scripts: readonly Script[], separator = "\n"): Script {
  return { text: scripts.map((script) => script.text).join(separator) };
}

/** One word for the shell: the bare text where it is harmless, else in single quotes.
 *  @throws Error when the text holds a NUL byte, which no argument can. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new Error("Cannot quote a NUL byte for the shell");
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function render(part: Part): string {
  if (typeof part === "string") return quote(part);
  if (typeof part === "number" || typeof part === "bigint") return quote(String(part));
  if ("text" in part) return part.text;
  return part.map((each) => render(each)).join(" ");
}
