/** The methods that templates may call on Python's values. */

import { Dict, Float, int, isInt, isList, Tuple, Unsafe, type Value } from "../values.ts";
import { orElse } from "./absent.ts";
import { type Arguments, bind, noArguments } from "./arguments.ts";
import { asKey, compare, equal } from "./compare.ts";
import { asCount, asFlag } from "./convert.ts";
import { templateError } from "./failure.ts";
import type { Reach } from "./format-braces.ts";
import { asValue, Callable } from "./py-object.ts";
import { iterate } from "./sequence.ts";
import { repr } from "./text.ts";
import { textMethods } from "./text-methods.ts";

type Method<Receiver> = (receiver: Receiver, given: Arguments) => Value;

/** Methods that change their receiver: a template that calls one works on copies of its variables. */
export const changingMethods: ReadonlySet<string> = new Set([
  "append",
  "extend",
  "insert",
  "pop",
  "remove",
  "sort",
  "reverse",
  "clear",
  "update",
  "setdefault",
  "popitem",
]);

const tupleMethods: Readonly<Record<string, Method<readonly Value[]>>> = {
  index: (list, given) => {
    const { value, start } = bind("index", ["value", "start"], given);
    const from = asCount(start, 0);
    const at = list.findIndex((item, index) => index >= from && equal(item, value ?? null));
    if (at < 0) throw templateError(`${repr(value ?? null)} is not in list`);
    return int(at);
  },
  count: (list, given) => {
    const { value } = bind("count", ["value"], given);
    return list.filter((item) => equal(item, value ?? null)).length;
  },
};

const listMethods: Readonly<Record<string, Method<Value[]>>> = {
  ...tupleMethods,
  append: (list, given) => {
    list.push(bind("append", ["object"], given).object ?? null);
    return null;
  },
  extend: (list, given) => {
    list.push(...iterate(bind("extend", ["iterable"], given).iterable ?? null));
    return null;
  },
  insert: (list, given) => {
    const { index, object } = bind("insert", ["index", "object"], given);
    list.splice(asCount(index, 0), 0, object ?? null);
    return null;
  },
  pop: (list, given) => {
    const at = asCount(bind("pop", ["index"], given).index, -1);
    const [item] = list.splice(at < 0 ? at + list.length : at, 1);
    if (item === undefined)
      throw templateError(list.length === 0 ? "pop from empty list" : "pop index out of range");
    return item;
  },
  remove: (list, given) => {
    const { value } = bind("remove", ["value"], given);
    const at = list.findIndex((item) => equal(item, value ?? null));
    if (at < 0) throw templateError("list.remove(x): x not in list");
    list.splice(at, 1);
    return null;
  },
  sort: (list, given) => {
    const { reverse } = bind("sort", ["reverse"], given);
    const sign = asFlag(reverse, false) ? -1 : 1;
    list.sort((a, b) => sign * compare(a, b));
    return null;
  },
  reverse: (list) => {
    list.reverse();
    return null;
  },
  clear: (list) => {
    list.length = 0;
    return null;
  },
  copy: (list) => [...list],
};

const dictMethods: Readonly<Record<string, Method<Dict>>> = {
  keys: (dict) => dict.keys(),
  values: (dict) => dict.values(),
  items: (dict) => dict.entries().map(([key, value]) => new Tuple([key, value])),
  get: (dict, given) => {
    const { key, fallback } = bind("get", ["key", "fallback"], given);
    return orElse(dict.get(asKey(key ?? null)), () => fallback ?? null);
  },
  copy: (dict) => dict.copy(),
  update: (dict, given) => {
    for (const other of given.positional) updateFrom(dict, other);
    for (const [key, value] of given.named) dict.set(key, value);
    return null;
  },
  setdefault: (dict, given) => {
    const bound = bind("setdefault", ["key", "default"], given);
    const key = asKey(bound.key ?? null);
    if (!dict.has(key)) dict.set(key, bound.default ?? null);
    return dict.get(key) ?? null;
  },
  pop: (dict, given) => {
    const bound = bind("pop", ["key", "default"], given);
    const key = asKey(bound.key ?? null);
    const value = orElse(dict.get(key), () => bound.default);
    if (value === undefined) throw templateError(`the dict has no key ${repr(key)}`);
    dict.delete(key);
    return value;
  },
  popitem: (dict) => {
    const last = dict.entries().at(-1);
    if (!last) throw templateError("popitem(): dictionary is empty");
    dict.delete(last[0]);
    return new Tuple(last);
  },
  clear: (dict) => {
    for (const key of dict.keys()) dict.delete(key);
    return null;
  },
  fromkeys: (_dict, given) => {
    const { iterable, value } = bind("fromkeys", ["iterable", "value"], given);
    return Dict.from(iterate(iterable ?? null).map((key) => [asKey(key), value ?? null]));
  },
};

const intMethods: Readonly<Record<string, Method<number | bigint>>> = {
  bit_length: (value) => (!value ? 0 : BigInt(value).toString(2).replace("-", "").length),
  conjugate: (value) => value,
};

const floatMethods: Readonly<Record<string, Method<Float>>> = {
  is_integer: (value) => Number.isInteger(value.value),
  conjugate: (value) => value,
};

/** The value's method of that name, ready to be called; undefined when its type has none. */
export function method(value: Value, name: string, reach: Reach): Value | undefined {
  if (typeof value === "string") return bound(textMethods, name, value, reach);
  if (value instanceof Dict) return bound(dictMethods, name, value);
  if (isList(value)) return bound(listMethods, name, value as Value[]);
  if (value instanceof Tuple) return bound(tupleMethods, name, value.items);
  if (value instanceof Unsafe) return bound(textMethods, name, value.text, reach);
  if (isInt(value)) return bound(intMethods, name, value);
  if (value instanceof Float) return bound(floatMethods, name, value);
  return undefined;
}

function bound<Receiver>(
  table: Readonly<Record<string, (receiver: Receiver, given: Arguments, reach: Reach) => Value>>,
  name: string,
  receiver: Receiver,
  reach?: Reach,
): Value | undefined {
  const run = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!run) return undefined;
  return asValue(
    new Callable(
      name,
      (given) => run(receiver, given ?? noArguments, reach as Reach),
      "builtin_function_or_method",
    ),
  );
}

function updateFrom(dict: Dict, other: Value): void {
  if (other instanceof Dict) {
    for (const [key, value] of other.entries()) dict.set(key, value);
    return;
  }
  for (const pair of iterate(other)) {
    const [key, value] = iterate(pair);
    if (key === undefined || value === undefined)
      throw templateError("cannot convert dictionary update sequence");
    dict.set(asKey(key), value);
  }
}
