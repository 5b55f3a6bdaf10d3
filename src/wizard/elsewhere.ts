/** How long playbooks took before, as the journals of earlier runs have it. */

import type { Event } from "../journal/journal.ts";

export interface TookBefore {
  readonly runs: number;
  /** Of each batch, in seconds, the shortest first; never empty. */
  readonly batchSeconds: readonly number[];
}

/** Batches of a playbook's plays that ended with no host lost, in runs that changed hosts.
 *  @param playbook the name of a shipped one: `kmend.playbooks.kmem`; a copy of it elsewhere counts, too */
export function tookBefore(runs: readonly (readonly Event[])[], playbook: string): TookBefore | null {
  const file = `/playbooks/${playbook.slice(playbook.lastIndexOf(".") + 1)}.yml`;
  const taken = runs.map((events) => batchesOf(events, file)).filter((batches) => batches.length > 0);
  const batchSeconds = taken.flat().sort((a, b) => a - b);
  return batchSeconds.length === 0 ? null : { runs: taken.length, batchSeconds };
}

function batchesOf(events: readonly Event[], file: string): number[] {
  const [first] = events;
  if (first?.type !== "run:started" || first.check || !["run", "apply"].includes(first.command)) return [];
  const plays = new Set<number>();
  const began = new Map<string, number>();
  const changed = new Set<string>();
  const seconds: number[] = [];
  for (const event of events) {
    if (event.type === "play:started" && event.place.file.endsWith(file)) plays.add(event.play);
    if (event.type === "batch:started" && plays.has(event.play)) {
      began.set(`${event.play}.${event.batch}`, Date.parse(event.at));
      changed.clear();
    }
    if (event.type === "change:applied") changed.add(event.host);
    // What a resume spent elsewhere in between is not the batch's own time, and cannot be told from it.
    if (event.type === "run:resumed") began.clear();
    if (event.type !== "batch:ended" || event.failed.length + event.unreachable.length > 0) continue;
    const since = began.get(`${event.play}.${event.batch}`);
    // A batch in which all was right already says nothing of how long the mend takes.
    if (since !== undefined && changed.size > 0) seconds.push((Date.parse(event.at) - since) / 1000);
  }
  return seconds;
}

export function tookLine(took: TookBefore | null): string {
  if (!took) return "not known: no earlier run here did it";
  const [shortest = 0] = took.batchSeconds;
  const longest = took.batchSeconds.at(-1) ?? shortest;
  const range =
    Math.round(shortest) === Math.round(longest) ? time(longest) : `${time(shortest)} to ${time(longest)}`;
  const batches =
    took.batchSeconds.length === 1 ? "one batch" : `each of ${took.batchSeconds.length} batches`;
  return `${range} for ${batches} by the same playbook, in ${took.runs} earlier ${took.runs === 1 ? "run" : "runs"}`;
}

function time(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  return whole < 120 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}
