/** One recorded change, taken back: by its module's revert, by the playbook's `rollback:`, or not at all. */

import { isDeepStrictEqual } from "node:util";
import type { Become, Shell, Target } from "../connection/connection.ts";
import type { Json, ResolvedTask } from "../journal/journal.ts";
import {
  type Brought,
  type HostModule,
  parseArguments,
  type Setting,
  TaskFailed,
  text,
} from "../modules/modules.ts";
import { sh } from "../script/script.ts";
import { Dict, fromJson } from "../template/template.ts";
import { isSecretChange, type Recorded } from "./change.ts";
import { reopening } from "./come-back.ts";
import type { Doing } from "./doing.ts";
import { runHostModule } from "./host-module.ts";
import { lockPlace } from "./lock-place.ts";
import { frameOf, makeKnown } from "./reached.ts";
import { hostState, type Run } from "./run.ts";
import { becomeAs, targetOf } from "./target.ts";
import { type View, viewOf } from "./variables.ts";
import { runWaitModule } from "./wait-module.ts";

export type Reverted =
  | { readonly kind: "reverted" }
  /** It has no way back, and nothing of it stands. */
  | { readonly kind: "passed"; readonly message: string }
  | {
      readonly kind: "irreversible" | "failed" | "different" | "unreachable";
      readonly message: string;
      readonly expected?: Json;
      readonly actual?: Json;
    };

/** null: there was nothing to take back. @throws KmendError when the host cannot be spoken to */
export async function revertChange(run: Run, change: Recorded): Promise<Reverted | null> {
  const { wayBack } = change;
  if (wayBack.kind === "none" && wayBack.isPassing) return { kind: "passed", message: wayBack.reason };
  if (wayBack.kind === "none")
    return run.changeEnds.get(change.change) === "unchanged"
      ? null
      : { kind: "irreversible", message: wayBack.reason };
  if (wayBack.kind === "tasks")
    return wayBack.tasks.length === 0 ? null : runTasks(run, change, wayBack.tasks);
  const module = run.world.catalogue.find(change.module);
  if (module?.kind !== "host")
    return { kind: "failed", message: `kmend has no module ${change.module} any more` };
  const there = await reach(run, change, change.become);
  // How it ended is not known, or it ended badly: it may be that nothing was changed at all.
  if (
    run.changeEnds.get(change.change) !== "applied" &&
    (await compare(module, change, there)).kind === "reverted"
  )
    return { kind: "reverted" };
  const { check } = await run.locks.hold(lockPlace(run.connections, there));
  const script = sh`(
${check}
) && {
${revertScript(module, change)}
}`;
  const output = await there.shell.run(script, { signal: run.world.stop.hard });
  if (output.code !== 0)
    return { kind: "failed", message: text(output.stderr).trim() || `the revert exited with ${output.code}` };
  return compare(module, change, there);
}

function revertScript(module: HostModule, change: Recorded): ReturnType<typeof sh> {
  // A secret change is not in the journal: its script lies on the host only.
  const script = isSecretChange(change)
    ? sh`sh ${`${change.save}/revert.sh`}`
    : module.revert(change.changes, whereOf(change));
  if (!script) throw new Error(`${change.module} promised a revert and gives none`);
  return sh`${script} && { [ ! -f ${`${change.save}/revert.sh`} ] || mv ${`${change.save}/revert.sh`} ${`${change.save}/reverted.sh`}; }`;
}

function whereOf(change: Recorded): { save: string; tmp: string } {
  return { save: change.save, tmp: `${change.save}/tmp` };
}

/** Inspects again: the state must equal the recorded one. */
async function compare(module: HostModule, change: Recorded, there: Reached): Promise<Reverted> {
  if (change.state === undefined || change.state === null) return { kind: "reverted" };
  const { args, setting } = remembered(module, change, there);
  const inspection = module.inspect?.(args, setting);
  if (!inspection) return { kind: "reverted" };
  const actual = await stateNow(inspection, there);
  const restored = (state: unknown): unknown => (module.restored ? module.restored(state) : state);
  if (isDeepStrictEqual(restored(actual), restored(change.state))) return { kind: "reverted" };
  const message = "the state after the revert is not the recorded one";
  return { kind: "different", message, expected: change.state, actual };
}

async function stateNow(
  inspection: NonNullable<ReturnType<NonNullable<HostModule["inspect"]>>>,
  there: Reached,
): Promise<Json> {
  try {
    const state: unknown = inspection.parse(await there.shell.run(inspection.script));
    return JSON.parse(JSON.stringify(state ?? null)) as Json;
  } catch (error) {
    if (error instanceof TaskFailed) return { failed: error.message };
    throw error;
  }
}

function remembered(
  module: HostModule,
  change: Recorded,
  there: Reached,
): { args: unknown; setting: Setting } {
  const given = fromJson(change.args);
  const options = given instanceof Dict ? given.get("options") : null;
  const free = given instanceof Dict ? given.get("free") : null;
  const args: unknown = parseArguments(
    module,
    options instanceof Dict ? options : new Dict(),
    typeof free === "string" ? free : undefined,
  );
  const brought = (change.brought ?? {}) as unknown as Readonly<Record<string, Brought>>;
  const { user, uid } = there.shell.session;
  return {
    args,
    setting: { checkMode: false, diff: false, user, uid, facts: there.view.host.facts, brought },
  };
}

interface Reached {
  readonly shell: Shell;
  readonly target: Target;
  readonly become: Become | null;
  readonly view: View;
}

async function reach(run: Run, change: Recorded, as: Recorded["become"]): Promise<Reached> {
  makeKnown(run, change.host, change.reached);
  const frame = frameOf(change.reached);
  const view = viewOf(run, hostState(run, change.host), frame);
  const become = as ? becomeAs(run, view, as) : null;
  const target = targetOf(run, view, frame, view);
  return { shell: await run.connections.shell(target, become), target, become, view };
}

async function runTasks(run: Run, change: Recorded, tasks: readonly ResolvedTask[]): Promise<Reverted> {
  for (const task of tasks) {
    const message = await runResolved(run, change, task);
    if (message !== null) return { kind: "failed", message: `${task.name}: ${message}` };
  }
  return { kind: "reverted" };
}

/** @returns why it failed, or null */
async function runResolved(run: Run, change: Recorded, task: ResolvedTask): Promise<string | null> {
  const module = run.world.catalogue.find(task.module);
  if (!module || module.kind === "controller") return `kmend cannot run ${task.module} on the way back`;
  const there = await reach(run, change, task.become);
  try {
    const { args, setting } = remembered(
      module as HostModule,
      { ...change, args: task.args, brought: {} },
      there,
    );
    const doing = doingFor(run, change, task, { ...there, args, setting });
    const result =
      module.kind === "wait" ? await runWaitModule(module, doing) : await runHostModule(module, doing);
    return result.isFailed ? String(result.values.get("msg") ?? "failed") : null;
  } catch (error) {
    if (error instanceof TaskFailed) return error.message;
    throw error;
  }
}

function doingFor(
  run: Run,
  change: Recorded,
  task: ResolvedTask,
  there: Reached & { readonly args: unknown; readonly setting: Setting },
): Doing {
  run.nextRollbackTask += 1;
  const id = `rollback.${run.nextRollbackTask}`;
  const ref = { id, name: task.name, module: task.module, place: task.place, kind: "rollback" as const };
  return {
    run,
    plan: { ref },
    host: change.for,
    on: change.host,
    shell: there.shell,
    reopen: reopening(run, there.target, there.become),
    lockPlace: lockPlace(run.connections, there),
    isController: there.target.kind === "local",
    become: there.become,
    args: there.args,
    given: new Dict(),
    free: undefined,
    setting: there.setting,
    env: undefined,
    timeoutMs: run.world.options.taskTimeoutS * 1000,
    item: undefined,
    isSecret: false,
    isReadOnly: false,
    ownWayBack: { kind: "none", reason: "it is part of a rollback" },
  };
}
