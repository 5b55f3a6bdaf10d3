/** A host module on one host: inspect, plan, and (unless this is a dry run) the change. */

import type { Output } from "../connection/connection.ts";
import type { WayBack } from "../journal/journal.ts";
import type { AnyChange, HostModule } from "../modules/modules.ts";
import { Dict } from "../template/template.ts";
import { applyFailed } from "./apply-failed.ts";
import { applyChange, type Recorded, wayBackOf } from "./change.ts";
import { refuseToLeaveController, waitUntilBack } from "./come-back.ts";
import { warnOfArmed } from "./dead-man.ts";
import type { Doing } from "./doing.ts";
import { foreseeHostModule } from "./foresee.ts";
import { seenBy } from "./foretell.ts";
import { pickUp } from "./pick-up.ts";
import { refuseWithoutWayBack } from "./promised.ts";
import { type Result, resultOf } from "./result.ts";
import { runOptions } from "./run-options.ts";
import { understood } from "./understood.ts";

export async function runHostModule(module: HostModule, doing: Doing): Promise<Result> {
  const { args, setting } = doing;
  const pickedUp = await pickUp(module, doing);
  if (pickedUp) return finish(module, doing, pickedUp);
  if (setting.checkMode && doing.run.world.options.foretells)
    return foreseeHostModule(module, doing, {
      finish: (done) => finish(module, doing, done),
      wouldBe: (change) => wouldBe(module, doing, change),
      warn: (change) => warnOfArmed(doing, wayBackOf(module, doing, change)),
    });
  const inspection = module.inspect?.(args, setting) ?? null;
  const seen = inspection ? await inspect(doing, inspection.script) : null;
  const state = inspection && seen ? understood(() => inspection.parse(seen)) : null;
  if (setting.checkMode && module.checkMode === "skip" && !inspection)
    return finish(module, doing, {
      state,
      change: null,
      wouldBe: wouldBe(module, doing, module.plan(null, args, setting)),
    });
  refuseToLeaveController(module, doing);
  const change = understood(() => module.plan(state, args, setting));
  if (change === null) return finish(module, doing, { state, change, isSkipped: false });
  if (setting.checkMode && module.checkMode === "skip")
    return finish(module, doing, {
      state,
      change: null,
      isSkipped: true,
      wouldBe: wouldBe(module, doing, change),
    });
  refuseWithoutWayBack(doing, change);
  if (setting.checkMode) {
    warnOfArmed(doing, wayBackOf(module, doing, change));
    return finish(module, doing, { state, change });
  }
  const applied = await applyChange(module, doing, state, change);
  if (applied.output.code !== 0 && !module.exitIsData) throw applyFailed(module, applied.output);
  const elapsedS = await waitUntilBack(module, doing, change);
  return finish(module, doing, { state, change, elapsedS, ...applied });
}

/** A dry run names what cannot be taken back, as a run does. */
function wouldBe(module: HostModule, doing: Doing, change: AnyChange | null): WayBack | undefined {
  if (change === null) return undefined;
  const wayBack = wayBackOf(module, doing, change);
  warnOfArmed(doing, wayBack);
  return wayBack;
}

async function inspect(doing: Doing, script: Parameters<Doing["shell"]["run"]>[0]): Promise<Output> {
  return doing.shell.run(script, runOptions(doing));
}

/** What a module came to, before it is told. */
export interface Done {
  readonly state: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own change
  readonly change: any;
  readonly output?: Output;
  readonly id?: string;
  readonly isSkipped?: boolean;
  readonly elapsedS?: number;
  /** The way back of what check mode leaves undone, of which nobody knows what it would do. */
  readonly wouldBe?: WayBack | undefined;
  /** Made before the run stopped, and secret: there is no `change` to tell of. */
  readonly made?: Recorded;
}

/** What the task registers: the module's own words, and whether anything changed. */
function finish(module: HostModule, doing: Doing, done: Done): Result {
  const { setting, args } = doing;
  const { state, change, output = null, elapsedS = 0 } = done;
  const endedMs = doing.run.world.clock.now();
  const values = understood(
    () => module.result?.({ args, state, change, output, setting, endedMs, elapsedS })?.copy() ?? new Dict(),
  );
  if (done.made) values.delete("skipped");
  if (!values.has("changed") || done.made) values.set("changed", change !== null || done.made !== undefined);
  const diff = setting.diff && change?.diff && !doing.isSecret ? { diff: change.diff } : {};
  return resultOf(values, {
    ...diff,
    ...(change !== null ? { wayBack: wayBackOf(module, doing, change) } : {}),
    ...(done.made ? { wayBack: done.made.wayBack } : {}),
    ...(done.wouldBe ? { wayBack: done.wouldBe } : {}),
    ...(done.id === undefined ? {} : { changes: [done.id] }),
    ...(doing.run.world.options.foretells ? { seen: seenBy(module, doing, done) } : {}),
  });
}
