import type { Event, Events } from "../journal/journal.ts";
import type { Tone } from "./style.ts";
import { durationWords } from "./written/times.ts";

/** How long nothing will happen, and until when. */
export function soakLine(event: Event): { text: string; tone: Tone } | null {
  return event.type === "soak:started" ? { text: `\n${soakWords(event)}`, tone: "skipped" } : null;
}

/** `soak of 5 min after batch 1 of 3, until 2026-11-27T10:05:00Z`; where all hosts are one batch it has no number. */
export function soakWords({ seconds, batch, of, until }: Events["soak:started"]): string {
  const long = durationWords(seconds * 1000).replace(/ 0+ (s|min)$/, "");
  const after = of > 1 ? ` after batch ${batch} of ${of}` : "";
  return `soak of ${long}${after}, until ${until.slice(0, 19)}Z`;
}

/** `4 min 12 s left`. */
export function soakLeft({ until }: Events["soak:started"], now: number): string {
  const leftS = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  return `${durationWords(leftS * 1000)} left`;
}
