/** Where names are looked up while a template runs: the frames of its loops and macros, then the variables outside. */

import { orElse } from "../python/absent.ts";
import { Undefined, type Value } from "../values.ts";
import type { Run } from "./run.ts";

export class Frame {
  readonly run: Run;
  readonly #parent: Frame | undefined;
  #names: Map<string, Value> | undefined;

  constructor(run: Run, parent?: Frame) {
    this.run = run;
    this.#parent = parent;
  }

  child(): Frame {
    return new Frame(this.run, this);
  }

  set(name: string, value: Value): void {
    this.#names ??= new Map();
    this.#names.set(name, value);
  }

  /** The name's value; a name that nobody has is Undefined, which fails only where it is used. */
  get(name: string): Value {
    return orElse(this.find(name), () => orElse(this.run.variable(name), () => new Undefined(name)));
  }

  /** Only the names that this template set itself. */
  find(name: string): Value | undefined {
    for (let frame: Frame | undefined = this; frame; frame = frame.#parent) {
      const value = frame.#names?.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** What a template exports to those who import it. */
  own(): ReadonlyMap<string, Value> {
    return this.#names ?? new Map();
  }
}
