/** Things that live only inside a template: macros, methods, namespaces, dates. They never leave it but as text, except OMIT. */

import type { Value } from "../values.ts";
import type { Arguments } from "./arguments.ts";

export abstract class PyObject {
  /** Python's name of the type, for error messages and `type_debug`. */
  abstract readonly typeName: string;
  abstract text(): string;

  attribute(_name: string): Value | undefined {
    return undefined;
  }

  /** What `for` goes over; undefined when it can't. */
  items(): readonly Value[] | undefined {
    return undefined;
  }

  /** `object[key]`. */
  element(_key: Value): Value | undefined {
    return undefined;
  }

  call(_given: Arguments): Value {
    throw new TypeError(`'${this.typeName}' object is not callable`);
  }

  get isCallable(): boolean {
    return false;
  }
}

/** Lets a template hold the object beside its values; the one place where the type is stretched. */
export function asValue(object: PyObject): Value {
  return object as unknown as Value;
}

export function isObject(value: unknown): value is PyObject {
  return value instanceof PyObject;
}

class Omit extends PyObject {
  readonly typeName = "omit";
  /** What Ansible writes, less the digits that differ in each run. */
  text(): string {
    return "__omit_place_holder__";
  }
}

/** `omit`: an option that is to be left out. Templates pass it through; whoever reads options drops it. */
export const OMIT: Value = asValue(new Omit());

/** A function that templates can call. */
export class Callable extends PyObject {
  readonly typeName: string;
  readonly #name: string;
  readonly #run: (given: Arguments) => Value;

  constructor(name: string, run: (given: Arguments) => Value, typeName = "function") {
    super();
    this.typeName = typeName;
    this.#name = name;
    this.#run = run;
  }

  override get isCallable(): boolean {
    return true;
  }

  override call(given: Arguments): Value {
    return this.#run(given);
  }

  text(): string {
    return `<${this.typeName} ${this.#name}>`;
  }
}
