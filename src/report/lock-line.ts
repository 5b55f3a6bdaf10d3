import type { Event } from "../journal/journal.ts";
import { harmless, type Tone } from "./style.ts";

/** Who else is at work on a host. */
export function lockLine(event: Event): { text: string; tone: Tone } | null {
  if (event.type !== "lock:waiting" && event.type !== "lock:broken") return null;
  const { run, who, since, command, beatAgoS } = event.holder;
  if (event.type === "lock:waiting" && event.holder.state === "armed")
    return {
      text: harmless(
        `waiting: [${event.host}] nobody has confirmed the run ${run} there yet: it takes itself back soon`,
      ),
      tone: "warning",
    };
  const holder = `the ${command} ${run} of ${who}, since ${since}`;
  const text =
    event.type === "lock:waiting"
      ? `waiting: [${event.host}] another run has it: ${holder}`
      : `LOCK BROKEN: [${event.host}] ${holder}, was not heard of for ${beatAgoS} s`;
  return { text: harmless(text), tone: "warning" };
}
