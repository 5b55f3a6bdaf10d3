import type { Event } from "./events.ts";
import { isSaidUnchanged } from "./said-unchanged.ts";

/** How many changes a run made. What its author says changes nothing is none, as in the recap. */
export function madeChanges(events: readonly Event[]): number {
  const made = new Set<string>();
  /** Of tasks under way, by host and task. */
  const begun = new Map<string, string[]>();
  for (const event of events)
    switch (event.type) {
      case "change:recorded": {
        const key = `${event.for} ${event.task.id}`;
        begun.set(key, [...(begun.get(key) ?? []), event.change]);
        break;
      }
      case "change:applied":
        made.add(event.change);
        break;
      case "task:ended": {
        const key = `${event.host} ${event.task.id}`;
        if (isSaidUnchanged(event)) for (const change of begun.get(key) ?? []) made.delete(change);
        begun.delete(key);
        break;
      }
      default:
    }
  return made.size;
}
