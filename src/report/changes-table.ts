import type { Event, Events, ResolvedTask, WayBack } from "../journal/journal.ts";
import { harmless } from "./style.ts";

/** Every recorded change of a run with what became of it and its way back, oldest first. */
export function changesTable(events: readonly Event[]): string {
  const fate = new Map<string, string>();
  const wayBack = new Map<string, WayBack>();
  for (const event of events) {
    if (event.type === "change:applied") fate.set(event.change, "applied");
    if (event.type === "change:failed") fate.set(event.change, `failed: ${event.message}`);
    if (event.type === "change:reverted") fate.set(event.change, "reverted");
    if (event.type === "change:revert-failed")
      fate.set(event.change, `not reverted (${event.kind}): ${event.message}`);
    if (event.type === "change:wayback") wayBack.set(event.change, event.wayBack);
  }
  return events
    .filter((event) => event.type === "change:recorded")
    .map((event) =>
      changeLine(
        event,
        fate.get(event.change) ?? "unknown: the link or the run ended while it was under way",
        wayBack.get(event.change),
      ),
    )
    .join("\n");
}

function changeLine(event: Events["change:recorded"], fate: string, later: WayBack | undefined): string {
  const wayBack = later ?? event.wayBack;
  const how =
    wayBack.kind === "revert"
      ? "revert"
      : wayBack.kind === "tasks" && wayBack.tasks.length === 0
        ? "none needed"
        : wayBack.kind === "tasks"
          ? `rollback tasks${onlyAtOnce(wayBack.tasks)}`
          : wayBack.kind === "again"
            ? "made once more"
            : `none (${wayBack.reason})`;
  return `${event.change}  ${event.host}  ${harmless(event.task.name)}  ${harmless(fate)}; way back: ${how}`;
}

/** A secret is in no journal: with it a task can be run by the run itself, and by no later one. */
export function onlyAtOnce(tasks: readonly ResolvedTask[]): string {
  return tasks.some((task) => task.masked) ? " (by on_failure only: they hold a secret)" : "";
}
