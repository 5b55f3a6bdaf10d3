/** Lookups that make lists of lists: what `with_items` and its kin stand on. */

import { type Lookup, lookup } from "../define.ts";
import { flattened } from "../filters/list-filters.ts";
import { product } from "../filters/set-filters.ts";
import { getItem } from "../jinja/access.ts";
import { asFlag } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { toDict } from "../python/mapping.ts";
import { iterate } from "../python/sequence.ts";
import { repr, str } from "../python/text.ts";
import { Dict, isList, Tuple, Undefined, type Value } from "../values.ts";
import { sequence } from "./sequence-lookup.ts";

/** A term that is a list stands for its items, one level deep. */
function flattenOnce(terms: readonly Value[]): Value[] {
  return terms.flatMap((term) => (isList(term) ? term : term instanceof Tuple ? term.items : [term]));
}

function lists(terms: readonly Value[]): (readonly Value[])[] {
  return terms.map((term) => (isList(term) || term instanceof Tuple ? iterate(term) : [term]));
}

export const listLookups: Readonly<Record<string, Lookup>> = {
  items: lookup("The items, lists among them dissolved one level deep", flattenOnce),
  list: lookup("The terms as they are", (terms) => terms),
  flattened: lookup("The items, lists among them dissolved however deep", (terms) =>
    flattened(terms, Number.POSITIVE_INFINITY, true),
  ),
  indexed_items: lookup("Each item with its index", (terms) =>
    flattenOnce(terms).map((item, at) => new Tuple([at, item])),
  ),
  nested: lookup("Every combination of one item of each list", (terms) => {
    if (terms.length === 0)
      throw templateError("with_nested requires at least one element in the nested list");
    return product(lists(terms)).map((row) => flattenOnce(row));
  }),
  cartesian: lookup("Every combination of one item of each list", (terms) => product(lists(terms))),
  together: lookup("Items of the lists side by side, None where one is too short", (terms) => {
    if (terms.length === 0) throw templateError("with_together requires at least one element in each list");
    const all = lists(terms);
    const size = Math.max(...all.map((list) => list.length));
    return Array.from({ length: size }, (_, at) => all.flatMap((list) => flattenOnce([list[at] ?? null])));
  }),
  dict: lookup("The dict's entries as {key, value}", (terms) =>
    flattenOnce(terms).flatMap((term) => {
      const dict = toDict(term);
      if (!dict) throw templateError(`with_dict expects a dict, got ${repr(term)}`);
      return dict.entries().map(([key, value]) => Dict.of({ key, value }));
    }),
  ),
  sequence: lookup("Numbers written by a format", (terms, named) => sequence(terms, named)),
  subelements: lookup("Each item with each element of one of its lists", subelements),
  random_choice: lookup("One of the terms, at random", (terms, _named, context) =>
    terms.length === 0 ? [] : [terms[Math.floor(context.settings.random() * terms.length)] as Value],
  ),
};

function subelements(terms: readonly Value[]): readonly Value[] {
  const [items, path, flags] =
    terms.length === 1 && isList(terms[0] ?? null) ? iterate(terms[0] ?? null) : terms;
  if (items === undefined || path === undefined)
    throw templateError("subelements lookup expects a list of two or three items");
  const skipMissing = asFlag(toDict(flags)?.get("skip_missing"), false);
  const keys = str(path).split(".");
  return (toDict(items)?.values() ?? iterate(items)).flatMap((item) => {
    const dict = toDict(item);
    if (!dict) throw templateError(`subelements lookup expects a dictionary, got '${str(item)}'`);
    const found = keys.reduce<Value>((value, key) => getItem(value, key), item);
    if (found instanceof Undefined && skipMissing) return [];
    if (!isList(found))
      throw templateError(`could not find '${str(path)}' key in iterated item '${repr(item)}'`);
    const rest = keys.length === 1 ? Dict.from(dict.entries().filter(([key]) => key !== keys[0])) : item;
    return found.map((element) => new Tuple([rest, element]));
  });
}
