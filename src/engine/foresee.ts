/** A host module in a plan: inspected, shown the host as the changes before would leave it, and asked what it would do there. */

import type { WayBack } from "../journal/journal.ts";
import { type AnyChange, type HostModule, TaskFailed } from "../modules/modules.ts";
import type { Doing } from "./doing.ts";
import { foreseen, mayNotFail, remember } from "./foresight.ts";
import { refuseWithoutWayBack } from "./promised.ts";
import { type Result, skippedResult } from "./result.ts";
import { runOptions } from "./run-options.ts";
import { understood } from "./understood.ts";

/** How any dry run tells what a module came to, and the way back of what it leaves undone. */
interface Telling {
  finish(done: {
    readonly state: unknown;
    readonly change: AnyChange | null;
    readonly isSkipped?: boolean;
    readonly wouldBe?: WayBack | undefined;
  }): Result;
  wouldBe(change: AnyChange | null): WayBack | undefined;
  /** Of what a host that takes itself back could not take back. */
  warn(change: AnyChange): void;
}

export async function foreseeHostModule(module: HostModule, doing: Doing, telling: Telling): Promise<Result> {
  const { args, setting } = doing;
  const inspection = module.inspect?.(args, setting) ?? null;
  if (module.checkMode === "skip" && !inspection) return command(module, doing, null, telling);
  const output = inspection ? await doing.shell.run(inspection.script, runOptions(doing)) : null;
  let why: string | undefined;
  try {
    const looked = inspection && output ? understood(() => inspection.parse(output)) : null;
    const told = foreseen(module, doing, looked);
    const { state } = told;
    why = told.why;
    const change = understood(() => module.plan(state, args, setting));
    if (module.checkMode === "skip" && change !== null) return command(module, doing, state, telling);
    const unsure = why === undefined ? {} : { unsure: why };
    if (why === undefined ? change !== null : change !== null || module.foresight?.leaves)
      remember(module, doing, { change: why === undefined ? change : null, state });
    if (change !== null && why === undefined) refuseWithoutWayBack(doing, change);
    if (change !== null) telling.warn(change);
    return { ...telling.finish({ state, change }), ...unsure };
  } catch (error) {
    if (!(error instanceof TaskFailed)) throw error;
    return failed(module, doing, error, mayNotFail(module, doing, why));
  }
}

/** Nobody knows what a command would do. */
function command(module: HostModule, doing: Doing, state: unknown, telling: Telling): Result {
  const change = module.plan(state, doing.args, doing.setting);
  if (!doing.isReadOnly) remember(module, doing, { change: null, state: null });
  return telling.finish({
    state,
    change: null,
    wouldBe: telling.wouldBe(change),
    ...(state === null ? {} : { isSkipped: true }),
  });
}

/** What fails on a host that will be otherwise by then may well not. */
function failed(module: HostModule, doing: Doing, error: TaskFailed, why: string | undefined): Result {
  if (why === undefined) throw error;
  remember(module, doing, { change: null, state: null });
  return { ...skippedResult(why), unsure: `${why} (now: ${error.message})` };
}
