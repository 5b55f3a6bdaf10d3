/** Ansible's rule without `jinja2_native`: a result that is written like a list, a dict or a boolean is read back as one. */

import { orElse } from "../python/absent.ts";
import { literal } from "../python/literal.ts";
import { isObject, OMIT } from "../python/py-object.ts";
import { Dict, Float, isList, type Key, Tuple, Undefined, Unsafe, type Value } from "../values.ts";

/** JSON's words, which a list or dict may hold beside Python's. */
const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

export function readBack(text: string): Value {
  // Line breaks behind the last brace are put back after a boolean was read.
  if (/^True\n*$/.test(text)) return true;
  if (/^False\n*$/.test(text)) return false;
  if (!text.startsWith("[") && !text.startsWith("{")) return text;
  return orElse(literal(text, { words }), () => text);
}

/** Whether printing the value and reading it back gives the value itself, so that both can be spared. */
export function survives(value: Value): boolean {
  if (isList(value)) return value.every(isPlain);
  if (value instanceof Dict)
    return value.entries().every(([key, item]) => isPlain(key as Key) && isPlain(item));
  return false;
}

function isPlain(value: Value): boolean {
  if (value === null || typeof value !== "object" || value === OMIT) return true;
  if (value instanceof Float) return Number.isFinite(value.value);
  if (value instanceof Tuple) return value.items.every(isPlain);
  if (value instanceof Undefined || value instanceof Unsafe || isObject(value)) return false;
  return survives(value);
}
