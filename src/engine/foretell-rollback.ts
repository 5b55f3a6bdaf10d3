/** What a rollback would come to, said and not done. */

import type { Recorded } from "./change.ts";
import type { Run } from "./run.ts";

/** @param changes that stand, oldest first @returns whether there was anything to say */
export function foretellRollback(run: Run, changes: readonly Recorded[]): boolean {
  let isAnything = false;
  for (const change of [...changes].reverse()) {
    const how = howTakenBack(run, change);
    if (how === null) continue;
    isAnything = true;
    const text = `${change.host}: ${change.task.name}: ${how}`;
    run.world.journal.note("message:said", { level: "info", text });
  }
  return isAnything;
}

/** null: the rollback leaves it out. */
function howTakenBack(run: Run, { change, wayBack }: Recorded): string | null {
  switch (wayBack.kind) {
    case "none":
      if (wayBack.isPassing) return `left as it is: ${wayBack.reason}`;
      if (run.changeEnds.get(change) === "unchanged") return null;
      return `cannot be taken back: ${wayBack.reason}`;
    case "tasks":
      // It changed nothing, by its author's word; or the block's own tasks stand at the block's first change.
      if (wayBack.tasks.length === 0) return null;
      return `by its rollback tasks: ${wayBack.tasks.map(({ name }) => name).join(", ")}`;
    case "again":
      return "what was taken back is brought again";
    case "revert":
      return "its module restores the state before";
  }
}
