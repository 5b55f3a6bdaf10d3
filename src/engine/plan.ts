/** A task as it stands in its play: what is the same for every host, found out once. */

import type { TaskRef } from "../journal/journal.ts";
import type { Located, Task } from "../playbook/playbook.ts";
import { conditions, type Frame } from "./frame.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

export interface PlannedTask {
  readonly task: Task;
  readonly frame: Frame;
  readonly ref: TaskRef;
  readonly when: readonly Located[];
}

/** @param view of the host whose variables fill templates in the task's name */
export function planTask(run: Run, task: Task, frame: Frame, view: View | null): PlannedTask {
  return { task, frame, ref: taskRef(run, task, frame, view), when: conditions(frame) };
}

export function taskRef(
  run: Run,
  node: Pick<Task, "name" | "place"> & { readonly module?: string; readonly what?: string },
  frame: Frame,
  view: View | null,
): TaskRef {
  run.nextTask += 1;
  const module = node.module ?? (node.what === "role" ? "include_role" : "include_tasks");
  const own = node.name ? shownName(node.name.value, view) : module;
  const ref: TaskRef = {
    id: `${run.play.number}.${run.nextTask}`,
    name: frame.role ? `${frame.role.name} : ${own}` : own,
    module,
    place: node.place,
    kind: run.play.kind,
  };
  run.past.checkTask(ref);
  return ref;
}

/** A name is for people: where its template fails, it is shown as written. */
export function shownName(name: string, view: View | null): string {
  if (!view || !name.includes("{{")) return name;
  try {
    return String(view.templar.render(name));
  } catch {
    return name;
  }
}
