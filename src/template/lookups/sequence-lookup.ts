/** `with_sequence`: `start=1 end=10 stride=2 format=web%02d`, or in short `1-10/2:web%02d`. */

import { asCount } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { formatPercent } from "../python/format-percent.ts";
import { str } from "../python/text.ts";
import { Tuple, type Value } from "../values.ts";

interface Steps {
  readonly start: number;
  readonly end: number | undefined;
  readonly count: number | undefined;
  readonly stride: number;
  readonly format: string;
}

const maxItems = 1_000_000;

export function sequence(terms: readonly Value[], named: ReadonlyMap<string, Value>): readonly Value[] {
  return terms.flatMap((term) => numbers(parse(str(term), named)));
}

function parse(text: string, named: ReadonlyMap<string, Value>): Steps {
  const options: Record<string, string> = {};
  for (const [key, value] of named) options[key] = str(value);
  const short =
    /^(?:(0x[0-9a-fA-F]+|0[0-7]*|\d+)-)?(0x[0-9a-fA-F]+|0[0-7]*|\d+)(?:\/(-?\d+))?(?::(.+))?$/.exec(
      text.trim(),
    );
  if (short) {
    const [, start, end = "", stride, format] = short;
    Object.assign(
      options,
      { end },
      start ? { start } : {},
      stride ? { stride } : {},
      format ? { format } : {},
    );
  } else
    for (const [, key = "", value = ""] of text.matchAll(/(\w+)=("[^"]*"|'[^']*'|\S*)/g))
      options[key] = value.replace(/^(["'])(.*)\1$/, "$2");
  for (const key of Object.keys(options))
    if (!["start", "end", "count", "stride", "format"].includes(key))
      throw templateError(`unrecognized arguments to with_sequence: ${key}`);
  const number = (key: string) => (options[key] === undefined ? undefined : wholeNumber(key, options[key]));
  if ((options["end"] === undefined) === (options["count"] === undefined))
    throw templateError("must specify either count or end in with_sequence");
  return {
    start: number("start") ?? 1,
    end: number("end"),
    count: number("count"),
    stride: number("stride") ?? 1,
    format: options["format"] ?? "%d",
  };
}

function wholeNumber(key: string, text: string): number {
  const octal = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  if (!Number.isInteger(octal)) throw templateError(`can't parse ${key}=${text} as integer`);
  return octal;
}

function numbers({ start, end, count, stride, format }: Steps): Value[] {
  if (count === 0) return [];
  const last = end ?? start + (asCount(count, 1) - 1) * stride;
  if (stride > 0 && last < start) throw templateError("to count backwards make stride negative");
  if (stride < 0 && last > start) throw templateError("to count forward don't make stride negative");
  if (stride === 0) return [];
  const size = Math.floor((last - start) / stride) + 1;
  if (size > maxItems) throw templateError(`with_sequence would have ${size} items`);
  return Array.from({ length: size }, (_, at) => formatPercent(format, new Tuple([start + at * stride])));
}
