/** What running a statement is. */

import { truthy } from "../python/compare.ts";
import type { Value } from "../values.ts";
import type { Evaluate } from "./compile-expression.ts";
import type { Frame } from "./frame.ts";
import type { Output } from "./output.ts";
import { raisedAt } from "./syntax-error.ts";

/** Left early by `break` or `continue`. */
export type Left = "break" | "continue" | undefined;
export type Execute = (frame: Frame, output: Output) => Left;

/** A condition; what goes wrong in it is reported at its place. */
export function compileTruth(at: number, test: Evaluate): (frame: Frame) => boolean {
  return (frame) => {
    try {
      return truthy(test(frame));
    } catch (error) {
      throw raisedAt(error, at);
    }
  };
}

/** Captured output as a value. */
export function finished(output: Output, frame: Frame): Value {
  return frame.run.isNative ? output.native() : output.joined();
}
