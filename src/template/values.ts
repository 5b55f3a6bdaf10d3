/**
 * Python's values, as playbooks know them: one small model, used wherever a playbook's value is held.
 *
 * | Python    | here                                                        |
 * | --------- | ----------------------------------------------------------- |
 * | str       | string                                                      |
 * | bool      | boolean                                                     |
 * | None      | null                                                        |
 * | int       | number when safe (always integral), bigint beyond 2^53 - 1  |
 * | float     | Float                                                       |
 * | list      | array                                                       |
 * | tuple     | Tuple                                                       |
 * | dict      | Dict (keys of any scalar or tuple; `1`, `1.0`, `True` are one key, as in Python; order kept) |
 * | Undefined | Undefined, which knows the name that was looked for         |
 *
 * Must: a bare JS number is always a whole, safe integer. Use `int` and `Float` to make numbers.
 */

export type Scalar = string | boolean | null | number | bigint | Float;
export type Key = Scalar | Tuple;
export type Value = Scalar | readonly Value[] | Tuple | Dict | Undefined | Unsafe;

/** A Python float. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A Python tuple. */
export class Tuple {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** Text that must never be templated again (`!unsafe`, and what a host said). Finalizing turns it into its text. */
export class Unsafe {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }
}

/** Text of an inline `!vault` value: opened when somebody first asks for it, and, as for Ansible, never a template. */
export class Encrypted extends Unsafe {
  readonly envelope: string;
  readonly #open: () => string;
  #opened: string | undefined;

  /** @param open may throw: nobody has to know the password of what nobody uses */
  constructor(envelope: string, open: () => string) {
    super("");
    this.envelope = envelope;
    this.#open = open;
  }

  override get text(): string {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}

/** A name that has no value; using it is an error that names it. */
export class Undefined {
  readonly name: string;
  /** The whole sentence, e.g. `'dict object' has no attribute 'x'`; default: `'NAME' is undefined`. */
  readonly reason: string;
  constructor(name: string, reason?: string) {
    this.name = name;
    this.reason = reason ?? `'${name}' is undefined`;
  }
}

/** An Undefined that may be printed, as nothing: what an `if` without `else` gives. */
export class LenientUndefined extends Undefined {}

/** A Python dict: insertion order, Python's key equality. */
export class Dict {
  readonly #entries = new Map<string, [Key, Value]>();

  static of(entries: Readonly<Record<string, Value>>): Dict {
    const dict = new Dict();
    for (const [key, value] of Object.entries(entries)) dict.set(key, value);
    return dict;
  }

  static from(entries: Iterable<readonly [Key, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(identity(key))?.[1];
  }

  has(key: Key): boolean {
    return this.#entries.has(identity(key));
  }

  /** Sets in place; a key that exists keeps its first spelling and its position, as in Python. */
  set(key: Key, value: Value): this {
    const id = identity(key);
    const existing = this.#entries.get(id);
    this.#entries.set(id, [existing ? existing[0] : key, value]);
    return this;
  }

  delete(key: Key): boolean {
    return this.#entries.delete(identity(key));
  }

  keys(): Key[] {
    return [...this.#entries.values()].map(([key]) => key);
  }

  values(): Value[] {
    return [...this.#entries.values()].map(([, value]) => value);
  }

  entries(): [Key, Value][] {
    return [...this.#entries.values()].map(([key, value]) => [key, value]);
  }

  copy(): Dict {
    return Dict.from(this.entries());
  }
}

/** A Python int: a number where that is exact, else a bigint. */
export function int(value: bigint | number): number | bigint {
  if (typeof value === "number") {
    if (!Number.isInteger(value)) throw new Error(`not an int: ${value}`);
    return Number.isSafeInteger(value) ? (value === 0 ? 0 : value) : BigInt(value);
  }
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

export function isInt(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

/** One string for all the keys that Python holds equal. */
function identity(key: Key): string {
  if (typeof key === "string") return `s${key}`;
  if (key === null) return "n";
  if (typeof key === "boolean") return key ? "i1" : "i0";
  if (typeof key === "number" || typeof key === "bigint") return `i${key}`;
  if (key instanceof Float) return Number.isInteger(key.value) ? `i${BigInt(key.value)}` : `f${key.value}`;
  return `t(${key.items.map((item) => identity(item as Key)).join(",")})`;
}

/** JSON's values as Python's: whole numbers become ints, others floats. */
export function fromJson(json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (typeof json === "string" || typeof json === "boolean") return json;
  if (typeof json === "number") return Number.isInteger(json) ? int(json) : new Float(json);
  if (typeof json === "bigint") return int(json);
  if (Array.isArray(json)) return json.map((each) => fromJson(each));
  return Dict.of(
    Object.fromEntries(Object.entries(json as object).map(([key, value]) => [key, fromJson(value)])),
  );
}

/** Python's values as JSON's: floats become numbers, tuples lists, keys text; an Undefined becomes null. Lossy: for reports and the journal. */
export function toJson(value: Value): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number")
    return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Float) return Number.isFinite(value.value) ? value.value : String(value.value);
  if (value instanceof Unsafe) return value.text;
  if (value instanceof Undefined) return null;
  if (value instanceof Tuple) return value.items.map((item) => toJson(item));
  if (value instanceof Dict)
    return Object.fromEntries(value.entries().map(([key, item]) => [keyText(key), toJson(item)]));
  // What lives only inside templates (`omit` among it) is nobody's data.
  return isList(value) ? value.map((item) => toJson(item)) : null;
}

function keyText(key: Key): string {
  if (key === null) return "null";
  if (typeof key === "boolean") return key ? "true" : "false";
  if (key instanceof Float) return String(key.value);
  if (key instanceof Tuple) return JSON.stringify(toJson(key));
  return String(key);
}
