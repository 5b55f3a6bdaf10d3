/** The escapes of Python's string literals. */

const escapes =
  /\\(?:\n|([\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g;
const letters: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** `a\tb` with its escapes applied; an unknown escape stays as it is written. */
export function unescapeText(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(escapes, (_whole, letter, octal, short, unicode, long) => {
    if (letter !== undefined) return letters[letter] ?? letter;
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const code = short ?? unicode ?? long;
    if (code === undefined) return "";
    const point = Number.parseInt(code, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  });
}
