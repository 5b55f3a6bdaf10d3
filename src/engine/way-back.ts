/** `rollback:` of a task, or of a block around it, with its templates filled in. */

import type { Json, ResolvedTask, WayBack } from "../journal/journal.ts";
import type { Node, RollbackSpec, Task } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { Dict, toJson } from "../template/template.ts";
import { finalArguments } from "./arguments.ts";
import { environmentOf, tellableEnvironment } from "./environment.ts";
import { chain, type Frame, inside } from "./frame.ts";
import { holds } from "./judge.ts";
import { type PlannedTask, planUnnumbered } from "./plan.ts";
import type { Run } from "./run.ts";
import { becomeOf } from "./target.ts";
import { type View, viewOf } from "./variables.ts";

/** null: the playbook says nothing, the module's revert counts. */
export function ownWayBack(run: Run, plan: PlannedTask, view: View, result?: Dict): WayBack | null {
  const spec = plan.task.rollback;
  if (spec) return resolved(run, spec, plan, view, result);
  const around = blockWithRollback(plan.frame);
  if (!around) return null;
  if (around.spec.kind === "none") return { kind: "none", reason: "the block says `rollback: none`" };
  // The block's tasks undo the whole block: they stand at its first change, which a rollback reaches last.
  const key = `${view.host.name}:${around.spec.place.file}:${around.spec.place.line}`;
  if (run.blocksRecorded.has(key)) return { kind: "tasks", tasks: [] };
  run.blocksRecorded.add(key);
  return resolved(run, around.spec, plan, view, result);
}

function blockWithRollback(frame: Frame): { readonly spec: RollbackSpec } | null {
  for (const { shared } of chain(frame).reverse())
    if ("rollback" in shared && "block" in shared && shared.rollback)
      return { spec: shared.rollback as RollbackSpec };
  return null;
}

function resolved(run: Run, spec: RollbackSpec, plan: PlannedTask, view: View, result?: Dict): WayBack {
  if (spec.kind === "none") return { kind: "none", reason: "the task says `rollback: none`" };
  const extra = result && plan.task.register ? [Dict.of({ [plan.task.register.value]: result })] : [];
  const seen = viewOf(run, view.host, plan.frame, extra);
  try {
    const tasks = flatten(spec.tasks).map((task) => resolveTask(run, task, plan.frame, seen));
    return { kind: "tasks", tasks: tasks.filter((task) => task !== null) };
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    return { kind: "none", reason: `its \`rollback:\` cannot be filled in: ${error.message}` };
  }
}

function flatten(nodes: readonly Node[]): Task[] {
  return nodes.flatMap((node) =>
    node.kind === "task" ? [node] : node.kind === "block" ? flatten(node.block) : [],
  );
}

/** A task with its templates filled in; null where its condition does not hold. @throws KmendError */
export function resolveTask(run: Run, task: Task, around: Frame, outer: View): ResolvedTask | null {
  const frame = inside(around, task);
  const view = viewOf(run, outer.host, frame);
  const module = run.world.catalogue.find(task.module);
  if (!module || !holds(task.when, outer)) return null;
  const plan = planUnnumbered(run, task, frame, view);
  const { options, free } = finalArguments(plan, module, outer);
  const become = becomeOf(run, outer, frame, outer);
  const env = tellableEnvironment(environmentOf(frame, outer, run.mask), run.mask);
  return {
    name: plan.ref.name,
    module: module.name,
    args: { options: toJson(options), free: free ?? null } as Json,
    become: become ? { method: become.method, user: become.user } : null,
    place: task.place,
    ...(env ? { env } : {}),
  };
}
