/** What the journal alone needs to act on a host again: the way there, the arguments, a task. */

import type { Become, Shell, Target } from "../connection/connection.ts";
import type { ResolvedTask } from "../journal/journal.ts";
import { type Brought, type HostModule, parseArguments, type Setting } from "../modules/modules.ts";
import { Dict, fromJson } from "../template/template.ts";
import type { Recorded } from "./change.ts";
import { reopening } from "./come-back.ts";
import { controllerTarget } from "./controller.ts";
import type { Doing } from "./doing.ts";
import { lockPlace } from "./lock-place.ts";
import { frameOf, makeKnown } from "./reached.ts";
import { hostState, type Run } from "./run.ts";
import { becomeAs, targetOf } from "./target.ts";
import { type View, viewOf } from "./variables.ts";

/** The arguments and the setting that the change was made with, on the host as it is reached now. */
export function remembered(
  module: HostModule,
  change: Recorded,
  there: Reached,
): { args: unknown; setting: Setting } {
  const { given, free } = givenOf(change);
  const args: unknown = parseArguments(module, given, free);
  const brought = (change.brought ?? {}) as unknown as Readonly<Record<string, Brought>>;
  const { user, uid } = there.shell.session;
  return {
    args,
    setting: { checkMode: false, diff: false, user, uid, facts: there.view.host.facts, brought },
  };
}

/** The arguments as the playbook gave them. */
export function givenOf(change: Recorded): Pick<Doing, "given" | "free"> {
  const args = fromJson(change.args);
  const options = args instanceof Dict ? args.get("options") : null;
  const free = args instanceof Dict ? args.get("free") : null;
  return {
    given: options instanceof Dict ? options : new Dict(),
    free: typeof free === "string" ? free : undefined,
  };
}

/** A host that was reached again. */
export interface Reached {
  readonly shell: Shell;
  readonly target: Target;
  readonly become: Become | null;
  readonly view: View;
}

/** Reaches the changed host as the change remembers it. @throws KmendError when it cannot be */
export async function reach(run: Run, change: Recorded, as: Recorded["become"]): Promise<Reached> {
  makeKnown(run, change.host, change.reached);
  const frame = frameOf(change.reached);
  const view = viewOf(run, hostState(run, change.host), frame);
  const become = as ? becomeAs(run, view, as) : null;
  const target = change.reached?.isController ? controllerTarget(run) : targetOf(run, view, frame, view);
  return { shell: await run.connections.shell(target, become), target, become, view };
}

/** The recorded task once more, with what the playbook gave it. */
export function doingAgain(run: Run, module: HostModule, change: Recorded, there: Reached): Doing {
  const { name, place } = change.task;
  const { env } = change;
  const task = {
    name,
    place,
    module: module.name,
    args: change.args ?? null,
    become: null,
    ...(env ? { env } : {}),
  };
  const { args, setting } = remembered(module, change, there);
  return { ...doingFor(run, change, task, { ...there, args, setting }), ...givenOf(change) };
}

/** A task of a rollback about to act: it has a number of its own, and no way back. */
export function doingFor(
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
    env: task.env,
    timeoutMs: run.world.options.taskTimeoutS * 1000,
    item: undefined,
    isSecret: false,
    isReadOnly: false,
    ownWayBack: { kind: "none", reason: "it is part of a rollback" },
  };
}
