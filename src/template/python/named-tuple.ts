/** A tuple whose items have names too: what `groupby` gives. */

import { Tuple, type Value } from "../values.ts";

export class NamedTuple extends Tuple {
  readonly #names: readonly string[];

  constructor(names: readonly string[], items: readonly Value[]) {
    super(items);
    this.#names = names;
  }

  named(name: string): Value | undefined {
    const at = this.#names.indexOf(name);
    return at < 0 ? undefined : this.items[at];
  }
}
