/** Changes that a run made and its plan did not speak of: whoever signed the plan never saw them. */

import type { Event, Unforeseen } from "../journal/journal.ts";
import type { Prediction } from "./plan-file.ts";
import { type From, placer } from "./where.ts";

/** Takes the events of the run as they come; gives each such change when its task has ended. The way behind a failure that no dry run
 *  meets (`rescue:`), and the tasks of a file whose `include_tasks` could not be known, are of that kind. */
export function unforeseen(
  predictions: readonly Prediction[],
  from: From,
): { take(event: Event): Unforeseen | null; found(): readonly Unforeseen[] } {
  const where = placer(from);
  const spoken = new Set(predictions.map(({ key }) => taskOf(key)));
  // Which handlers run is known by their names alone, and one may listen to another's.
  const mayBeNotified = new Set(
    predictions.flatMap(({ host, mayNotify = [] }) => (mayNotify.length > 0 ? host : [])),
  );
  const found: Unforeseen[] = [];

  function take(event: Event): Unforeseen | null {
    where.take(event);
    // What changes the play alone (group_by, set_fact) has no way back and needs none.
    if (event.type !== "task:ended" || event.outcome !== "changed" || !event.wayBack) return null;
    const { host, task } = event;
    if (task.kind !== "task" && task.kind !== "handler") return null;
    if (task.kind === "handler" && mayBeNotified.has(host)) return null;
    if (spoken.has(taskOf(where.placed(host, task).key))) return null;
    const change = { host, task };
    found.push(change);
    return change;
  }

  return { take, found: () => found };
}

/** Whichever batch, whichever time a host comes there, and whichever round of its loop. */
function taskOf(key: string): string {
  return key.replace(/^(\d+)\.\d+ /, "$1 ").replace(/ \d+(#\d+)?$/, "");
}
