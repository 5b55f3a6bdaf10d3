/** Host names as sources write them: ranges (`web[01:20]`, `[a:c]`, `[0:10:2]`) and ports (`web1:2222`, `[::1]:22`). */

import { isIPv6 } from "node:net";

export interface HostNames {
  readonly names: readonly string[];
  readonly port?: number;
}

/** A name that cannot be understood; the message goes on after "Cannot read NAME: ". */
export class BadHostName extends Error {
  override readonly name = "BadHostName";
}

/** Every host that the text names. @throws BadHostName */
export function hostNames(text: string): HostNames {
  const { base, port } = splitPort(text);
  const names = isIPv6(base) ? [base] : expandRanges(base);
  return port === undefined ? { names } : { names, port };
}

function splitPort(text: string): { base: string; port?: number } {
  if (isIPv6(text)) return { base: text };
  const [, bracketed, bracketPort] = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined && isIPv6(bracketed))
    return bracketPort === undefined ? { base: bracketed } : { base: bracketed, port: Number(bracketPort) };
  const outside = text.replace(/\[[^\]]*\]/g, (range) => "x".repeat(range.length));
  const colon = outside.indexOf(":");
  if (colon === -1) return { base: text };
  const tail = text.slice(colon + 1);
  if (!/^\d+$/.test(tail)) throw new BadHostName(`"${tail}" after the colon is not a port`);
  return { base: text.slice(0, colon), port: Number(tail) };
}

/** Each `[begin:end]` or `[begin:end:step]` in turn, the first one turning slowest. */
function expandRanges(text: string): string[] {
  const range = /\[([^\]:]*):([^\]:]*)(?::([^\]]*))?\]/.exec(text);
  if (!range) return [text];
  const before = text.slice(0, range.index);
  const tails = expandRanges(text.slice(range.index + range[0].length));
  const [, begin = "", end = "", step = "1"] = range;
  return rangeItems(begin, end, step).flatMap((item) => tails.map((tail) => before + item + tail));
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function rangeItems(begin: string, end: string, stepText: string): string[] {
  const step = Number(stepText);
  if (!Number.isInteger(step) || step < 1)
    throw new BadHostName(`the step "${stepText}" is not a number above 0`);
  if (end === "") throw new BadHostName("a range needs an end, as in [1:5]");
  if (/^[a-zA-Z]$/.test(begin) && /^[a-zA-Z]$/.test(end)) return letterRange(begin, end, step);
  if (!/^\d*$/.test(begin) || !/^\d+$/.test(end))
    throw new BadHostName(`[${begin}:${end}] is neither a range of numbers nor of letters`);
  const width = begin.length > 1 && begin.startsWith("0") ? begin.length : 0;
  if (width > 0 && width !== end.length)
    throw new BadHostName(`[${begin}:${end}] starts with a zero, so begin and end must be equally long`);
  return steps(Number(begin || "0"), Number(end), step).map((each) => String(each).padStart(width, "0"));
}

function letterRange(begin: string, end: string, step: number): string[] {
  const [first, last] = [letters.indexOf(begin), letters.indexOf(end)];
  if (first > last) throw new BadHostName(`[${begin}:${end}] ends before it begins`);
  return steps(first, last, step).map((each) => letters[each] ?? "");
}

function steps(first: number, last: number, step: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.floor((last - first) / step) + 1) },
    (_, at) => first + at * step,
  );
}
