/** `serial:`: a number, a percentage of all the play's hosts, or a list of them whose last entry repeats. */

import { KmendError, type Place } from "../problem/problem.ts";
import { isInt, isList, str, type Value } from "../template/template.ts";

export function batches<T>(hosts: readonly T[], serial: Value | undefined, place: Place): T[][] {
  if (serial === undefined || serial === null || hosts.length === 0) return [[...hosts]];
  const entries = isList(serial) ? serial : [serial];
  const sizes = entries.map((entry) => sizeOf(entry, hosts.length, place));
  const all: T[][] = [];
  for (let from = 0; from < hosts.length; ) {
    const size = sizes[Math.min(all.length, sizes.length - 1)] ?? 0;
    const to = size > 0 ? from + size : hosts.length;
    all.push(hosts.slice(from, to));
    from = to;
  }
  return all;
}

function sizeOf(entry: Value, hosts: number, place: Place): number {
  if (isInt(entry)) return Number(entry);
  const text = str(entry).trim();
  const percentage = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percentage) return Math.max(1, Math.floor((Number(percentage[1]) / 100) * hosts));
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new KmendError({
    code: "invalid-serial",
    message: `Cannot read serial: "${text}" is neither a number nor a percentage`,
    place,
  });
}
