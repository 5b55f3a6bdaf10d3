import { type Event, stoppedBetweenBatches } from "../journal/journal.ts";
import { harmless, type Tone } from "./style.ts";

/** What a rollback, a gate or an interruption says in one line; null for events that say nothing. */
export function rollbackLine(event: Event): { text: string; tone: Tone } | null {
  switch (event.type) {
    case "rollback:started":
      if (event.hosts.length === 0)
        return { text: `\nNothing to take back: ${harmless(event.reason)}`, tone: "ok" };
      return {
        text: `\nROLLBACK of the ${event.scope} on ${event.hosts.join(", ")}: ${harmless(event.reason)}`,
        tone: "warning",
      };
    case "change:reverted":
      return {
        text: `reverted: [${event.host}] ${harmless(event.task.name)}${event.kept ? `\n  over somebody else's work: ${harmless(event.kept)}` : ""}`,
        tone: event.kept ? "warning" : "changed",
      };
    case "change:revert-failed":
      return {
        text: `${notReverted[event.kind]}: [${event.host}] ${harmless(event.task.name)}: ${harmless(event.message)}${event.hint ? `\n  ${harmless(event.hint)}` : ""}`,
        tone: "failed",
      };
    case "rollback:handler":
      return event.message === undefined
        ? { text: `handler: [${event.host}] ${harmless(event.name)}`, tone: "changed" }
        : {
            text: `HANDLER FAILED after the rollback: [${event.host}] ${harmless(event.name)}: ${harmless(event.message)}`,
            tone: "failed",
          };
    case "rollback:ended":
      return {
        text: Object.entries(event.hosts)
          .map(([host, how]) => `${how}: [${host}]`)
          .join("\n"),
        tone: Object.values(event.hosts).some((how) => how.includes("failed") || how.includes("different"))
          ? "failed"
          : "ok",
      };
    case "gate:ended":
      return event.held
        ? { text: `gate held: batch ${event.batch}`, tone: "ok" }
        : { text: `gate not held: batch ${event.batch}; the next batch does not start`, tone: "failed" };
    case "run:interrupted":
      return {
        text:
          event.signal === stoppedBetweenBatches
            ? "stopped between batches, as chosen: no other batch begins"
            : `interrupted by ${event.signal}: the tasks under way end, nothing new starts`,
        tone: "warning",
      };
    default:
      return null;
  }
}

const notReverted = {
  irreversible: "NOT REVERTED (no way back)",
  failed: "ROLLBACK FAILED",
  different: "REVERTED, BUT DIFFERENT",
  foreign: "NOT REVERTED (changed since)",
  unreachable: "NOT REVERTED (unreachable)",
} as const;
