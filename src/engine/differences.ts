import type { Json } from "../journal/journal.ts";

/** What of two states differs, by name, the first few: `target.mode: 420, expected 384`. */
export function differences(expected: Json, actual: Json): string {
  const all = [...differing(expected, actual, "")];
  const more = all.length > shownAtMost ? `, and ${all.length - shownAtMost} more` : "";
  return `${all.slice(0, shownAtMost).join(", ")}${more}`;
}

const shownAtMost = 4;

function* differing(expected: Json | undefined, actual: Json | undefined, at: string): Generator<string> {
  if (isObject(expected) && isObject(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    for (const name of names)
      yield* differing(expected[name], actual[name], at === "" ? name : `${at}.${name}`);
  } else if (JSON.stringify(expected) !== JSON.stringify(actual))
    yield `${at === "" ? "it" : at} is ${shown(actual)}, expected ${shown(expected)}`;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}

function shown(value: Json | undefined): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
