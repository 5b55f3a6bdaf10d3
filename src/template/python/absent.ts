/** None is a value: `??` would take it for an absent one. */

import type { Value } from "../values.ts";

/** The value, or the fallback where there is none. */
export function orElse<Result extends Value | undefined>(
  value: Value | undefined,
  fallback: () => Result,
): Value | Result {
  return value === undefined ? fallback() : value;
}
