import { InvalidArgumentError } from "commander";
import { durationMs } from "./duration.ts";

/** `--not-after` in milliseconds since 1970. `HH:MM` is the next time that this machine's clock shows it, today or
 *  tomorrow; `+2h` counts from now; a date with a time is ISO 8601, this machine's time where it names no zone. */
export function notAfterMs(text: string, now = Date.now()): number {
  if (text.startsWith("+")) return now + durationMs(text.slice(1));
  const [isClock, hours = "", minutes = ""] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (isClock !== undefined) return nextTime(Number(hours), Number(minutes), now);
  const at = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("It is no time: give HH:MM, +2h30m, or 2026-11-27T04:00.");
  if (at <= now) throw new InvalidArgumentError("It is past: nothing would start.");
  return at;
}

function nextTime(hours: number, minutes: number, now: number): number {
  const today = new Date(now);
  today.setHours(hours, minutes, 0, 0);
  if (today.getTime() > now) return today.getTime();
  today.setDate(today.getDate() + 1);
  return today.getTime();
}
