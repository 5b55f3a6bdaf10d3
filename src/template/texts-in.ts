import { Dict, Encrypted, Float, isList, Tuple, Unsafe, type Value } from "./values.ts";

/** Below this many digits a number is a port or a count. */
const shortestNumber = 6;

/** Every text and every long number in a value, keys left out. What is encrypted stays closed: it is hidden when it is opened. */
export function* textsIn(value: Value): Generator<string> {
  if (typeof value === "string") yield value;
  else if (value instanceof Encrypted) return;
  else if (value instanceof Unsafe) yield value.text;
  else if (typeof value === "number" || typeof value === "bigint") {
    if (String(value).length >= shortestNumber) yield String(value);
  } else if (value instanceof Dict) for (const each of value.values()) yield* textsIn(each);
  else if (value instanceof Tuple) for (const each of value.items) yield* textsIn(each);
  else if (isList(value)) for (const each of value) yield* textsIn(each);
  else if (value instanceof Float) return;
}
