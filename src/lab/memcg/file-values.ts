/** What may be written into a cgroup's files. */

import { pageBytes, unlimited } from "./cgroup.ts";
import { KernelError } from "./errno.ts";

const suffixes: Readonly<Record<string, bigint>> = { "": 0n, k: 10n, m: 20n, g: 30n, t: 40n };

/** A limit in bytes, `K`, `M`, `G` or `T` allowed, cut down to whole pages; -1 is no limit. */
export function parseBytes(text: string): bigint {
  if (text === "-1") return unlimited;
  const [, digits, suffix = ""] = /^(\d+)([kmgt]?)$/i.exec(text) ?? [];
  const shift = suffixes[suffix.toLowerCase()];
  if (digits === undefined || shift === undefined) throw new KernelError("EINVAL");
  const bytes = ((BigInt(digits) << shift) / pageBytes) * pageBytes;
  return bytes > unlimited ? unlimited : bytes;
}

/** A whole number from 0 to the highest allowed. */
export function parseSetting(text: string, highest: number): number {
  if (!/^\d+$/.test(text) || Number(text) > highest) throw new KernelError("EINVAL");
  return Number(text);
}
