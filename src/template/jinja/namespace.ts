/** `namespace()`: the one thing whose attributes a template can set from inside a loop. */

import { PyObject } from "../python/py-object.ts";
import { repr } from "../python/text.ts";
import type { Dict, Value } from "../values.ts";

export class Namespace extends PyObject {
  readonly typeName = "Namespace";
  readonly #values: Dict;

  constructor(values: Dict) {
    super();
    this.#values = values;
  }

  override attribute(name: string): Value | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  text(): string {
    return `<Namespace ${repr(this.#values)}>`;
  }
}
