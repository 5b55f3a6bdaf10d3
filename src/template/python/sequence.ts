/** Python's iteration, length, indexes and slices. */

import {
  Dict,
  isInt,
  isList,
  type Key,
  LenientUndefined,
  Tuple,
  Undefined,
  Unsafe,
  type Value,
} from "../values.ts";
import { orElse } from "./absent.ts";
import { templateError, undefinedError } from "./failure.ts";
import { isObject } from "./py-object.ts";
import { typeName } from "./text.ts";

const surrogate = /[\ud800-\udfff]/;

/** Text as Python counts it: code points, not UTF-16 units. */
export function characters(text: string): string[] {
  return surrogate.test(text) ? Array.from(text) : text.split("");
}

/** What a `for` over the value visits, or undefined when it can't be iterated. */
export function tryIterate(value: Value): readonly Value[] | undefined {
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (value instanceof Dict) return value.keys();
  if (typeof value === "string") return characters(value);
  if (value instanceof Unsafe) return characters(value.text);
  if (value instanceof LenientUndefined) return [];
  if (value instanceof Undefined) throw undefinedError(value);
  return isObject(value) ? value.items() : undefined;
}

export function iterate(value: Value): readonly Value[] {
  const items = tryIterate(value);
  if (!items) throw templateError(`'${typeName(value)}' object is not iterable`);
  return items;
}

/** Python's `len`. */
export function lengthOf(value: Value): number {
  if (typeof value === "string" && !surrogate.test(value)) return value.length;
  if (value instanceof Dict) return value.size;
  const items = tryIterate(value);
  if (!items) throw templateError(`object of type '${typeName(value)}' has no len()`);
  return items.length;
}

/** `value[key]` for dicts and sequences; undefined when there is no such element. */
export function element(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return isHashable(key) ? value.get(key) : undefined;
  if (isObject(value))
    return orElse(value.element(key), () => (typeof key === "number" ? value.items()?.at(key) : undefined));
  const index = typeof key === "boolean" ? Number(key) : key;
  if (!isInt(index)) return undefined;
  const items = isSequence(value) ? tryIterate(value) : undefined;
  return items?.at(Number(index));
}

export function slice(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) throw undefinedError(value);
  if (!isSequence(value)) throw templateError(`'${typeName(value)}' object is not subscriptable by a slice`);
  const picked = pick(iterate(value), bound(start), bound(stop), bound(step) ?? 1);
  if (typeof value === "string" || value instanceof Unsafe) return picked.join("");
  return value instanceof Tuple ? new Tuple(picked) : picked;
}

function isSequence(value: Value): boolean {
  return (
    typeof value === "string" ||
    isList(value) ||
    value instanceof Tuple ||
    value instanceof Unsafe ||
    isObject(value)
  );
}

function isHashable(key: Value): key is Key {
  return !isList(key) && !(key instanceof Dict) && !(key instanceof Undefined) && !isObject(key);
}

function bound(value: Value): number | undefined {
  if (value === null) return undefined;
  if (typeof value === "boolean" || isInt(value)) return Number(value);
  if (value instanceof Undefined) throw undefinedError(value);
  throw templateError("slice indices must be integers or None or have an __index__ method");
}

function pick(
  items: readonly Value[],
  start: number | undefined,
  stop: number | undefined,
  step: number,
): Value[] {
  if (step === 0) throw templateError("slice step cannot be zero");
  const size = items.length;
  const lowest = step < 0 ? -1 : 0;
  const highest = step < 0 ? size - 1 : size;
  const clamp = (index: number) => Math.max(lowest, Math.min(highest, index < 0 ? index + size : index));
  const first = start === undefined ? (step < 0 ? highest : 0) : clamp(start);
  const last = stop === undefined ? (step < 0 ? -1 : size) : clamp(stop);
  const picked: Value[] = [];
  for (let at = first; step > 0 ? at < last : at > last; at += step) picked.push(items[at] as Value);
  return picked;
}
