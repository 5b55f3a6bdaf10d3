/** A fact: what was read and where, or that it could not be read and why. Unknown is never "no". */

export type Fact<T> = Known<T> | Unknown;

export interface Known<T> {
  readonly value: T;
  /** The file or command that it was read from. */
  readonly source: string;
  readonly reason?: never;
}

export interface Unknown {
  readonly value: "unknown";
  readonly source: string;
  /** Why it could not be read, in the host's words where it had some. */
  readonly reason: string;
}

export function known<T>(value: T, source: string): Known<T> {
  return { value, source };
}

export function unknown(reason: string, source: string): Unknown {
  return { value: "unknown", source, reason };
}

export function isKnown<T>(fact: Fact<T>): fact is Known<T> {
  return fact.reason === undefined;
}

/** The value, or undefined where it is unknown. */
export function ifKnown<T>(fact: Fact<T>): T | undefined {
  return isKnown(fact) ? fact.value : undefined;
}

/** A fact made from another: where the first is unknown, so is the second, for the same reason. */
export function mapFact<T, U>(fact: Fact<T>, make: (value: T) => U): Fact<U> {
  return isKnown(fact) ? known(make(fact.value), fact.source) : fact;
}
