/** Spans of time in words, rounded down: nobody is promised a day that is not there. */

const units = [
  ["year", 365.25 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** `12 days`: in the greatest unit of which there are two, as "1 day" may be nearly two. */
export function ofDuration(ms: number): string {
  const [name, unitMs] = units.find(([, unitMs]) => ms >= 2 * unitMs) ?? (["second", 1000] as const);
  const count = Math.floor(ms / unitMs);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** `in 12 days`, `in about 3 hours`, `in less than an hour`, `in more than a hundred years`. */
export function inDuration(
  ms: number,
  { isRough, isFar }: { readonly isRough: boolean; readonly isFar: boolean },
): string {
  if (isFar) return "in more than a hundred years";
  if (ms < 3_600_000) return "in less than an hour";
  return `in ${isRough ? "about " : ""}${ofDuration(ms)}`;
}
