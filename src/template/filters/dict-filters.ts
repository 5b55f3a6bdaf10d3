/** Filters on dicts. */

import { type Filter, filter, freeFilter } from "../define.ts";
import { getItem } from "../jinja/access.ts";
import { asKey, compare } from "../python/compare.ts";
import { asFlag, asText, defined } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { toDict } from "../python/mapping.ts";
import { iterate } from "../python/sequence.ts";
import { repr, str, typeName } from "../python/text.ts";
import { Dict, isList, Tuple, Undefined, type Value } from "../values.ts";
import { type ListMerge, merged } from "./merge.ts";

function mapping(value: Value, name: string): Dict {
  const dict = toDict(defined(value));
  if (!dict) throw templateError(`${name} requires a dictionary, got ${repr(value)} instead.`);
  return dict;
}

const listMerges = ["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"];

export const dictFilters: Readonly<Record<string, Filter>> = {
  items: filter("The dict's pairs", [], (value) =>
    mapping(value, "items")
      .entries()
      .map(([key, item]) => new Tuple([key, item])),
  ),
  dictsort: filter(
    "The dict's pairs, sorted by key or value",
    ["case_sensitive", "by", "reverse"],
    (value, args) => {
      const by = asText(args.by, "key");
      if (by !== "key" && by !== "value") throw templateError(`You can only sort by either "key" or "value"`);
      const keyOf = ([key, item]: readonly [Value, Value]) => {
        const side = by === "key" ? key : item;
        return typeof side === "string" && !asFlag(args.case_sensitive, false) ? side.toLowerCase() : side;
      };
      const sign = asFlag(args.reverse, false) ? -1 : 1;
      const pairs = [...mapping(value, "dictsort").entries()].sort(
        (a, b) => sign * compare(keyOf(a), keyOf(b)),
      );
      return pairs.map(([key, item]) => new Tuple([key, item]));
    },
  ),
  dict2items: filter("A dict as a list of {key, value}", ["key_name", "value_name"], (value, args) => {
    const [keyName, valueName] = [asText(args.key_name, "key"), asText(args.value_name, "value")];
    return mapping(value, "dict2items")
      .entries()
      .map(([key, item]) => Dict.of({ [keyName]: key, [valueName]: item }));
  }),
  items2dict: filter("A list of {key, value} as a dict", ["key_name", "value_name"], (value, args) => {
    const [keyName, valueName] = [asText(args.key_name, "key"), asText(args.value_name, "value")];
    if (!isList(value)) throw templateError(`items2dict requires a list, got ${typeName(value)} instead.`);
    return Dict.from(
      value.map((item) => {
        const [key, found] = [(item as Dict).get?.(keyName), (item as Dict).get?.(valueName)];
        if (key === undefined || found === undefined)
          throw templateError(
            `items2dict requires each dictionary in the list to contain the keys '${keyName}' and '${valueName}', got ${repr(item)} instead.`,
          );
        return [asKey(key), found];
      }),
    );
  }),
  combine: freeFilter("Dicts merged, the later ones winning", (value, { positional, named }) => {
    const recursive = asFlag(named.get("recursive"), false);
    const listMerge = asText(named.get("list_merge"), "replace");
    for (const name of named.keys())
      if (name !== "recursive" && name !== "list_merge")
        throw templateError("'recursive' and 'list_merge' are the only valid keyword arguments");
    if (!listMerges.includes(listMerge))
      throw templateError(`'list_merge' must be one of ${listMerges.join(", ")}, not '${listMerge}'`);
    const dicts = [value, ...positional].flatMap((each) => (isList(each) ? each : [each]));
    return dicts
      .map((each) => combinable(each))
      .reduce((low, high) => merged(low, high, { recursive, listMerge: listMerge as ListMerge }), new Dict());
  }),
  rekey_on_member: filter(
    "A list or dict of dicts, keyed by one of their members",
    ["key", "duplicates"],
    (value, { key, duplicates }) => {
      const name = asText(key);
      const onDuplicate = asText(duplicates, "error");
      const result = new Dict();
      for (const item of isList(value) ? value : mapping(value, "rekey_on_member").values()) {
        const member = toDict(item)?.get(name);
        if (member === undefined) throw templateError(`Key ${name} was not found`);
        if (onDuplicate === "error" && result.has(asKey(member)))
          throw templateError(`Key ${str(member)} is not unique, cannot correctly turn into dict`);
        result.set(asKey(member), item);
      }
      return result;
    },
  ),
  subelements: filter(
    "Each item with each element of one of its lists",
    ["subelements", "skip_missing"],
    (value, args) => {
      const skipMissing = asFlag(args.skip_missing, false);
      const path = args.subelements ?? "";
      const keys = isList(path) ? path : str(path).split(".");
      const items = toDict(value)?.values() ?? iterate(value);
      return items.flatMap((item) =>
        elementsOf(item, keys, skipMissing).map((element) => new Tuple([item, element])),
      );
    },
  ),
};

function combinable(value: Value): Dict {
  const dict = toDict(defined(value));
  if (!dict)
    throw templateError(`failed to combine variables, expected dicts but got a '${typeName(value)}'`);
  return dict;
}

function elementsOf(item: Value, keys: readonly Value[], skipMissing: boolean): readonly Value[] {
  let found: Value = item;
  for (const key of keys) {
    if (!toDict(found))
      throw templateError(`the key ${str(key)} should point to a dictionary, got '${str(found)}'`);
    found = getItem(found, key);
    if (found instanceof Undefined) {
      if (skipMissing) return [];
      throw templateError(`could not find '${str(key)}' key in iterated item ${repr(item)}`);
    }
  }
  if (!isList(found))
    throw templateError(`the key ${str(keys.at(-1) ?? null)} should point to a list, got ${repr(found)}`);
  return found;
}
