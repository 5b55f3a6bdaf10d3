/** `omit` in what was rendered. */

import { OMIT } from "../python/py-object.ts";
import { Dict, isList, type Key, type Value } from "../values.ts";

export { OMIT };

export function isOmitted(value: Value): boolean {
  return value === OMIT;
}

/** The value without the entries and items that were omitted, however deep. */
export function withoutOmitted(value: Value): Value {
  if (isList(value)) return value.filter((item) => item !== OMIT).map(withoutOmitted);
  if (!(value instanceof Dict)) return value;
  const kept = value.entries().filter(([, item]) => item !== OMIT);
  return Dict.from(kept.map(([key, item]): [Key, Value] => [key, withoutOmitted(item)]));
}
