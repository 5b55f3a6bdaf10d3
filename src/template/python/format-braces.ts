/** Python's `str.format`: `'{0:>5}|{n}'.format(x, n=2)`, and the format spec behind the colon. */

import { Dict, Float, isInt, type Value } from "../values.ts";
import type { Arguments } from "./arguments.ts";
import { templateError } from "./failure.ts";
import { exponentText, fixedText, generalText, groupSign, pad } from "./format-number.ts";
import { floatText, repr, str, typeName } from "./text.ts";

/** How `{a.b}` and `{a[0]}` reach into a value; the engine's own rules are passed in. */
export interface Reach {
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
}

export function formatBraces(format: string, given: Arguments, reach: Reach): string {
  let automatic = 0;
  const field = (name: string): Value => {
    const match = /^([^.[]*)(.*)$/s.exec(name);
    const first = match?.[1] ?? "";
    const position = first === "" ? automatic++ : /^\d+$/.test(first) ? Number(first) : undefined;
    const base = position === undefined ? given.named.get(first) : given.positional[position];
    if (base === undefined)
      throw templateError(
        position === undefined
          ? `format() was not given the name '${first}'`
          : "Replacement index out of range for positional args tuple",
      );
    return follow(base, match?.[2] ?? "", reach);
  };
  return expand(format, field, 2);
}

function expand(format: string, field: (name: string) => Value, depth: number): string {
  let text = "";
  let at = 0;
  while (at < format.length) {
    const char = format[at] as string;
    if ((char === "{" || char === "}") && format[at + 1] === char) {
      text += char;
      at += 2;
    } else if (char === "{") {
      const end = closing(format, at);
      text += replacement(format.slice(at + 1, end), field, depth);
      at = end + 1;
    } else if (char === "}") {
      throw templateError("Single '}' encountered in format string");
    } else {
      text += char;
      at++;
    }
  }
  return text;
}

function closing(format: string, start: number): number {
  let depth = 0;
  for (let at = start; at < format.length; at++) {
    if (format[at] === "{") depth++;
    if (format[at] === "}" && --depth === 0) return at;
  }
  throw templateError("expected '}' before end of string");
}

function replacement(inner: string, field: (name: string) => Value, depth: number): string {
  if (depth === 0) throw templateError("Max string recursion exceeded");
  const match = /^([^!:]*)(?:!([rsa]))?(?::(.*))?$/s.exec(inner);
  if (!match) throw templateError(`cannot read the replacement field '{${inner}}'`);
  const value = field(match[1] ?? "");
  const spec = expand(match[3] ?? "", field, depth - 1);
  if (match[2] === "r" || match[2] === "a") return formatSpec(repr(value), spec);
  return formatSpec(match[2] === "s" ? str(value) : value, spec);
}

function follow(value: Value, path: string, reach: Reach): Value {
  let result = value;
  for (const [, name, index] of path.matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
    if (name !== undefined) result = reach.attribute(result, name);
    else result = reach.item(result, /^\d+$/.test(index ?? "") ? Number(index) : (index ?? ""));
  }
  return result;
}

const specForm = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

/** Python's `format(value, spec)`. */
function formatSpec(value: Value, spec: string): string {
  if (spec === "") return str(value);
  const match = specForm.exec(spec);
  if (!match) throw templateError(`Invalid format specifier '${spec}'`);
  const [, fill, align, sign = "", , alternate, zero, width, group, precision, kind] = match;
  const size = Number(width ?? 0);
  const digits = precision === undefined ? undefined : Number(precision);
  const number = typeof value === "boolean" && kind !== undefined && kind !== "s" ? Number(value) : value;
  if (!isInt(number) && !(number instanceof Float)) {
    if (kind !== undefined && kind !== "s")
      throw templateError(`Unknown format code '${kind}' for object of type '${typeName(value)}'`);
    if (value instanceof Dict || Array.isArray(value))
      throw templateError(`unsupported format string passed to ${typeName(value)}.__format__`);
    const text = digits === undefined ? str(value) : Array.from(str(value)).slice(0, digits).join("");
    return pad(text, size, align ?? "<", fill ?? (zero ? "0" : " "));
  }
  const body = magnitude(number, kind, digits, alternate !== undefined, group);
  const isNegative = number instanceof Float ? number.value < 0 || Object.is(number.value, -0) : number < 0;
  const prefix = groupSign(isNegative, sign);
  const padding = fill ?? (zero ? "0" : " ");
  const place = align ?? (zero ? "=" : ">");
  if (place === "=") return prefix + pad(body, size - prefix.length, ">", padding);
  return pad(prefix + body, size, place, padding);
}

/** The digits without their sign. */
function magnitude(
  value: number | bigint | Float,
  kind: string | undefined,
  digits: number | undefined,
  alternate: boolean,
  group: string | undefined,
): string {
  if (!(value instanceof Float) && (kind === undefined || "bcdoxXn".includes(kind)))
    return wholeText(value, kind ?? "d", alternate, group);
  const size = Math.abs(value instanceof Float ? value.value : Number(value));
  return grouped(floatDigits(size, kind, digits), group);
}

function wholeText(
  value: number | bigint,
  kind: string,
  alternate: boolean,
  group: string | undefined,
): string {
  if (kind === "c") return String.fromCodePoint(Number(value));
  const radix = { b: 2, o: 8, x: 16, X: 16 }[kind] ?? 10;
  const big = BigInt(value);
  const text = (big < 0n ? -big : big).toString(radix);
  const prefix = alternate && radix !== 10 ? `0${kind}` : "";
  return prefix + grouped(kind === "X" ? text.toUpperCase() : text, group);
}

function floatDigits(size: number, kind: string | undefined, digits: number | undefined): string {
  switch (kind) {
    case undefined:
      return digits === undefined ? floatText(size) : generalText(size, digits);
    case "e":
      return exponentText(size, digits ?? 6);
    case "E":
      return exponentText(size, digits ?? 6).toUpperCase();
    case "f":
    case "F":
      return fixedText(size, digits ?? 6);
    case "g":
    case "n":
      return generalText(size, digits ?? 6);
    case "G":
      return generalText(size, digits ?? 6).toUpperCase();
    case "%":
      return `${fixedText(size * 100, digits ?? 6)}%`;
    default:
      throw templateError(`Unknown format code '${kind}' for object of type 'float'`);
  }
}

function grouped(text: string, separator: string | undefined): string {
  if (separator === undefined) return text;
  const match = /^([0-9a-fA-F]+)(.*)$/s.exec(text);
  return (match?.[1] ?? "").replace(/\B(?=(?:[0-9a-fA-F]{3})+$)/g, separator) + (match?.[2] ?? "");
}
