import { InvalidArgumentError } from "commander";

/** A duration as `soak:` takes it: `90` (seconds), `30s`, `10m`, `1h30m`; in milliseconds. */
export function durationMs(text: string): number {
  const [whole, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text) ?? [];
  if (!whole) throw new InvalidArgumentError("It is not a duration like 90s, 10m or 1h30m.");
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
