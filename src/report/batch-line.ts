import type { Event, Events } from "../journal/journal.ts";
import { firstHosts } from "./host-order.ts";
import { howMany } from "./how-many.ts";
import type { Tone } from "./style.ts";

/** The recap names all of them. */
const mostNamed = 20;

/** One line a batch, for who reads the log of a rollout; null where all hosts are one batch, of which the recap tells. */
export function batchLine(event: Event): { text: string; tone: Tone } | null {
  if (event.type !== "batch:ended" || event.of === 1) return null;
  const lost = event.failed.length + event.unreachable.length;
  const parts = [`${event.hosts - lost} well`, ...lostParts(event)];
  const back = event.takenBack ? "; taken back" : "";
  return {
    text: `\nbatch ${event.batch} of ${event.of} ended at ${event.at.slice(0, 19)}Z: ${parts.join(", ")}${back}; ${howMany(event.toCome, "host")} to come`,
    tone: lost > 0 ? "failed" : "ok",
  };
}

function lostParts({ failed, unreachable }: Events["batch:ended"]): string[] {
  const part = (what: string, hosts: readonly string[]): string[] =>
    hosts.length > 0 ? [`${hosts.length} ${what} (${firstHosts(hosts, mostNamed)})`] : [];
  return [...part("failed", failed), ...part("unreachable", unreachable)];
}
