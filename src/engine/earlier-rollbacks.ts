/** What rollbacks of a run did before this one, each of which may have ended in its middle. */

import type { Event, ResolvedTask } from "../journal/journal.ts";

export interface Earlier {
  /** Changes that were taken back, each with the number of the last change that was recorded by then. */
  readonly takenBack: ReadonlyMap<string, number>;
  /** Those, and others whose revert ran, whose handlers have not all run since: a service still has what they brought. */
  readonly owed: ReadonlySet<string>;
}

/** @param events of the run: its own `on_failure:` may have taken changes back
 *  @param rollbacks the events of its rollbacks, the oldest first */
export function earlierRollbacks(
  events: readonly Event[],
  rollbacks: readonly (readonly Event[])[],
): Earlier {
  const notified = new Map(
    events.flatMap((event) => (event.type === "change:handlers" ? [[event.change, event] as const] : [])),
  );
  const takenBack = new Map<string, number>();
  let last = 0;
  const open = new Map<string, Set<string>>();
  for (const event of [events, ...rollbacks].flat()) {
    if (event.type === "change:recorded") last = Math.max(last, Number(event.change));
    if (event.type === "change:reverted") takenBack.set(event.change, last);
    if (isTakenBack(event))
      open.set(event.change, new Set(notified.get(event.change)?.handlers.map(identity)));
    if (event.type !== "rollback:handler" || event.message !== undefined) continue;
    for (const [change, handlers] of open)
      if (notified.get(change)?.host === event.host) handlers.delete(identity(event));
  }
  return { takenBack, owed: new Set([...open].flatMap(([change, left]) => (left.size > 0 ? [change] : []))) };
}

/** Its revert ran, whatever it left. */
function isTakenBack(
  event: Event,
): event is Event & { type: "change:reverted" | "change:revert-failed"; change: string } {
  return (
    event.type === "change:reverted" || (event.type === "change:revert-failed" && event.kind === "different")
  );
}

function identity({ name, place }: Pick<ResolvedTask, "name" | "place">): string {
  return JSON.stringify([name, place.file, place.line, place.column]);
}
