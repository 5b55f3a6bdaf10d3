/** A dict whose values are found only when they are asked for: `hostvars`, `vars`. */

import { Dict, Tuple, type Value } from "../values.ts";
import { orElse } from "./absent.ts";
import { type Arguments, bind } from "./arguments.ts";
import { asValue, Callable, PyObject } from "./py-object.ts";
import { repr } from "./text.ts";

/** Where a lazy dict's values come from. */
export interface Source {
  get(name: string): Value | undefined;
  has(name: string): boolean;
  names(): readonly string[];
}

export class Mapping extends PyObject {
  readonly typeName = "dict";
  readonly #source: Source;

  constructor(source: Source) {
    super();
    this.#source = source;
  }

  override element(key: Value): Value | undefined {
    return typeof key === "string" ? this.#source.get(key) : undefined;
  }

  override items(): readonly Value[] {
    return this.#source.names();
  }

  override attribute(name: string): Value | undefined {
    const method = this.#methods[name];
    return method && asValue(new Callable(name, method));
  }

  readonly #methods: Readonly<Record<string, (given: Arguments) => Value>> = {
    keys: () => this.#source.names(),
    values: () => this.toDict().values(),
    items: () =>
      this.toDict()
        .entries()
        .map(([key, value]) => new Tuple([key, value])),
    get: (given) => {
      const { key, fallback } = bind("get", ["key", "fallback"], given);
      return orElse(key === undefined ? undefined : this.element(key), () => orElse(fallback, () => null));
    },
  };

  /** All of it at once. */
  toDict(): Dict {
    return Dict.from(this.#source.names().map((name) => [name, this.#source.get(name) ?? null]));
  }

  text(): string {
    return repr(this.toDict());
  }
}

/** The dict that a value is, if it is one, lazy or not. */
export function toDict(value: Value | undefined): Dict | undefined {
  if (value instanceof Dict) return value;
  return (value as unknown) instanceof Mapping ? (value as unknown as Mapping).toDict() : undefined;
}

/** A dict whose values are found only when they are asked for, as templates see it. */
export function lazyDict(source: Source): Value {
  return asValue(new Mapping(source));
}
