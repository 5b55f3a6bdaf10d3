/** In a plan: which values are only known once something has run, and which task reads one of them. */

import { AsyncLocalStorage } from "node:async_hooks";
import { Dict, isList, type Key, type Value } from "../template/template.ts";

/** Why what a task on a host has read so far is not known. */
interface Reads {
  /** The value itself is not known. */
  readonly unknown: Set<string>;
  /** It is what a change would register, of which only a part is known. */
  readonly partly: Set<string>;
}

const reading = new AsyncLocalStorage<Reads>();

/** Runs a task on a host, and notes what it reads. */
export function watchingReads<T>(act: () => T): T {
  return reading.run({ unknown: new Set(), partly: new Set() }, act);
}

/** Runs a part of a task, whose reads are the task's, too. @returns why what that part came to is not known; absent: it is */
export function watchingPart<T>(act: () => T): { readonly made: T; readonly why?: string } {
  const whole = reading.getStore();
  return watchingReads(() => {
    const made = act();
    const part = reading.getStore();
    for (const why of part?.unknown ?? []) whole?.unknown.add(why);
    for (const why of part?.partly ?? []) whole?.partly.add(why);
    const why = unknownRead() ?? partlyRead();
    return { made, ...(why === undefined ? {} : { why }) };
  });
}

/** The task under way looks at something that nobody can know. */
export function noteUnknown(why: string): void {
  reading.getStore()?.unknown.add(why);
}

/** A sentence where the task under way has read something that nobody can know; absent: it has not. */
export function unknownRead(): string | undefined {
  return reading.getStore()?.unknown.values().next().value;
}

/** The same, of what is partly known. */
export function partlyRead(): string | undefined {
  return reading.getStore()?.partly.values().next().value;
}

/** A host's variables, of which some are marked as unknown. */
export class WatchedDict extends Dict {
  readonly #unknown = new Map<Key, string>();

  /** @param why a sentence for whoever reads it */
  mark(key: Key, why: string): void {
    this.#unknown.set(key, why);
  }

  override set(key: Key, value: Value): this {
    this.#unknown?.delete(key);
    return super.set(key, value);
  }

  override get(key: Key): Value | undefined {
    const why = this.#unknown.get(key);
    if (why !== undefined) reading.getStore()?.unknown.add(why);
    return super.get(key);
  }

  /** The same values under other names, as unknown as here. */
  renamed(name: (key: Key) => Key): Dict {
    const other = new WatchedDict();
    for (const [key, value] of this.entries()) {
      other.set(name(key), value);
      const why = this.#unknown.get(key);
      if (why !== undefined) other.mark(name(key), why);
    }
    return other;
  }
}

/** What a plan says of a change as surely as the run will. */
const sure = new Set<Key>([
  "changed",
  "failed",
  "skipped",
  "unreachable",
  "results",
  "item",
  "ansible_loop_var",
]);

/** What a change would register: that it changes something is known, what it will say of that is not. */
export class PartlyKnown extends Dict {
  readonly #why: string;

  constructor(values: Dict, why: string) {
    super();
    this.#why = why;
    for (const [key, value] of values.entries())
      this.set(key, key === "results" ? rounds(value, why) : value);
  }

  override get(key: Key): Value | undefined {
    this.#note(key);
    return super.get(key);
  }

  override has(key: Key): boolean {
    this.#note(key);
    return super.has(key);
  }

  #note(key: Key): void {
    if (!sure.has(key)) reading.getStore()?.partly.add(this.#why);
  }
}

function rounds(value: Value, why: string): Value {
  if (!isList(value)) return value;
  return value.map((each) => (each instanceof Dict ? new PartlyKnown(each, why) : each));
}
