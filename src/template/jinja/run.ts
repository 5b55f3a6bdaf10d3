/** One rendering of one template: the variables it sees and the functions it may call. */

import type { Arguments } from "../python/arguments.ts";
import type { Value } from "../values.ts";
import type { Program } from "./program.ts";

export interface Run {
  /** Keeps the types of values that stand alone (`jinja2_native`). */
  readonly isNative: boolean;
  /** A variable or a global function; undefined when there is none. */
  variable(name: string): Value | undefined;
  filter(name: string, value: Value, args: Arguments): Value;
  test(name: string, value: Value, args: Arguments): boolean;
  /** The template that `include` and `import` name; undefined when there is none. */
  load(name: string): Program | undefined;
  /** The same run without this template's own variables, for `import`. */
  withoutVariables(): Run;
  /** The same run over copies of the variables, for a template that changes lists or dicts in place. */
  changing(): Run;
}
