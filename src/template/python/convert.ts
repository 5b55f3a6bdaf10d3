/** Reads the arguments of filters and methods as the JS values that they work on. */

import { Float, isInt, LenientUndefined, Undefined, Unsafe, type Value } from "../values.ts";
import { truthy } from "./compare.ts";
import { templateError, undefinedError } from "./failure.ts";
import { str, typeName } from "./text.ts";

/** Any value's text, as Python's `str` gives it. */
export function asText(value: Value | undefined, fallback = ""): string {
  return value === undefined ? fallback : str(value);
}

/** Text only: another type is an error. */
export function onlyText(value: Value | undefined, what: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Unsafe) return value.text;
  if (value instanceof Undefined) throw undefinedError(value);
  throw templateError(`${what} must be a string, not ${value === undefined ? "absent" : typeName(value)}`);
}

export function asCount(value: Value | undefined, fallback: number, what = "the argument"): number {
  if (value === undefined || value === null) return fallback;
  if (isInt(value)) return Number(value);
  if (typeof value === "boolean") return Number(value);
  if (value instanceof Undefined) throw undefinedError(value);
  throw templateError(`${what} must be an integer, not ${typeName(value)}`);
}

export function asFlag(value: Value | undefined, fallback: boolean): boolean {
  return value === undefined ? fallback : truthy(value);
}

/** A number of any kind; text that writes one is read only when `readText`. */
export function asFloat(value: Value | undefined, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (value instanceof Float) return value.value;
  if (isInt(value) || typeof value === "boolean") return Number(value);
  if (value instanceof Undefined) throw undefinedError(value);
  throw templateError(`must be a number, not ${typeName(value)}`);
}

/** Throws what using an Undefined throws; gives every other value back. */
export function defined(value: Value): Value {
  if (value instanceof Undefined && !(value instanceof LenientUndefined)) throw undefinedError(value);
  return value;
}

/** Ansible's reading of booleans: `yes`, `on`, `1`, `true` are true; the rest is false; undefined when it is neither. */
export function looseBoolean(value: Value): boolean | undefined {
  if (typeof value === "boolean") return value;
  const text = (value instanceof Float ? String(value.value) : str(value)).toLowerCase().trim();
  if (["y", "yes", "on", "1", "true", "t"].includes(text)) return true;
  if (["n", "no", "off", "0", "false", "f"].includes(text)) return false;
  return undefined;
}
