/** How evaluation fails: a template error, or a name that has no value. */

import { KmendError } from "../../problem/problem.ts";
import type { Undefined } from "../values.ts";

export function templateError(message: string, hint?: string): KmendError {
  return new KmendError({ code: "template-error", message, ...(hint ? { hint } : {}) });
}

/** Python's TypeError and ValueError, as a template error. */
export function undefinedError(value: Undefined): KmendError {
  return new KmendError({ code: "undefined-variable", message: value.reason });
}
