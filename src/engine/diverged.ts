/** A playbook or an inventory that is not what the run began with. */

import type { Events, TaskRef } from "../journal/journal.ts";
import { equalButMasked } from "../mask/mask.ts";
import { KmendError } from "../problem/problem.ts";

/** @throws KmendError `resume-diverged` where another task stood here */
export function checkTask(before: TaskRef | undefined, now: TaskRef): void {
  if (before && (before.module !== now.module || placed(before.place) !== placed(now.place)))
    throw diverged(before, now);
}

export function diverged(before: TaskRef | undefined, now: TaskRef): KmendError {
  const had = before ? `"${before.name}" (${placed(before.place)})` : "another task";
  return new KmendError({
    code: "resume-diverged",
    message: `Cannot go on: where the run had ${had} there is now "${now.name}"`,
    place: now.place,
    hint: changedHint,
  });
}

/** @throws KmendError `resume-diverged` where the loop's round was for another item */
export function checkRound(before: Events["item:ended"], item: unknown): void {
  if (before.item === "censored" || equalButMasked(before.item, item)) return;
  throw new KmendError({
    code: "resume-diverged",
    message: `Cannot go on: round ${before.index + 1} of the loop of "${before.task.name}" was for ${JSON.stringify(before.item)}, and is now for ${JSON.stringify(item)}`,
    place: before.task.place,
    hint: changedHint,
  });
}

const changedHint =
  "Restore the playbook and the inventory that the run began with; or take it back with kmend rollback, and run anew.";

function placed({ file, line }: TaskRef["place"]): string {
  return `${file}:${line}`;
}
