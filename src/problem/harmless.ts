/** The one place where text that came from elsewhere is made harmless for a terminal. */

/** Control characters (but for newline and tab) and those that turn the direction of writing, shown as `\x1b` and `\u202e`:
 *  a host cannot move the cursor, change the title, or have one word read as another. */
export function harmless(text: string): string {
  return text.replaceAll(unsafe, (c) => escaped(c));
}

/** JSON that a terminal can show: what JSON leaves bare of these is written as an escape of its own. */
export function harmlessJson(json: string): string {
  return json.replaceAll(unsafe, (c) => `\\u${hex(c, 4)}`);
}

const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function escaped(c: string): string {
  return c.charCodeAt(0) < 256 ? `\\x${hex(c, 2)}` : `\\u${hex(c, 4)}`;
}

function hex(c: string, width: number): string {
  return c.charCodeAt(0).toString(16).padStart(width, "0");
}
