/** How PyYAML writes a text: plain where it can, else in single quotes, else in double quotes; long ones folded. */

import { plainScalar } from "./plain-scalar.ts";

interface ScalarPlace {
  readonly column: number;
  /** Where a folded line goes on. */
  readonly indent: number;
  readonly width: number;
  readonly allowUnicode: boolean;
  readonly isKey: boolean;
  readonly inFlow: boolean;
}

export function scalarText(text: string, place: ScalarPlace): string {
  if (text === "") return "''";
  if (needsEscapes(text, place.allowUnicode)) return doubleQuoted(text, place);
  if (canBePlain(text, place)) return folded(text, place, false);
  if (canBeSingle(text, place)) return `'${folded(text.replaceAll("'", "''"), place, true)}'`;
  return doubleQuoted(text, place);
}

function needsEscapes(text: string, allowUnicode: boolean): boolean {
  return (
    /[\u0000-\u0009\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ud800-\udfff]/.test(
      text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, allowUnicode ? "" : "\u0001"),
    ) ||
    (!allowUnicode && /[^\u0000-\u007e]/.test(text))
  );
}

function canBePlain(text: string, place: ScalarPlace): boolean {
  if (/^[\s]|[\s]$|[\n\u0085\u2028\u2029]/.test(text)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^(?:---|\.\.\.)/.test(text)) return false;
  if (/^[-?:](?:\s|$)/.test(text) || /:(?:\s|$)/.test(text) || /\s#/.test(text)) return false;
  if (place.inFlow && /[,?[\]{}]|^-$|:/.test(text)) return false;
  if (place.isKey && text.length > 128) return false;
  return typeof plainScalar(text) === "string" && !isTimestamp(text) && text !== "=" && text !== "<<";
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::?\d\d)?))?$/.test(
    text,
  );
}

/** Single quotes can't hold blanks beside a line break. */
function canBeSingle(text: string, place: ScalarPlace): boolean {
  if (/[ ]\n|\n[ ]|[\u0085\u2028\u2029]/.test(text)) return false;
  return !(place.isKey && text.includes("\n"));
}

/** Breaks at single blanks once a line is past the width; a line break in the text becomes two. */
function folded(text: string, place: ScalarPlace, isQuoted: boolean): string {
  if (place.isKey) return text;
  const pad = `\n${" ".repeat(place.indent)}`;
  let result = "";
  let column = place.column + (isQuoted ? 1 : 0);
  const parts = text.match(/\n+| +|[^ \n]+/g) ?? [];
  parts.forEach((part, index) => {
    const isEdge = index === 0 || index === parts.length - 1;
    if (part.startsWith("\n")) {
      result += part + pad;
      column = place.indent;
    } else if (part === " " && column > place.width && !isEdge) {
      result += pad;
      column = place.indent;
    } else {
      result += part;
      column += part.length;
    }
  });
  return result;
}

const letters: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u00a0": "\\_",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

/** Long lines go on after a backslash, as PyYAML breaks them. */
function doubleQuoted(text: string, place: ScalarPlace): string {
  const chars = Array.from(text);
  let result = '"';
  let column = place.column + 1;
  let pending = "";
  const flush = () => {
    result += pending;
    column += pending.length;
    pending = "";
  };
  chars.forEach((char, at) => {
    const piece = escapeOf(char, place.allowUnicode);
    const isSpecial = piece !== char;
    if (isSpecial) flush();
    pending += piece;
    if (isSpecial) flush();
    const isBreakable = at > 0 && at < chars.length - 1 && (char === " " || isSpecial);
    if (!place.isKey && isBreakable && column + pending.length > place.width) {
      if (char === " ") pending = pending.slice(0, -1);
      flush();
      const next = char === " " ? "\\ " : chars[at + 1] === " " ? "\\" : "";
      result += `\\\n${" ".repeat(place.indent)}${next}`;
      column = place.indent + next.length;
    }
  });
  flush();
  return `${result}"`;
}

function escapeOf(char: string, allowUnicode: boolean): string {
  const letter = letters[char];
  if (letter) return letter;
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x20 && code <= 0x7e) return char;
  if (allowUnicode && code >= 0xa0 && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff)) return char;
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return `\\U${code.toString(16).toUpperCase().padStart(8, "0")}`;
}
