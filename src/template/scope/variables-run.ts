/** One rendering with a Templar's variables, and the functions that every template may call. */

import { callFilter } from "../filters/filters.ts";
import type { Program } from "../jinja/program.ts";
import type { Run } from "../jinja/run.ts";
import { orElse } from "../python/absent.ts";
import type { Arguments } from "../python/arguments.ts";
import { deepCopy } from "../python/deep-copy.ts";
import { Mapping } from "../python/mapping.ts";
import { asValue, OMIT } from "../python/py-object.ts";
import { callTest } from "../tests/tests.ts";
import type { Value } from "../values.ts";
import { globalFunction } from "./globals.ts";
import type { Templar } from "./templar.ts";

export class VariablesRun implements Run {
  readonly isNative: boolean;
  readonly #templar: Templar;
  readonly #extra: ReadonlyMap<string, Value> | undefined;
  readonly #seesVariables: boolean;
  /** Own copies of the variables, made when a template changes lists or dicts in place. */
  readonly #copies: Map<string, Value> | undefined;

  constructor(
    templar: Templar,
    isNative: boolean,
    extra?: ReadonlyMap<string, Value>,
    seesVariables = true,
    copies?: Map<string, Value>,
  ) {
    this.#templar = templar;
    this.isNative = isNative;
    this.#extra = extra;
    this.#seesVariables = seesVariables;
    this.#copies = copies;
  }

  variable(name: string): Value | undefined {
    const found = this.#seesVariables ? this.#variable(name) : undefined;
    return orElse(found, () => this.#global(name));
  }

  #variable(name: string): Value | undefined {
    const own = orElse(this.#extra?.get(name), () => this.#copies?.get(name));
    if (own !== undefined) return own;
    const value = this.#templar.variable(name);
    if (value === undefined || !this.#copies) return value;
    const copy = deepCopy(value);
    this.#copies.set(name, copy);
    return copy;
  }

  #global(name: string): Value | undefined {
    if (name === "omit") return OMIT;
    if (name === "vars" && this.#seesVariables) return asValue(this.#vars());
    return globalFunction(name, this.#templar);
  }

  #vars(): Mapping {
    return new Mapping({
      get: (name) => this.#templar.variable(name),
      has: (name) => this.#templar.names().includes(name),
      names: () => this.#templar.names(),
    });
  }

  filter(name: string, value: Value, args: Arguments): Value {
    return callFilter(name, value, args, this.#templar);
  }

  test(name: string, value: Value, args: Arguments): boolean {
    return callTest(name, value, args, this.#templar);
  }

  load(name: string): Program | undefined {
    return this.#templar.load(name);
  }

  withoutVariables(): Run {
    return new VariablesRun(this.#templar, this.isNative, undefined, false);
  }

  changing(): Run {
    return this.#copies
      ? this
      : new VariablesRun(this.#templar, this.isNative, this.#extra, this.#seesVariables, new Map());
  }
}
