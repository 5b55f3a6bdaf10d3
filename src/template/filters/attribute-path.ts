/** `attribute='a.b.0'`: reaches into an item as Jinja's filters do. */

import { getItem } from "../jinja/access.ts";
import { str } from "../python/text.ts";
import { isInt, Undefined, type Value } from "../values.ts";

/** The item's attribute; Undefined when it has none, or the fallback. */
export function attributeOf(item: Value, path: Value, fallback?: Value): Value {
  let value = item;
  for (const key of keysOf(path)) {
    value = getItem(value, key);
    if (value instanceof Undefined && fallback !== undefined) return fallback;
  }
  return value;
}

function keysOf(path: Value): readonly Value[] {
  if (path === null || path === undefined) return [];
  if (isInt(path)) return [path];
  return str(path)
    .split(".")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
