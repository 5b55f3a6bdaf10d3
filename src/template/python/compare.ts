/** Python's truth, equality, order and membership. */

import {
  Dict,
  Float,
  isList,
  type Key,
  LenientUndefined,
  Tuple,
  Undefined,
  Unsafe,
  type Value,
} from "../values.ts";
import { templateError, undefinedError } from "./failure.ts";
import { isObject } from "./py-object.ts";
import { typeName } from "./text.ts";

/** Python's `bool(value)`. */
export function truthy(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value !== "";
  if (value === null) return false;
  if (typeof value === "number" || typeof value === "bigint") return Boolean(value);
  if (value instanceof Float) return value.value !== 0;
  if (isList(value)) return value.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Unsafe) return value.text !== "";
  if (value instanceof LenientUndefined) return false;
  if (value instanceof Undefined) throw undefinedError(value);
  return true;
}

/** Python's `a == b`: `1`, `1.0` and `True` are equal, `1` and `"1"` are not. */
export function equal(a: Value, b: Value): boolean {
  if (a instanceof Undefined) return undefinedEqual(a, b);
  if (b instanceof Undefined) return undefinedEqual(b, a);
  const left = asNumber(a);
  const right = asNumber(b);
  if (left !== undefined || right !== undefined)
    return left !== undefined && right !== undefined && sameNumber(left, right);
  if (a instanceof Unsafe) return equal(a.text, b);
  if (b instanceof Unsafe) return a === b.text;
  if (isList(a)) return isList(b) && sameItems(a, b);
  if (a instanceof Tuple) return b instanceof Tuple && sameItems(a.items, b.items);
  if (a instanceof Dict) return b instanceof Dict && sameDict(a, b);
  if (isObject(a) && isObject(b))
    return a === b || (isSortable(a) && isSortable(b) && a.order() === b.order());
  return a === b;
}

/** Objects that have an order: dates and spans of time. */
interface Sortable {
  order(): number;
}
function isSortable(value: unknown): value is Sortable {
  return isObject(value) && "order" in value;
}

/** Less than zero, zero or more, by Python's order; types that have none together are an error. */
export function compare(a: Value, b: Value, operator = "<"): number {
  const left = asNumber(a);
  const right = asNumber(b);
  if (left !== undefined && right !== undefined)
    return left < right ? -1 : left > right ? 1 : sameNumber(left, right) ? 0 : Number.NaN;
  if (a instanceof Unsafe) return compare(a.text, b, operator);
  if (b instanceof Unsafe) return compare(a, b.text, operator);
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (isList(a) && isList(b)) return compareItems(a, b, operator);
  if (a instanceof Tuple && b instanceof Tuple) return compareItems(a.items, b.items, operator);
  if (isSortable(a) && isSortable(b)) return a.order() - b.order();
  if (a instanceof Undefined) throw undefinedError(a);
  if (b instanceof Undefined) throw undefinedError(b);
  throw templateError(
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
}

/** Python's `item in container`. */
export function contains(container: Value, item: Value): boolean {
  if (container instanceof Unsafe) return contains(container.text, item);
  if (typeof container === "string") {
    const part = item instanceof Unsafe ? item.text : item;
    if (typeof part === "string") return container.includes(part);
    if (part instanceof Undefined) throw undefinedError(part);
    throw templateError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (isList(container)) return container.some((each) => equal(each, item));
  if (container instanceof Tuple) return container.items.some((each) => equal(each, item));
  if (container instanceof Dict) return container.has(asKey(item));
  if (container instanceof LenientUndefined) return false;
  if (container instanceof Undefined) throw undefinedError(container);
  const items = isObject(container) ? container.items() : undefined;
  if (items) return items.some((each) => equal(each, item));
  throw templateError(`argument of type '${typeName(container)}' is not iterable`);
}

/** The value as a dict's key; lists and dicts can't be one. */
export function asKey(value: Value): Key {
  if (value instanceof Undefined) throw undefinedError(value);
  if (value instanceof Unsafe) return value.text;
  if (value instanceof Tuple) return new Tuple(value.items.map((item) => asKey(item)));
  if (isList(value) || value instanceof Dict || isObject(value))
    throw templateError(`unhashable type: '${typeName(value)}'`);
  return value;
}

/** Numbers and booleans as JS numbers that `==` and `<` compare exactly; else undefined. */
function asNumber(value: Value): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Float) return value.value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return undefined;
}

function undefinedEqual(value: Undefined, other: Value): boolean {
  if (value instanceof LenientUndefined) return other instanceof LenientUndefined;
  throw undefinedError(value);
}

function sameItems(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index] as Value));
}

function sameDict(a: Dict, b: Dict): boolean {
  if (a.size !== b.size) return false;
  return a.entries().every(([key, value]) => {
    const other = b.get(key);
    return other !== undefined && equal(value, other);
  });
}

/** By code points, as Python does, not by UTF-16 units. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const surrogate = /[\ud800-\udfff]/;
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1;
  const left = Array.from(a, (char) => char.codePointAt(0) ?? 0);
  const right = Array.from(b, (char) => char.codePointAt(0) ?? 0);
  const at = left.findIndex((code, index) => code !== right[index]);
  return at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}

function compareItems(a: readonly Value[], b: readonly Value[], operator: string): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const left = a[index] as Value;
    const right = b[index] as Value;
    if (!equal(left, right)) return compare(left, right, operator);
  }
  return a.length - b.length;
}

/** Exact between number and bigint, which `===` holds apart. */
function sameNumber(a: number | bigint, b: number | bigint): boolean {
  return a <= b && a >= b;
}
