/** A task as it stands in its play: what is the same for every host, found out once. */

import type { TaskRef } from "../journal/journal.ts";
import type { Located, Task } from "../playbook/playbook.ts";
import { conditions, type Frame } from "./frame.ts";
import type { Run } from "./run.ts";
import { placeInRun } from "./task-place.ts";
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

/** A task that is only written down, to be run on a way back: it takes no number from those that run. */
export function planUnnumbered(run: Run, task: Task, frame: Frame, view: View): PlannedTask {
  return { task, frame, ref: { id: "", ...described(run, task, frame, view) }, when: [] };
}

export function taskRef(
  run: Run,
  node: Pick<Task, "name" | "place" | "loop"> & { readonly module?: string; readonly what?: string },
  frame: Frame,
  view: View | null,
): TaskRef {
  const { at, before } = placeInRun(run, node, frame);
  const ref = {
    id: run.past.idAt(at) ?? run.past.idAt(before) ?? nextId(run),
    at,
    ...described(run, node, frame, view),
  };
  run.past.checkTask(ref);
  return ref;
}

/** Where hosts that go on reach what none had reached, it has a number above all that there were. */
function nextId(run: Run): string {
  run.nextTask = Math.max(run.nextTask, run.past.lastNumber) + 1;
  return `${run.play.number}.${run.nextTask}`;
}

function described(
  run: Run,
  node: Parameters<typeof taskRef>[1],
  frame: Frame,
  view: View | null,
): Omit<TaskRef, "id"> {
  const module = node.module ?? (node.what === "role" ? "include_role" : "include_tasks");
  const own = node.name ? shownName(node.name.value, view) : module;
  return {
    name: frame.role ? `${frame.role.name} : ${own}` : own,
    module,
    place: node.place,
    kind: run.play.kind,
  };
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
