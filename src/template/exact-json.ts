/**
 * Python's values as JSON and back again, nothing lost: for what a later process must go on with.
 *
 * What JSON has itself stands as it is. The rest is an object with one key that begins with `$`: `{"$float": "1.0"}`,
 * `{"$int": "9007199254740993"}`, `{"$tuple": [...]}`, `{"$unsafe": "text"}`, `{"$undefined": [name, reason]}`, and
 * `{"$dict": [[key, value], ...]}` for a dict that has other keys than text, or one that looks like these.
 */

import {
  Dict,
  Float,
  fromJson,
  isList,
  type Key,
  LenientUndefined,
  Tuple,
  Undefined,
  Unsafe,
  type Value,
} from "./values.ts";

export function toExactJson(value: Value): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number")
    return value;
  if (typeof value === "bigint") return { $int: String(value) };
  if (value instanceof Float) return floatJson(value.value);
  if (value instanceof Unsafe) return { $unsafe: value.text };
  if (value instanceof Undefined)
    return { [value instanceof LenientUndefined ? "$nothing" : "$undefined"]: [value.name, value.reason] };
  if (value instanceof Tuple) return { $tuple: value.items.map((item) => toExactJson(item)) };
  if (value instanceof Dict) return dictJson(value);
  // What lives only inside templates (`omit` among it) is nobody's data.
  return isList(value) ? value.map((item) => toExactJson(item)) : null;
}

/** JSON's own numbers cannot tell 1.0 from 1, and have no infinity. */
function floatJson(value: number): unknown {
  return Number.isFinite(value) && !Number.isInteger(value)
    ? value
    : { $float: Object.is(value, -0) ? "-0" : String(value) };
}

function dictJson(dict: Dict): unknown {
  const entries = dict.entries().map(([key, value]) => [key, toExactJson(value)] as const);
  const isPlain = entries.every(([key]) => typeof key === "string" && key !== "__proto__");
  const looksTagged = entries.length === 1 && String(entries[0]?.[0]).startsWith("$");
  if (isPlain && !looksTagged && keepsOrder(dict.keys())) return Object.fromEntries(entries);
  return { $dict: entries.map(([key, value]) => [toExactJson(key), value]) };
}

/** An object of JavaScript has keys that look like numbers first. */
function keepsOrder(keys: readonly Key[]): boolean {
  return !keys.some((key) => /^\d+$/.test(String(key)));
}

/** @param json what {@link toExactJson} made */
export function fromExactJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map((each) => fromExactJson(each));
  if (typeof json !== "object" || json === null) return fromJson(json);
  const entries = Object.entries(json);
  const [only] = entries;
  if (only && entries.length === 1 && only[0].startsWith("$")) return tagged(only[0], only[1]);
  return Dict.from(entries.map(([key, value]) => [key, fromExactJson(value)]));
}

function tagged(tag: string, content: unknown): Value {
  switch (tag) {
    case "$int":
      return BigInt(String(content));
    case "$float":
      return new Float(Number(content));
    case "$unsafe":
      return new Unsafe(String(content));
    case "$tuple":
      return new Tuple((content as unknown[]).map((each) => fromExactJson(each)));
    case "$undefined":
      return new Undefined(...(content as [string, string]));
    case "$nothing":
      return new LenientUndefined(...(content as [string, string]));
    case "$dict":
      return Dict.from(
        (content as [unknown, unknown][]).map(([key, value]) => [
          fromExactJson(key) as Key,
          fromExactJson(value),
        ]),
      );
    default:
      throw new Error(`no such tag: ${tag}`);
  }
}
