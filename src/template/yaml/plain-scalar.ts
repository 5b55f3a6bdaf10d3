/** The types of unquoted scalars, as PyYAML (YAML 1.1) tells them apart. */

import { Float, int, type Value } from "../values.ts";

const booleans = new Map<string, boolean>();
for (const word of ["yes", "true", "on"]) for (const form of spellings(word)) booleans.set(form, true);
for (const word of ["no", "false", "off"]) for (const form of spellings(word)) booleans.set(form, false);
const nulls = new Set(["", "~", "null", "Null", "NULL"]);

const binary = /^[-+]?0b[01_]+$/;
const octal = /^[-+]?0[0-7_]+$/;
const decimal = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const hexadecimal = /^[-+]?0x[0-9a-fA-F_]+$/;
const sexagesimal = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const float = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const sexagesimalFloat = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const infinity = /^[-+]?\.(?:inf|Inf|INF)$/;
const notANumber = /^\.(?:nan|NaN|NAN)$/;

/** `0644` is 420, `1:30` is 90, `yes` is true, `y` is text; a date stays the text it was written as. */
export function plainScalar(text: string): Value {
  if (nulls.has(text)) return null;
  const boolean = booleans.get(text);
  if (boolean !== undefined) return boolean;
  if (!/^[-+.0-9]/.test(text)) return text;
  return plainInt(text) ?? plainFloat(text) ?? text;
}

/** The int that the text writes in YAML 1.1, or undefined. */
export function plainInt(text: string): number | bigint | undefined {
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  const sign = text.startsWith("-") ? -1n : 1n;
  if (decimal.test(text)) return int(sign * BigInt(digits));
  if (octal.test(text)) return int(sign * BigInt(`0o${digits.slice(1) || "0"}`));
  if (hexadecimal.test(text)) return digits.length > 2 ? int(sign * BigInt(digits)) : undefined;
  if (binary.test(text)) return digits.length > 2 ? int(sign * BigInt(digits)) : undefined;
  if (sexagesimal.test(text))
    return int(sign * digits.split(":").reduce((total, part) => total * 60n + BigInt(part), 0n));
  return undefined;
}

/** The float that the text writes in YAML 1.1, or undefined. */
export function plainFloat(text: string): Float | undefined {
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  const sign = text.startsWith("-") ? -1 : 1;
  if (float.test(text)) return new Float(sign * Number(digits));
  if (infinity.test(text)) return new Float(sign * Number.POSITIVE_INFINITY);
  if (notANumber.test(text)) return new Float(Number.NaN);
  if (sexagesimalFloat.test(text))
    return new Float(sign * digits.split(":").reduce((total, part) => total * 60 + Number(part), 0));
  return undefined;
}

function spellings(word: string): string[] {
  return [word, word[0]?.toUpperCase() + word.slice(1), word.toUpperCase()];
}
