/** Filters on sequences. */

import { type Filter, filter } from "../define.ts";
import { orElse } from "../python/absent.ts";
import { arithmetic } from "../python/arithmetic.ts";
import { compare } from "../python/compare.ts";
import { asCount, asFlag, asText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { NamedTuple } from "../python/named-tuple.ts";
import { iterate, lengthOf } from "../python/sequence.ts";
import { str } from "../python/text.ts";
import { isList, Tuple, Undefined, type Value } from "../values.ts";
import { attributeOf } from "./attribute-path.ts";

const length = filter("How many items", [], (value) => lengthOf(value));

export const listFilters: Readonly<Record<string, Filter>> = {
  length,
  count: length,
  list: filter("The items as a list", [], (value) => [...iterate(value)]),
  first: filter("The first item", [], (value) =>
    orElse(iterate(value)[0], () => new Undefined("first", "No first item, sequence was empty.")),
  ),
  last: filter("The last item", [], (value) =>
    orElse(iterate(value).at(-1), () => new Undefined("last", "No last item, sequence was empty.")),
  ),
  join: filter("The items as one text, with a separator", ["d", "attribute"], (value, { d, attribute }) =>
    iterate(value)
      .map((item) => str(attribute === undefined || attribute === null ? item : attributeOf(item, attribute)))
      .join(asText(d)),
  ),
  reverse: filter("Backwards", [], (value) => {
    const items = [...iterate(value)].reverse();
    return typeof value === "string" ? items.join("") : items;
  }),
  sort: filter("Sorted", ["reverse", "case_sensitive", "attribute"], (value, args) =>
    sorted(iterate(value), {
      reverse: asFlag(args.reverse, false),
      caseSensitive: asFlag(args.case_sensitive, false),
      attribute: args.attribute,
    }),
  ),
  min: filter("The smallest item", ["case_sensitive", "attribute"], (value, args) =>
    extreme(value, 1, asFlag(args.case_sensitive, false), args.attribute),
  ),
  max: filter("The largest item", ["case_sensitive", "attribute"], (value, args) =>
    extreme(value, -1, asFlag(args.case_sensitive, false), args.attribute),
  ),
  sum: filter("The items added up", ["attribute", "start"], (value, { attribute, start }) =>
    iterate(value).reduce<Value>(
      (total, item) =>
        arithmetic(
          "+",
          total,
          attribute === undefined || attribute === null ? item : attributeOf(item, attribute),
        ),
      start ?? 0,
    ),
  ),
  batch: filter(
    "Rows of so many items",
    ["linecount", "fill_with"],
    (value, { linecount, fill_with: fill }) => {
      const size = asCount(linecount, 0);
      if (size <= 0) throw templateError("batch wants a positive count");
      const items = iterate(value);
      const rows: Value[][] = [];
      for (let at = 0; at < items.length; at += size) rows.push(items.slice(at, at + size));
      const last = rows.at(-1);
      while (last && fill !== undefined && fill !== null && last.length < size) last.push(fill);
      return rows;
    },
  ),
  slice: filter("So many columns of items", ["slices", "fill_with"], (value, { slices, fill_with: fill }) => {
    const items = iterate(value);
    const count = asCount(slices, 0);
    if (count <= 0) throw templateError("slice wants a positive count");
    const each = Math.floor(items.length / count);
    const longer = items.length % count;
    return Array.from({ length: count }, (_, index) => {
      const start = index * each + Math.min(index, longer);
      const column = items.slice(start, start + each + (index < longer ? 1 : 0));
      return fill !== undefined && fill !== null && index >= longer && longer > 0
        ? [...column, fill]
        : column;
    });
  }),
  groupby: filter(
    "Items by an attribute: pairs of its value and the items",
    ["attribute", "default", "case_sensitive"],
    (value, args) =>
      grouped(iterate(value), args.attribute ?? null, args.default, asFlag(args.case_sensitive, false)),
  ),
  flatten: filter(
    "Lists inside the list, dissolved",
    ["levels", "skip_nulls"],
    (value, { levels, skip_nulls: skipNulls }) =>
      flattened(
        value,
        levels === undefined || levels === null ? Number.POSITIVE_INFINITY : asCount(levels, 0),
        asFlag(skipNulls, true),
      ),
  ),
};

interface Order {
  readonly reverse: boolean;
  readonly caseSensitive: boolean;
  readonly attribute: Value | undefined;
}

/** Stable; several attributes are separated by commas. */
export function sorted(items: readonly Value[], order: Order): Value[] {
  const paths =
    order.attribute === undefined || order.attribute === null ? undefined : str(order.attribute).split(",");
  const key = (item: Value): Value => {
    if (!paths) return folded(item, order.caseSensitive);
    const keys = paths.map((path) => folded(attributeOf(item, path), order.caseSensitive));
    return keys.length === 1 ? (keys[0] as Value) : keys;
  };
  const keyed = items.map((item) => [key(item), item] as const);
  keyed.sort(([a], [b]) => (order.reverse ? compare(b, a) : compare(a, b)));
  return keyed.map(([, item]) => item);
}

function folded(value: Value, caseSensitive: boolean): Value {
  return typeof value === "string" && !caseSensitive ? value.toLowerCase() : value;
}

function extreme(value: Value, sign: 1 | -1, caseSensitive: boolean, attribute: Value | undefined): Value {
  const items = iterate(value);
  if (items.length === 0)
    return new Undefined(sign > 0 ? "min" : "max", "No aggregated item, sequence was empty.");
  const key = (item: Value) =>
    folded(
      attribute === undefined || attribute === null ? item : attributeOf(item, attribute),
      caseSensitive,
    );
  return items.reduce((best, item) => (sign * compare(key(item), key(best)) < 0 ? item : best));
}

function grouped(
  items: readonly Value[],
  attribute: Value,
  fallback: Value | undefined,
  caseSensitive: boolean,
): Value {
  const keyOf = (item: Value) => attributeOf(item, attribute, fallback);
  const ordered = sorted(items, { reverse: false, caseSensitive, attribute });
  const groups: [Value, Value[]][] = [];
  for (const item of fallback === undefined ? ordered : sortedBy(items, keyOf, caseSensitive)) {
    const key = keyOf(item);
    const last = groups.at(-1);
    if (last && compare(folded(last[0], caseSensitive), folded(key, caseSensitive)) === 0) last[1].push(item);
    else groups.push([key, [item]]);
  }
  return groups.map(([key, members]) => new NamedTuple(["grouper", "list"], [key, members]));
}

function sortedBy(items: readonly Value[], keyOf: (item: Value) => Value, caseSensitive: boolean): Value[] {
  return [...items].sort((a, b) => compare(folded(keyOf(a), caseSensitive), folded(keyOf(b), caseSensitive)));
}

export function flattened(value: Value, levels: number, skipNulls: boolean): Value[] {
  const result: Value[] = [];
  for (const item of iterate(value)) {
    if (skipNulls && (item === null || item === "None" || item === "null")) continue;
    if (isList(item) || item instanceof Tuple)
      result.push(...(levels >= 1 ? flattened(item, levels - 1, skipNulls) : [item]));
    else result.push(item);
  }
  return result;
}
