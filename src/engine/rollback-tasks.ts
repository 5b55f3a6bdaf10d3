/** Tasks that the journal holds ready to run: a `rollback:`, and the handlers of what was taken back. */

import type { ResolvedTask, WayBack } from "../journal/journal.ts";
import { type HostModule, TaskFailed } from "../modules/modules.ts";
import type { Recorded } from "./change.ts";
import type { Doing } from "./doing.ts";
import { doingFor, reach, remembered } from "./reach-again.ts";
import type { Reverted } from "./revert-change.ts";
import type { Run } from "./run.ts";
import { runOnHost } from "./run-on-host.ts";
import { runOptions } from "./run-options.ts";
import { understood } from "./understood.ts";

/** The tasks of a change's `rollback:`; the first that fails ends them. */
export async function runTasks(
  run: Run,
  change: Recorded,
  tasks: readonly ResolvedTask[],
): Promise<Reverted> {
  for (const task of tasks) {
    const message = await runResolved(run, change, task);
    if (message !== null) return { kind: "failed", message: `${task.name}: ${message}` };
  }
  return { kind: "reverted" };
}

const partOfRollback = {
  ownWayBack: { kind: "none", reason: "it is part of a rollback" },
  isHandler: false,
} as const;

async function isWantedBack(module: HostModule, doing: Doing): Promise<boolean> {
  const inspection = module.isWantedBack ? module.inspect?.(doing.args, doing.setting) : null;
  if (!inspection) return true;
  const seen = await doing.shell.run(inspection.script, runOptions(doing));
  const state: unknown = understood(() => inspection.parse(seen));
  return module.isWantedBack?.(state, doing.args) ?? true;
}

/** @returns why it failed, or null @throws KmendError when the host cannot be spoken to */
export async function runResolved(
  run: Run,
  change: Recorded,
  task: ResolvedTask,
  { ownWayBack, isHandler }: { readonly ownWayBack: WayBack; readonly isHandler: boolean } = partOfRollback,
): Promise<string | null> {
  const module = run.world.catalogue.find(task.module);
  if (!module || module.kind === "controller") return `kmend cannot run ${task.module} on the way back`;
  if (task.masked) return "its arguments held a secret, which no journal keeps: run it by hand";
  const there = await reach(run, change, task.become);
  try {
    const { args, setting } = remembered(
      module as HostModule,
      { ...change, args: task.args, brought: {} },
      there,
    );
    const doing = { ...doingFor(run, change, task, { ...there, args, setting }), ownWayBack };
    if (isHandler && module.kind === "host" && !(await isWantedBack(module, doing))) return null;
    const result = await runOnHost(module, doing);
    return result.isFailed ? String(result.values.get("msg") ?? "failed") : null;
  } catch (error) {
    if (error instanceof TaskFailed) return error.message;
    throw error;
  }
}
