/** Values on their way into expressions and out of templates. */

import { defined } from "../python/convert.ts";
import { toDict } from "../python/mapping.ts";
import { isObject, OMIT } from "../python/py-object.ts";
import { str } from "../python/text.ts";
import { Dict, isList, type Key, Tuple, Unsafe, type Value } from "../values.ts";

/** Data with its Unsafe texts as plain ones: what comes out of an expression is never rendered again. */
export function plain(value: Value): Value {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Unsafe) return value.text;
  if (isList(value)) return holdsUnsafe(value) ? value.map(plain) : value;
  if (value instanceof Dict && value.values().some(needsPlain))
    return Dict.from(value.entries().map(([key, item]): [Key, Value] => [key, plain(item)]));
  return value;
}

function holdsUnsafe(list: readonly Value[]): boolean {
  return list.some(needsPlain);
}

function needsPlain(value: Value): boolean {
  if (value === null || typeof value !== "object") return false;
  if (value instanceof Unsafe) return true;
  if (isList(value)) return holdsUnsafe(value);
  return value instanceof Dict && value.values().some(needsPlain);
}

/** What leaves a template: Undefined is an error, and things that live only inside become their text. */
export function settled(value: Value): Value {
  if (value === null || typeof value !== "object" || value === OMIT) return value;
  if (isList(value)) return value.map(settled);
  if (value instanceof Tuple) return new Tuple(value.items.map(settled));
  if (value instanceof Dict)
    return Dict.from(value.entries().map(([key, item]): [Key, Value] => [key, settled(item)]));
  return isObject(value) ? leaving(value) : defined(value);
}

function leaving(value: Value): Value {
  const dict = toDict(value);
  return dict ? settled(dict) : str(value);
}
