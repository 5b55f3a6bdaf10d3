/** Filters on numbers. */

import { type Filter, filter } from "../define.ts";
import { orElse } from "../python/absent.ts";
import { negate } from "../python/arithmetic.ts";
import { compare } from "../python/compare.ts";
import { asCount, asFlag, asFloat, asText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { fixedText } from "../python/format-number.ts";
import { iterate } from "../python/sequence.ts";
import { str } from "../python/text.ts";
import { Float, int, isInt, Unsafe, type Value } from "../values.ts";

export const numberFilters: Readonly<Record<string, Filter>> = {
  int: filter("The value as an int, or the default", ["default", "base"], (value, args) =>
    orElse(toInt(value, asCount(args.base, 10)), () => orElse(args.default, () => 0)),
  ),
  float: filter("The value as a float, or the default", ["default"], (value, args) => {
    const number = toFloat(value);
    return number === undefined ? orElse(args.default, () => new Float(0)) : new Float(number);
  }),
  abs: filter("Without its sign", [], (value) => (compare(value, 0) < 0 ? negate(value) : value)),
  round: filter(
    "Rounded to so many places: common, ceil or floor",
    ["precision", "method"],
    (value, { precision, method }) => rounded(value, asCount(precision, 0), asText(method, "common")),
  ),
  random: filter(
    "A number below the value, or an item of the list; the same for the same seed",
    ["end", "start", "step", "seed"],
    (value, args, context) => {
      const next =
        args.seed === undefined || args.seed === null ? context.settings.random() : seeded(str(args.seed));
      if (!isInt(value)) {
        const items = iterate(value);
        if (items.length === 0) throw templateError("No random item, sequence was empty.");
        return items[Math.floor(next * items.length)] as Value;
      }
      const start = asCount(args.start, 0);
      const step = asCount(args.step, 1);
      const count = Math.ceil((Number(value) - start) / step);
      if (count <= 0) throw templateError("empty range for random");
      return int(start + step * Math.floor(next * count));
    },
  ),
  shuffle: filter(
    "The items in random order; the same for the same seed",
    ["seed"],
    (value, { seed }, context) => {
      const items = [...iterate(value)];
      const text = seed === undefined || seed === null ? undefined : str(seed);
      for (let at = items.length - 1; at > 0; at--) {
        const next = text === undefined ? context.settings.random() : seeded(`${text}:${at}`);
        const other = Math.floor(next * (at + 1));
        [items[at], items[other]] = [items[other] as Value, items[at] as Value];
      }
      return items;
    },
  ),
  log: filter("The logarithm, to base e or the base given", ["base"], (value, { base }) => {
    const number = asFloat(value, 0);
    if (number <= 0) throw templateError("log() can only be used on positive numbers");
    if (base === undefined) return new Float(Math.log(number));
    const to = asFloat(base, Math.E);
    return new Float(
      to === 10 ? Math.log10(number) : to === 2 ? Math.log2(number) : Math.log(number) / Math.log(to),
    );
  }),
  pow: filter(
    "Raised to a power, as a float",
    ["exponent"],
    (value, { exponent }) => new Float(asFloat(value, 0) ** asFloat(exponent, 1)),
  ),
  root: filter("The square root, or the root given", ["base"], (value, { base }) => {
    const degree = asFloat(base, 2);
    const number = asFloat(value, 0);
    if (number < 0) throw templateError("root() can only be used on positive numbers");
    return new Float(degree === 2 ? Math.sqrt(number) : number ** (1 / degree));
  }),
  human_readable: filter(
    "Bytes (or bits) with a unit: 1.50 MB",
    ["isbits", "unit"],
    (value, { isbits, unit }) =>
      humanReadable(
        asFloat(value, 0),
        asFlag(isbits, false),
        unit === undefined || unit === null ? undefined : str(unit),
      ),
  ),
  human_to_bytes: filter("1.5 MB as a number of bytes", ["default_unit", "isbits"], (value, args) =>
    humanToBytes(
      str(value),
      args.default_unit === undefined || args.default_unit === null ? undefined : str(args.default_unit),
      asFlag(args.isbits, false),
    ),
  ),
  filesizeformat: filter("A size as people read it: 1.5 MB", ["binary"], (value, { binary }) =>
    fileSize(toFloat(value) ?? 0, asFlag(binary, false)),
  ),
};

function toInt(value: Value, base: number): number | bigint | undefined {
  if (isInt(value)) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Float)
    return Number.isFinite(value.value) ? int(BigInt(Math.trunc(value.value))) : undefined;
  const text = value instanceof Unsafe ? value.text : value;
  if (typeof text !== "string") return undefined;
  return parseInteger(text.trim(), base) ?? wholePart(text);
}

/** Python's `int(text, base)`. */
function parseInteger(text: string, base: number): number | bigint | undefined {
  const match = /^([-+]?)(0[xX]|0[oO]|0[bB])?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(text);
  if (!match) return undefined;
  const radix = { x: 16, o: 8, b: 2 }[(match[2] ?? "").slice(1).toLowerCase()];
  if (radix !== undefined && base !== radix && base !== 0) return undefined;
  const effective = radix ?? (base === 0 ? 10 : base);
  let total = 0n;
  for (const digit of (match[3] ?? "").replaceAll("_", "")) {
    const number = Number.parseInt(digit, 36);
    if (Number.isNaN(number) || number >= effective) return undefined;
    total = total * BigInt(effective) + BigInt(number);
  }
  return int(match[1] === "-" ? -total : total);
}

function wholePart(text: string): number | bigint | undefined {
  const number = toFloat(text);
  return number === undefined || !Number.isFinite(number) ? undefined : int(BigInt(Math.trunc(number)));
}

/** Python's `float(value)`, or undefined. */
export function toFloat(value: Value): number | undefined {
  if (isInt(value) || typeof value === "boolean") return Number(value);
  if (value instanceof Float) return value.value;
  if (typeof value !== "string" && !(value instanceof Unsafe)) return undefined;
  const text = str(value).trim().toLowerCase();
  if (/^[-+]?(?:inf|infinity)$/.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[-+]?nan$/.test(text)) return Number.NaN;
  const form = /^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+)?$/;
  return form.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

function rounded(value: Value, precision: number, method: string): Value {
  if (!["common", "ceil", "floor"].includes(method))
    throw templateError("method must be common, ceil or floor");
  if (isInt(value) && method === "common") return precision >= 0 ? value : roundInt(BigInt(value), precision);
  const number = asFloat(value, 0);
  if (method === "common") return new Float(roundHalfEven(number, precision));
  const scale = 10 ** precision;
  return new Float((method === "ceil" ? Math.ceil(number * scale) : Math.floor(number * scale)) / scale);
}

function roundInt(value: bigint, precision: number): Value {
  const unit = 10n ** BigInt(-precision);
  const rest = ((value % unit) + unit) % unit;
  const low = value - rest;
  const isUp = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n);
  return int(isUp ? low + unit : low);
}

/** Python's `round`: exact ties go to the even neighbour. */
function roundHalfEven(value: number, precision: number): number {
  if (!Number.isFinite(value)) return value;
  if (precision > 0) return Number(fixedText(value, precision));
  const scale = 10 ** -precision;
  const scaled = value / scale;
  const low = Math.floor(scaled);
  const rest = scaled - low;
  const result = rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
  return result * scale;
}

/** A number from 0 up to 1 that depends on the text alone. */
function seeded(text: string): number {
  let hash = 2166136261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

const units = ["", "K", "M", "G", "T", "P", "E", "Z", "Y"];

function humanReadable(size: number, isBits: boolean, unit: string | undefined): string {
  const base = isBits ? "bits" : "Bytes";
  const wanted = unit?.slice(0, 1).toUpperCase();
  for (let power = units.length - 1; power >= 0; power--) {
    const limit = 1024 ** power;
    const isIt = wanted === undefined ? size >= limit : units[power] === wanted;
    if (!isIt && power > 0) continue;
    const suffix = power === 0 ? base : `${units[power]}${isBits ? "b" : "B"}`;
    return `${(size / limit).toFixed(2)} ${suffix}`;
  }
  return `${size.toFixed(2)} ${base}`;
}

function humanToBytes(text: string, defaultUnit: string | undefined, isBits: boolean): Value {
  const match = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(text);
  const number = Number(match?.[1] || Number.NaN);
  if (Number.isNaN(number)) throw templateError(`human_to_bytes() can't interpret following string: ${text}`);
  const unit = match?.[2] ?? defaultUnit ?? "";
  const power =
    unit === "" || /^b(?:ytes?|its?)?$/i.test(unit) ? 0 : units.indexOf(unit[0]?.toUpperCase() ?? "");
  const rest = unit.slice(1);
  const isRight =
    power === 0 ||
    rest === "" ||
    (isBits ? /^b(?:it)?$/.test(rest) : /^B(?:yte)?$/i.test(rest) && rest[0] !== "b");
  if (power < 0 || !isRight)
    throw templateError(
      `human_to_bytes() failed to convert ${text} (unit = ${unit}). The suffix must be one of Y, Z, E, P, T, G, M, K, B`,
    );
  return int(Math.round(number * 1024 ** power));
}

function fileSize(bytes: number, isBinary: boolean): string {
  const base = isBinary ? 1024 : 1000;
  const names = isBinary
    ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
    : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
  if (bytes === 1) return "1 Byte";
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  let power = 1;
  while (power < names.length && bytes >= base ** (power + 1)) power++;
  return `${(bytes / base ** power).toFixed(1)} ${names[power - 1]}`;
}
