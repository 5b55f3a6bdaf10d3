import type { WayBack } from "./events.ts";

/** What its author says changes nothing, or needs no way back, is nothing to take back: no rollback speaks of it. */
export function isNothingToRevert(wayBack: WayBack): boolean {
  return wayBack.kind === "tasks" && wayBack.tasks.length === 0;
}
