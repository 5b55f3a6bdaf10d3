/** Python's `%` formatting: `'%s-%03d' % ('a', 7)`, `'%(name)s' % dict`. */

import { Dict, Float, isInt, Tuple, type Value } from "../values.ts";
import { asKey } from "./compare.ts";
import { templateError } from "./failure.ts";
import { exponentText, fixedText, generalText, groupSign, pad } from "./format-number.ts";
import { repr, str, typeName } from "./text.ts";

const directive = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?([hlL]?)(.)?/gsu;

export function formatPercent(format: string, values: Value): string {
  const source = new Values(values);
  const text = format.replace(directive, (whole, name, flags, width, precision, _size, kind) => {
    if (kind === "%") return "%";
    if (kind === undefined) throw templateError("incomplete format");
    const wide = width === "*" ? asCount(source.next()) : Number(width ?? 0);
    const exact = precision === "*" ? asCount(source.next()) : precision;
    const digits = exact === undefined ? (/\.[hlL]?.$/su.test(whole) ? 0 : undefined) : Number(exact);
    const value = name === undefined ? source.next() : source.named(name);
    return one(kind, value, { flags, width: wide, digits });
  });
  source.end();
  return text;
}

interface Layout {
  readonly flags: string;
  readonly width: number;
  readonly digits: number | undefined;
}

/** The right-hand side: a tuple is many values, a dict is for names, all else is one value. */
class Values {
  readonly #values: readonly Value[];
  readonly #dict: Dict | undefined;
  #at = 0;
  constructor(values: Value) {
    this.#values = values instanceof Tuple ? values.items : [values];
    this.#dict = values instanceof Dict ? values : undefined;
  }

  next(): Value {
    const value = this.#values[this.#at++];
    if (value === undefined) throw templateError("not enough arguments for format string");
    return value;
  }

  named(name: string): Value {
    if (!this.#dict) throw templateError("format requires a mapping");
    const value = this.#dict.get(asKey(name));
    if (value === undefined)
      throw templateError(`the format string names '${name}', which the mapping lacks`);
    return value;
  }

  end(): void {
    if (!this.#dict && this.#at < this.#values.length)
      throw templateError("not all arguments converted during string formatting");
  }
}

function asCount(value: Value): number {
  if (typeof value !== "number") throw templateError("* wants int");
  return value;
}

function one(kind: string, value: Value, layout: Layout): string {
  switch (kind) {
    case "s":
      return aligned(cut(str(value), layout.digits), layout);
    case "r":
    case "a":
      return aligned(cut(repr(value), layout.digits), layout);
    case "c":
      return aligned(typeof value === "number" ? String.fromCodePoint(value) : str(value), layout);
    case "d":
    case "i":
    case "u":
      return numeric(toBigInt(value, kind).toString(), layout, layout.digits);
    case "x":
    case "X":
    case "o": {
      const radix = kind === "o" ? 8 : 16;
      const text = wholeOnly(value, kind).toString(radix);
      const prefix = layout.flags.includes("#") ? `0${kind}` : "";
      return numeric(kind === "X" ? text.toUpperCase() : text, layout, layout.digits, prefix);
    }
    case "f":
    case "F":
      return numeric(fixedText(toFloat(value), layout.digits ?? 6), layout);
    case "e":
    case "E":
      return numeric(cased(kind, exponentText(toFloat(value), layout.digits ?? 6)), layout);
    case "g":
    case "G":
      return numeric(cased(kind, generalText(toFloat(value), layout.digits ?? 6)), layout);
    default:
      throw templateError(`unsupported format character '${kind}'`);
  }
}

function numeric(text: string, layout: Layout, digits?: number, prefix = ""): string {
  const isNegative = text.startsWith("-");
  const magnitude = (isNegative ? text.slice(1) : text).padStart(digits ?? 0, "0");
  const sign = groupSign(isNegative, layout.flags);
  if (layout.flags.includes("0") && !layout.flags.includes("-"))
    return sign + prefix + magnitude.padStart(layout.width - sign.length - prefix.length, "0");
  return aligned(sign + prefix + magnitude, layout);
}

function aligned(text: string, layout: Layout): string {
  return pad(text, layout.width, layout.flags.includes("-") ? "<" : ">", " ");
}

function cut(text: string, digits: number | undefined): string {
  return digits === undefined ? text : Array.from(text).slice(0, digits).join("");
}

function cased(kind: string, text: string): string {
  return kind === kind.toUpperCase() ? text.toUpperCase() : text;
}

function toBigInt(value: Value, kind: string): bigint {
  if (value instanceof Float && Number.isFinite(value.value)) return BigInt(Math.trunc(value.value));
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (isInt(value)) return BigInt(value);
  throw templateError(`%${kind} format: a number is required, not ${typeName(value)}`);
}

function wholeOnly(value: Value, kind: string): bigint {
  if (value instanceof Float) throw templateError(`%${kind} format: an integer is required, not float`);
  return toBigInt(value, kind);
}

function toFloat(value: Value): number {
  if (value instanceof Float) return value.value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (isInt(value)) return Number(value);
  throw templateError(`must be real number, not ${typeName(value)}`);
}
