/** Filters that apply other filters or tests to each item: map, select, reject and their kin. */

import { type Context, type Filter, freeFilter } from "../define.ts";
import type { Arguments } from "../python/arguments.ts";
import { truthy } from "../python/compare.ts";
import { onlyText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { iterate } from "../python/sequence.ts";
import type { Value } from "../values.ts";
import { attributeOf } from "./attribute-path.ts";

export const applyingFilters: Readonly<Record<string, Filter>> = {
  map: freeFilter("Applies a filter to each item, or takes each item's attribute", (value, given, context) =>
    mapped(value, given, context),
  ),
  select: freeFilter("Keeps the items that pass a test", (value, given, context) =>
    picked(value, given, context, true, false),
  ),
  reject: freeFilter("Drops the items that pass a test", (value, given, context) =>
    picked(value, given, context, false, false),
  ),
  selectattr: freeFilter("Keeps the items whose attribute passes a test", (value, given, context) =>
    picked(value, given, context, true, true),
  ),
  rejectattr: freeFilter("Drops the items whose attribute passes a test", (value, given, context) =>
    picked(value, given, context, false, true),
  ),
};

function mapped(value: Value, given: Arguments, context: Context): Value {
  const path = given.named.get("attribute");
  if (given.positional.length === 0 && path !== undefined) {
    const fallback = given.named.get("default");
    for (const name of given.named.keys())
      if (name !== "attribute" && name !== "default")
        throw templateError(`Unexpected keyword argument '${name}'`);
    return iterate(value).map((item) => attributeOf(item, path, fallback));
  }
  const name = given.positional[0];
  if (name === undefined) throw templateError("map requires a filter argument");
  const rest: Arguments = { positional: given.positional.slice(1), named: given.named };
  return iterate(value).map((item) => context.run.filter(onlyText(name, "the filter's name"), item, rest));
}

function picked(
  value: Value,
  given: Arguments,
  context: Context,
  wanted: boolean,
  byAttribute: boolean,
): Value {
  const path = byAttribute ? given.positional[0] : undefined;
  const positional = byAttribute ? given.positional.slice(1) : given.positional;
  if (byAttribute && path === undefined) throw templateError("Missing parameter for attribute name");
  const [name, ...rest] = positional;
  const args: Arguments = { positional: rest, named: given.named };
  return iterate(value).filter((item) => {
    const subject = path === undefined ? item : attributeOf(item, path);
    const passes =
      name === undefined
        ? truthy(subject)
        : context.run.test(onlyText(name, "the test's name"), subject, args);
    return passes === wanted;
  });
}
