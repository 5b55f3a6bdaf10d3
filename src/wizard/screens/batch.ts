import type { Event, Events } from "../../journal/journal.ts";
import { byHostName, firstHosts, howMany } from "../../report/report.ts";

/** The batch that ended last, of the play that has batches to come; null: none has ended. */
export function lastBatch(events: readonly Event[]): Events["batch:started"] | null {
  const ended = events.findLast((event) => event.type === "batch:ended");
  if (ended?.type !== "batch:ended") return null;
  return (
    events.findLast(
      (event): event is Extract<Event, { type: "batch:started" }> =>
        event.type === "batch:started" && event.play === ended.play && event.batch === ended.batch,
    ) ?? null
  );
}

/** What came of the last batch, and what stands of the run. */
export function batchLines(events: readonly Event[]): string[] {
  const ended = events.findLast((event) => event.type === "batch:ended");
  if (ended?.type !== "batch:ended") return ["No batch has ended: see the journal for what was begun."];
  const { failed, unreachable, hosts, batch, of, takenBack, toCome } = ended;
  const well = hosts - failed.length - unreachable.length;
  return [
    `Batch ${batch} of ${of} ended: ${well} of ${howMany(hosts, "host")} well${takenBack ? "; what failed was taken back" : ""}.`,
    ...(failed.length > 0 ? [`Failed: ${firstHosts(failed)}`] : []),
    ...(unreachable.length > 0 ? [`Not reached: ${firstHosts(unreachable)}`] : []),
    ...(toCome > 0 ? [`${howMany(toCome, "host")} to come.`] : []),
  ];
}

/** Hosts of a run whose changes stand: applied, and not taken back in it. */
export function changedHosts(events: readonly Event[]): readonly string[] {
  const reverted = new Set(
    events.flatMap((event) => (event.type === "change:reverted" ? [event.change] : [])),
  );
  const standing = events.flatMap((event) =>
    event.type === "change:recorded" && !reverted.has(event.change) && event.task.kind !== "rollback"
      ? [event.host]
      : [],
  );
  return [...new Set(standing)].sort(byHostName);
}
