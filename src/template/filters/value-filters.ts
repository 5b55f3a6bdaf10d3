/** Filters that choose, check or convert values of any type. */

import { type Filter, filter, freeFilter, tolerantFilter } from "../define.ts";
import { attribute, getItem } from "../jinja/access.ts";
import { orElse } from "../python/absent.ts";
import { truthy } from "../python/compare.ts";
import { asFlag, looseBoolean, onlyText } from "../python/convert.ts";
import { templateError, undefinedError } from "../python/failure.ts";
import { iterate } from "../python/sequence.ts";
import { str, typeName } from "../python/text.ts";
import { isList, Undefined, type Value } from "../values.ts";

const fallback = tolerantFilter(
  "The value, or the default when it is undefined",
  ["default_value", "boolean"],
  (value, args) => {
    const isMissing = value instanceof Undefined || (asFlag(args.boolean, false) && !truthy(value));
    return isMissing ? orElse(args.default_value, () => "") : value;
  },
);

export const valueFilters: Readonly<Record<string, Filter>> = {
  default: fallback,
  d: fallback,
  mandatory: tolerantFilter("The value, or an error when it is undefined", ["msg"], (value, { msg }) => {
    if (!(value instanceof Undefined)) return value;
    const text =
      msg === undefined || msg === null ? `Mandatory variable '${value.name}'  not defined.` : str(msg);
    throw undefinedError(new Undefined(value.name, text));
  }),
  bool: filter("yes, on, 1 and true as true; all else as false", [], (value) =>
    value === null ? null : (looseBoolean(value) ?? false),
  ),
  ternary: filter(
    "One of two values: for true and for false (and for null)",
    ["true_val", "false_val", "none_val"],
    (value, args) => {
      if (value === null && args.none_val !== undefined && args.none_val !== null) return args.none_val;
      return (truthy(value) ? args.true_val : args.false_val) ?? null;
    },
  ),
  type_debug: tolerantFilter("The name of the value's type in Python", [], (value) => typeName(value)),
  attr: filter("An attribute by its name", ["name"], (value, { name }) => {
    const text = onlyText(name, "the attribute's name");
    return orElse(
      attribute(value, text),
      () => new Undefined(text, `'${typeName(value)} object' has no attribute '${text}'`),
    );
  }),
  extract: freeFilter("The element that the value is the key of", (value, given) => {
    const [container, more] = given.positional;
    const path = more ?? given.named.get("morekeys");
    const base = container ?? given.named.get("container");
    if (base === undefined) throw templateError("extract() wants a container");
    const keys =
      path === undefined || path === null
        ? [value]
        : isList(path)
          ? [value, ...iterate(path)]
          : [value, path];
    return keys.reduce<Value>((found, key) => getItem(found, key), base);
  }),
};
