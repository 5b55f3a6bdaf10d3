/** A copy that shares no list and no dict with its original. */

import { Dict, isList, type Key, Tuple, type Value } from "../values.ts";

export function deepCopy(value: Value): Value {
  if (isList(value)) return value.map(deepCopy);
  if (value instanceof Tuple) return new Tuple(value.items.map(deepCopy));
  if (value instanceof Dict)
    return Dict.from(value.entries().map(([key, item]): [Key, Value] => [key, deepCopy(item)]));
  return value;
}
