import type { Event } from "../journal/journal.ts";
import type { Tone } from "./style.ts";

/** What a run that goes on says of where it goes on. */
export function resumeLine(event: Event): { text: string; tone: Tone } | null {
  if (event.type === "run:resumed") {
    const whom = event.limit === null ? "" : ` on ${event.limit}`;
    return { text: `\nGOING ON${whom}: what is recorded as done is passed over`, tone: "bold" };
  }
  if (event.type === "journal:mended")
    return {
      text: `The journal's line ${event.line} was torn when the run stopped: its ${event.bytes} bytes are kept in ${event.keptIn}`,
      tone: "warning",
    };
  return null;
}
