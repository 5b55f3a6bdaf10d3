/** Changes of a run that stopped whose end nobody has built upon yet. */

import type { Event, Events, RecordedOutput } from "../journal/journal.ts";
import type { Recorded } from "./change.ts";
import { taskKey } from "./task-key.ts";

/** A change that was recorded, and whose task has no end. */
export interface UnderWay {
  readonly change: Recorded;
  /** null: nobody knows. `message`: it failed, and says why. */
  readonly end: {
    readonly message: string | null;
    readonly output: RecordedOutput | undefined;
    /** The output held a secret, and is not whole. */
    readonly isMasked: boolean;
  } | null;
}

/** By task and host, the change that was recorded last and is no part of anything that ended. */
export function changesUnderWay(events: readonly Event[]): Map<string, UnderWay> {
  const open = new Map<string, UnderWay>();
  const at = new Map<string, string>();
  for (const event of events) {
    if (event.type === "change:recorded" && event.task.kind !== "rollback") {
      at.set(event.change, taskKey(event.task.id, event.for));
      open.set(taskKey(event.task.id, event.for), { change: event, end: null });
    }
    if (event.type === "change:applied" || event.type === "change:failed") {
      const where = at.get(event.change) ?? "";
      const begun = open.get(where);
      if (begun?.change.change === event.change) open.set(where, { ...begun, end: endOf(event) });
    }
    if (event.type === "change:reverted") open.delete(at.get(event.change) ?? "");
    if (hasComeTo(event)) open.delete(taskKey(event.task.id, event.host));
  }
  return open;
}

/** What was under way of it before is over. */
function hasComeTo(
  event: Event,
): event is Event & { readonly type: "task:ended" | "item:ended" | "task:retrying" } {
  if (event.type === "task:retrying") return !event.underWay;
  if (event.type !== "task:ended" && event.type !== "item:ended") return false;
  return event.outcome !== "unreachable" && !event.underWay;
}

function endOf(event: Events["change:applied"] | Events["change:failed"]): UnderWay["end"] {
  return {
    message: "message" in event ? event.message : null,
    output: event.output,
    isMasked: event.masked ?? false,
  };
}
