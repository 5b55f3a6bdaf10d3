/** Filters that treat lists as sets, and that combine lists. */

import { type Filter, filter, freeFilter } from "../define.ts";
import { contains, equal } from "../python/compare.ts";
import { asCount, asFlag } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { iterate } from "../python/sequence.ts";
import { Tuple, type Value } from "../values.ts";
import { attributeOf } from "./attribute-path.ts";

/** Bounds what one filter may build. */
const maxItems = 1_000_000;

export const setFilters: Readonly<Record<string, Filter>> = {
  unique: filter("Each item once", ["case_sensitive", "attribute"], (value, args) => {
    const isSensitive = asFlag(args.case_sensitive, false);
    return unique(iterate(value), (item) => {
      const key =
        args.attribute === undefined || args.attribute === null ? item : attributeOf(item, args.attribute);
      return typeof key === "string" && !isSensitive ? key.toLowerCase() : key;
    });
  }),
  union: filter("The items of both lists, each once", ["other"], (value, { other }) =>
    unique([...iterate(value), ...iterate(other ?? [])]),
  ),
  intersect: filter("The items that both lists have", ["other"], (value, { other }) => {
    const has = lookupIn(iterate(other ?? []));
    return unique(iterate(value)).filter(has);
  }),
  difference: filter("The items that the other list lacks", ["other"], (value, { other }) => {
    const has = lookupIn(iterate(other ?? []));
    return unique(iterate(value)).filter((item) => !has(item));
  }),
  symmetric_difference: filter("The items that only one of the lists has", ["other"], (value, { other }) => {
    const left = unique(iterate(value));
    const right = unique(iterate(other ?? []));
    return [
      ...left.filter((item) => !lookupIn(right)(item)),
      ...right.filter((item) => !lookupIn(left)(item)),
    ];
  }),
  zip: freeFilter(
    "Items of the lists side by side, as long as the shortest",
    (value, { positional, named }) => {
      const lists = [value, ...positional].map((list) => iterate(list));
      const isStrict = asFlag(named.get("strict"), false);
      const size = Math.min(...lists.map((list) => list.length));
      if (isStrict && lists.some((list) => list.length !== size))
        throw templateError("zip() arguments have different lengths");
      return Array.from({ length: size }, (_, at) => new Tuple(lists.map((list) => list[at] as Value)));
    },
  ),
  zip_longest: freeFilter(
    "Items of the lists side by side, as long as the longest",
    (value, { positional, named }) => {
      const lists = [value, ...positional].map((list) => iterate(list));
      const fill = named.get("fillvalue") ?? null;
      const size = Math.max(...lists.map((list) => list.length));
      return Array.from(
        { length: size },
        (_, at) => new Tuple(lists.map((list) => (at < list.length ? (list[at] as Value) : fill))),
      );
    },
  ),
  product: freeFilter("Every combination of one item of each list", (value, { positional, named }) => {
    const lists = [value, ...positional].map((list) => iterate(list));
    const times = asCount(named.get("repeat"), 1);
    return product(Array.from({ length: times }, () => lists).flat()).map((items) => new Tuple(items));
  }),
  permutations: filter("Every order of so many of the items", ["length"], (value, { length }) => {
    const items = iterate(value);
    return chosen(
      items.length,
      length === undefined || length === null ? items.length : asCount(length, 0),
      "permutations",
    ).map((picks) => tupleOf(items, picks));
  }),
  combinations: filter("Every choice of so many of the items", ["length"], (value, { length }) => {
    const items = iterate(value);
    return chosen(items.length, asCount(length, 0), "combinations").map((picks) => tupleOf(items, picks));
  }),
};

export function unique(items: readonly Value[], keyOf: (item: Value) => Value = (item) => item): Value[] {
  const seen = new Seen();
  return items.filter((item) => seen.add(keyOf(item)));
}

/** Membership by Python's equality; texts and whole numbers without a search. */
class Seen {
  readonly #simple = new Set<unknown>();
  readonly #others: Value[] = [];

  add(value: Value): boolean {
    if (typeof value === "string" || typeof value === "number") {
      if (this.#simple.has(value) || (typeof value === "number" && contains(this.#others, value)))
        return false;
      this.#simple.add(value);
      return true;
    }
    if (this.has(value)) return false;
    this.#others.push(value);
    return true;
  }

  has(value: Value): boolean {
    if (typeof value === "string") return this.#simple.has(value);
    if (typeof value === "number" && this.#simple.has(value)) return true;
    if (this.#others.some((other) => equal(other, value))) return true;
    return [true, false].includes(value as boolean) && this.#simple.has(Number(value));
  }
}

function lookupIn(items: readonly Value[]): (item: Value) => boolean {
  const seen = new Seen();
  for (const item of items) seen.add(item);
  return (item) => seen.has(item);
}

export function product(lists: readonly (readonly Value[])[]): Value[][] {
  const total = lists.reduce((count, list) => count * list.length, 1);
  if (total > maxItems) throw templateError(`the product would have ${total} items`);
  return lists.reduce<Value[][]>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  );
}

function chosen(count: number, size: number, kind: "permutations" | "combinations"): number[][] {
  const rows: number[][] = [];
  const extend = (row: readonly number[]): void => {
    if (row.length === size) {
      rows.push([...row]);
      if (rows.length > maxItems) throw templateError(`${kind} would give more than ${maxItems} items`);
      return;
    }
    for (let at = kind === "combinations" ? (row.at(-1) ?? -1) + 1 : 0; at < count; at++)
      if (!row.includes(at)) extend([...row, at]);
  };
  if (size <= count) extend([]);
  return rows;
}

function tupleOf(items: readonly Value[], picks: readonly number[]): Tuple {
  return new Tuple(picks.map((at) => items[at] as Value));
}
