/** The `loop` variable inside a `for`. */

import { orElse } from "../python/absent.ts";
import type { Arguments } from "../python/arguments.ts";
import { equal } from "../python/compare.ts";
import { templateError } from "../python/failure.ts";
import { asValue, Callable, PyObject } from "../python/py-object.ts";
import { Undefined, type Value } from "../values.ts";

export class Loop extends PyObject {
  readonly typeName = "LoopContext";
  readonly #items: readonly Value[];
  readonly #depth: number;
  readonly #recurse: ((items: Value) => Value) | undefined;
  #at = -1;
  #lastChanged: readonly Value[] | undefined;

  constructor(items: readonly Value[], depth: number, recurse?: (items: Value) => Value) {
    super();
    this.#items = items;
    this.#depth = depth;
    this.#recurse = recurse;
  }

  advance(): void {
    this.#at++;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "index":
        return this.#at + 1;
      case "index0":
        return this.#at;
      case "first":
        return this.#at === 0;
      case "last":
        return this.#at === this.#items.length - 1;
      case "length":
        return this.#items.length;
      case "revindex":
        return this.#items.length - this.#at;
      case "revindex0":
        return this.#items.length - this.#at - 1;
      case "depth":
        return this.#depth;
      case "depth0":
        return this.#depth - 1;
      case "previtem":
        return orElse(
          this.#items[this.#at - 1],
          () => new Undefined("previtem", "there is no previous item"),
        );
      case "nextitem":
        return orElse(this.#items[this.#at + 1], () => new Undefined("nextitem", "there is no next item"));
      case "cycle":
        return asValue(new Callable("cycle", ({ positional }) => this.#cycle(positional)));
      case "changed":
        return asValue(new Callable("changed", ({ positional }) => this.#changed(positional)));
      default:
        return undefined;
    }
  }

  #cycle(values: readonly Value[]): Value {
    if (values.length === 0) throw templateError("no items for cycling given");
    return values[this.#at % values.length] as Value;
  }

  #changed(values: readonly Value[]): boolean {
    const last = this.#lastChanged;
    this.#lastChanged = values;
    return (
      !last ||
      last.length !== values.length ||
      !last.every((value, index) => equal(value, values[index] as Value))
    );
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(given: Arguments): Value {
    if (!this.#recurse)
      throw templateError("The loop must have the 'recursive' marker to be called recursively.");
    return this.#recurse(given.positional[0] ?? []);
  }

  text(): string {
    return `<LoopContext ${this.#at + 1}/${this.#items.length}>`;
  }
}
