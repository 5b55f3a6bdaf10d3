/** The methods of Python's str. */

import { Dict, int, isList, Tuple, type Value } from "../values.ts";
import type { Arguments } from "./arguments.ts";
import { bind } from "./arguments.ts";
import { asKey } from "./compare.ts";
import { asCount, asFlag, asText, onlyText } from "./convert.ts";
import { templateError } from "./failure.ts";
import { formatBraces, type Reach } from "./format-braces.ts";
import { pad } from "./format-number.ts";
import { characters, iterate, slice } from "./sequence.ts";

type Method = (text: string, given: Arguments, reach: Reach) => Value;

/** Python's whitespace. */
const space = "\\s\\x1c-\\x1f\\x85";
const anySpace = new RegExp(`[${space}]+`, "u");

export const textMethods: Readonly<Record<string, Method>> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  casefold: (text) => text.toLowerCase(),
  capitalize: (text) => capitalized(text),
  title: (text) => titled(text),
  swapcase: (text) =>
    characters(text)
      .map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))
      .join(""),
  strip: (text, given) => strip(text, given, "both"),
  lstrip: (text, given) => strip(text, given, "left"),
  rstrip: (text, given) => strip(text, given, "right"),
  split: (text, given) => {
    const { sep, maxsplit } = bind("split", ["sep", "maxsplit"], given);
    return split(text, separator(sep), asCount(maxsplit, -1));
  },
  rsplit: (text, given) => {
    const { sep, maxsplit } = bind("rsplit", ["sep", "maxsplit"], given);
    return rsplit(text, separator(sep), asCount(maxsplit, -1));
  },
  splitlines: (text, given) => lines(text, asFlag(bind("splitlines", ["keepends"], given).keepends, false)),
  join: (text, given) => {
    const { iterable } = bind("join", ["iterable"], given);
    return iterate(iterable ?? null)
      .map((item, index) => onlyText(item, `sequence item ${index}: it`))
      .join(text);
  },
  replace: (text, given) => {
    const bound = bind("replace", ["old", "new", "count"], given);
    return replace(text, onlyText(bound.old, "old"), onlyText(bound.new, "new"), asCount(bound.count, -1));
  },
  startswith: (text, given) => affix(text, given, "startswith", (part, prefix) => part.startsWith(prefix)),
  endswith: (text, given) => affix(text, given, "endswith", (part, suffix) => part.endsWith(suffix)),
  removeprefix: (text, given) => {
    const prefix = onlyText(bind("removeprefix", ["prefix"], given).prefix, "prefix");
    return text.startsWith(prefix) ? text.slice(prefix.length) : text;
  },
  removesuffix: (text, given) => {
    const suffix = onlyText(bind("removesuffix", ["suffix"], given).suffix, "suffix");
    return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
  },
  find: (text, given) => find(text, given, "find"),
  rfind: (text, given) => find(text, given, "rfind"),
  index: (text, given) => found(find(text, given, "find")),
  rindex: (text, given) => found(find(text, given, "rfind")),
  count: (text, given) => {
    const { sub, start, end } = bind("count", ["sub", "start", "end"], given);
    const part = slice(text, start ?? null, end ?? null, null) as string;
    const wanted = onlyText(sub, "sub");
    return wanted === "" ? characters(part).length + 1 : part.split(wanted).length - 1;
  },
  center: (text, given) => padded(text, given, "center", "^"),
  ljust: (text, given) => padded(text, given, "ljust", "<"),
  rjust: (text, given) => padded(text, given, "rjust", ">"),
  zfill: (text, given) => {
    const width = asCount(bind("zfill", ["width"], given).width, 0);
    const sign = /^[+-]/.exec(text)?.[0] ?? "";
    return sign + pad(text.slice(sign.length), width - sign.length, ">", "0");
  },
  expandtabs: (text, given) => {
    const size = asCount(bind("expandtabs", ["tabsize"], given).tabsize, 8);
    return text.replace(/[^\n\t]*\t/g, (part) =>
      pad(part.slice(0, -1), Math.ceil(part.length / size) * size, "<", " "),
    );
  },
  partition: (text, given) => partition(text, onlyText(bind("partition", ["sep"], given).sep, "sep"), false),
  rpartition: (text, given) => partition(text, onlyText(bind("rpartition", ["sep"], given).sep, "sep"), true),
  isdigit: (text) => /^[\p{Nd}\u00b2\u00b3\u00b9]+$/u.test(text),
  isdecimal: (text) => /^\p{Nd}+$/u.test(text),
  isnumeric: (text) => /^\p{N}+$/u.test(text),
  isalpha: (text) => /^\p{L}+$/u.test(text),
  isalnum: (text) => /^[\p{L}\p{N}]+$/u.test(text),
  isspace: (text) => new RegExp(`^[${space}]+$`, "u").test(text),
  isupper: (text) => /\p{L}/u.test(text) && text === text.toUpperCase() && text !== text.toLowerCase(),
  islower: (text) => /\p{L}/u.test(text) && text === text.toLowerCase() && text !== text.toUpperCase(),
  istitle: (text) => /\p{L}/u.test(text) && text === titled(text),
  isidentifier: (text) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text),
  isascii: (text) => !/[^\u0000-\u007f]/.test(text),
  isprintable: (text) => !/(?! )[\p{C}\p{Z}]/u.test(text),
  encode: (text) => text,
  decode: (text) => text,
  format: (text, given, reach) => formatBraces(text, given, reach),
  format_map: (text, given, reach) => {
    const { mapping } = bind("format_map", ["mapping"], given);
    if (!(mapping instanceof Dict)) throw templateError("format_map() wants a mapping");
    const named = new Map(mapping.entries().map(([key, value]) => [asText(key), value]));
    return formatBraces(text, { positional: [], named }, reach);
  },
  translate: (text, given) => {
    const { table } = bind("translate", ["table"], given);
    if (!(table instanceof Dict)) throw templateError("translate() wants a mapping");
    return characters(text)
      .map((char) => {
        const mapped = table.get(asKey(char.codePointAt(0) ?? 0));
        if (mapped === undefined) return char;
        return mapped === null
          ? ""
          : typeof mapped === "number"
            ? String.fromCodePoint(mapped)
            : asText(mapped);
      })
      .join("");
  },
};

export function capitalized(text: string): string {
  const [first = "", ...rest] = characters(text);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** Python's `title`: every run of letters starts with a capital. */
function titled(text: string): string {
  return text.replace(/\p{L}+/gu, (word) => capitalized(word));
}

export function split(text: string, sep: string | undefined, limit: number): string[] {
  if (sep !== undefined) {
    if (limit < 0) return text.split(sep);
    const parts = text.split(sep);
    return parts.length <= limit + 1 ? parts : [...parts.slice(0, limit), parts.slice(limit).join(sep)];
  }
  const parts: string[] = [];
  let rest = trimStart(text);
  while (rest !== "") {
    const gap = anySpace.exec(rest);
    if (!gap || (limit >= 0 && parts.length >= limit)) {
      parts.push(parts.length >= limit && limit >= 0 ? trimEnd(rest) : rest);
      break;
    }
    parts.push(rest.slice(0, gap.index));
    rest = rest.slice(gap.index + gap[0].length);
  }
  return parts;
}

export function lines(text: string, keepEnds = false): string[] {
  const found =
    text.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g) ?? [];
  if (found.at(-1) === "") found.pop();
  return keepEnds
    ? found
    : found.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, ""));
}

function trimStart(text: string): string {
  return text.replace(new RegExp(`^[${space}]+`, "u"), "");
}

/** Without a regular expression that backtracks: `[ ]+$` is quadratic on long runs of blanks. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && anySpace.test(text[end - 1] as string)) end--;
  return text.slice(0, end);
}

function separator(sep: Value | undefined): string | undefined {
  if (sep === undefined || sep === null) return undefined;
  const text = onlyText(sep, "sep");
  if (text === "") throw templateError("empty separator");
  return text;
}

function rsplit(text: string, sep: string | undefined, limit: number): string[] {
  if (limit < 0) return split(text, sep, -1);
  const reversed = split(
    characters(text).reverse().join(""),
    sep && characters(sep).reverse().join(""),
    limit,
  );
  return reversed.reverse().map((part) => characters(part).reverse().join(""));
}

function strip(text: string, given: Arguments, side: "both" | "left" | "right"): string {
  const { chars } = bind("strip", ["chars"], given);
  const removes =
    chars === undefined || chars === null
      ? (char: string) => anySpace.test(char)
      : (
          (set) => (char: string) =>
            set.has(char)
        )(new Set(characters(onlyText(chars, "chars"))));
  const parts = characters(text);
  let start = 0;
  let end = parts.length;
  if (side !== "right") while (start < end && removes(parts[start] as string)) start++;
  if (side !== "left") while (end > start && removes(parts[end - 1] as string)) end--;
  return parts.slice(start, end).join("");
}

export function replace(text: string, old: string, fresh: string, count: number): string {
  if (count < 0)
    return old === ""
      ? fresh +
          characters(text)
            .map((char) => char + fresh)
            .join("")
      : text.replaceAll(old, () => fresh);
  const parts = old === "" ? ["", ...characters(text), ""] : text.split(old);
  const used = Math.min(count, parts.length - 1);
  return (
    parts.slice(0, used + 1).join(fresh) +
    (used + 1 < parts.length ? old + parts.slice(used + 1).join(old) : "")
  );
}

function affix(
  text: string,
  given: Arguments,
  name: string,
  has: (text: string, affix: string) => boolean,
): boolean {
  const bound = bind(name, ["affix", "start", "end"], given);
  const part = slice(text, bound.start ?? null, bound.end ?? null, null) as string;
  if (bound.affix instanceof Tuple)
    return bound.affix.items.some((item) => has(part, onlyText(item, "each affix")));
  if (bound.affix !== undefined && isList(bound.affix))
    throw templateError(`${name} first arg must be str or a tuple of str, not list`);
  return has(part, onlyText(bound.affix, `${name} first arg`));
}

function find(text: string, given: Arguments, name: "find" | "rfind"): number {
  const { sub, start, end } = bind(name, ["sub", "start", "end"], given);
  const parts = characters(text);
  const from = Math.max(0, asCount(start, 0) < 0 ? asCount(start, 0) + parts.length : asCount(start, 0));
  const part = slice(text, from, end ?? null, null) as string;
  const wanted = onlyText(sub, "sub");
  const at = name === "find" ? part.indexOf(wanted) : part.lastIndexOf(wanted);
  return at < 0 ? -1 : from + characters(part.slice(0, at)).length;
}

function found(index: number): number | bigint {
  if (index < 0) throw templateError("substring not found");
  return int(index);
}

function padded(text: string, given: Arguments, name: string, align: string): string {
  const { width, fillchar } = bind(name, ["width", "fillchar"], given);
  const fill = asText(fillchar, " ");
  if (characters(fill).length !== 1)
    throw templateError("The fill character must be exactly one character long");
  if (align !== "^") return pad(text, asCount(width, 0), align, fill);
  const missing = Math.max(0, asCount(width, 0) - characters(text).length);
  const left = Math.floor(missing / 2) + (missing & asCount(width, 0) & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

function partition(text: string, sep: string, fromRight: boolean): Tuple {
  if (sep === "") throw templateError("empty separator");
  const at = fromRight ? text.lastIndexOf(sep) : text.indexOf(sep);
  if (at < 0) return new Tuple(fromRight ? ["", "", text] : [text, "", ""]);
  return new Tuple([text.slice(0, at), sep, text.slice(at + sep.length)]);
}
