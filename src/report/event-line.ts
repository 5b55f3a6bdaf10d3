import type { Event } from "../journal/journal.ts";
import { batchLine } from "./batch-line.ts";
import { cutShortLine } from "./cut-short.ts";
import { deadManLine } from "./dead-man-line.ts";
import { declinedLine } from "./declined-line.ts";
import { planLine } from "./held.ts";
import { lockLine } from "./lock-line.ts";
import { resumeLine } from "./resume-line.ts";
import { rollbackLine } from "./rollback-lines.ts";
import { soakLine } from "./soak-line.ts";
import type { Tone } from "./style.ts";

/** The line of an event that every reader for people shows alike; null where it has none. */
export function eventLine(event: Event): { text: string; tone: Tone } | null {
  return (
    batchLine(event) ??
    deadManLine(event) ??
    rollbackLine(event) ??
    resumeLine(event) ??
    lockLine(event) ??
    cutShortLine(event) ??
    planLine(event) ??
    soakLine(event) ??
    declinedLine(event)
  );
}
