import type { Event } from "../journal/journal.ts";
import { harmless, type Tone } from "./style.ts";

/** What is said of hosts that take themselves back unless they are confirmed; null for events that say nothing of it. */
export function deadManLine(event: Event): { text: string; tone: Tone } | null {
  switch (event.type) {
    case "deadman:disarmed":
      return event.why === "confirmed" ? { text: `confirmed: [${event.host}]`, tone: "ok" } : null;
    case "deadman:unconfirmed":
      return {
        text: harmless(
          `NOT CONFIRMED: [${event.host}] it takes itself back at about ${event.due}: ${event.reason}\n  To keep its changes, on the host: sh ${event.folder}/dead-man.sh confirm`,
        ),
        tone: "failed",
      };
    case "deadman:fired":
      return {
        text: harmless(
          `TOOK ITSELF BACK: [${event.host}] at ${event.at}, as nobody had confirmed in time${event.code === 0 ? "" : "; not all of it could be"}\n${indented(event.report)}`,
        ),
        tone: "failed",
      };
    case "deadman:found":
      return {
        text: harmless(
          `TOOK ITSELF BACK: [${event.host}] at ${event.at}, as nobody had confirmed the run ${event.run} in time${event.code === 0 ? "" : "; not all of it could be"}\n${indented(event.report)}\n  Its journal may not know: kmend rollback ${event.run} compares, and takes back the rest`,
        ),
        tone: "failed",
      };
    default:
      return null;
  }
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
