/** Holding a masked value against one that is not: what was masked may be anything. */

import { mark } from "./known-texts.ts";

/** Whether anything in the JSON is masked. */
export function isMasked(value: unknown): boolean {
  if (typeof value === "string") return value.includes(mark);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, each]) => key.includes(mark) || isMasked(each));
}

/** Equal, but for what is masked in `expected`. */
export function equalButMasked(expected: unknown, actual: unknown): boolean {
  if (typeof expected === "string" && expected.includes(mark))
    return (typeof actual === "string" || typeof actual === "number") && fits(expected, String(actual));
  if (typeof expected !== "object" || expected === null) return Object.is(expected, actual);
  if (typeof actual !== "object" || actual === null || Array.isArray(expected) !== Array.isArray(actual))
    return false;
  const [mine, theirs] = [Object.entries(expected), actual as Record<string, unknown>];
  return (
    mine.length === Object.keys(theirs).length &&
    mine.every(([key, each]) => Object.hasOwn(theirs, key) && equalButMasked(each, theirs[key]))
  );
}

/** What stands between the marks stands in the other text, too, in that order. */
function fits(pattern: string, text: string): boolean {
  const pieces = pattern.split(mark);
  const [first = "", last = ""] = [pieces[0], pieces.at(-1)];
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

/** `actual`, masked wholly wherever `expected` holds anything masked: what the host says there now may be the secret. */
export function hiddenAlike(expected: unknown, actual: unknown): unknown {
  if (typeof expected === "string" && expected.includes(mark)) return mark;
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null)
    return actual;
  const pattern = expected as Record<string, unknown>;
  if (Array.isArray(actual)) return actual.map((each, at) => hiddenAlike(pattern[at], each));
  return Object.fromEntries(
    Object.entries(actual).map(([key, each]) => [key, hiddenAlike(pattern[key], each)]),
  );
}
