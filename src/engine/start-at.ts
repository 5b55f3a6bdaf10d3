import type { Task } from "../playbook/playbook.ts";
import type { Frame } from "./frame.ts";
import { shownName } from "./plan.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

/** `--start-at-task`: true for tasks before the one that is named; wildcards as a shell has them. */
export function passedOver(run: Run, task: Task, frame: Frame, view: View): boolean {
  if (run.startAt === null || run.play.kind !== "task") return false;
  const name = shownName(task.name?.value ?? task.module, view);
  const full = frame.role ? `${frame.role.name} : ${name}` : name;
  const pattern = new RegExp(
    `^${run.startAt
      .replaceAll(/[.+^${}()|\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  if (!pattern.test(name) && !pattern.test(full)) return true;
  run.startAt = null;
  return false;
}
