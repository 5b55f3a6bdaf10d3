/**
 * A change that was under way when its run stopped, picked up by the run that goes on.
 *
 *   its end is in the journal       the task's result is made of what the script printed
 *   it is not, and the host can     what the change was to bring about stands: it was made
 *   be inspected                    it does not: the task begins again
 *   it is not, and nothing can      a command: the operator says what to take it for
 *   be inspected
 */

import { equalButMasked } from "../mask/mask.ts";
import { type AnyChange, type HostModule, TaskFailed } from "../modules/modules.ts";
import { formatPlace } from "../problem/problem.ts";
import { applyFailed } from "./apply-failed.ts";
import { isSecretChange } from "./change.ts";
import type { UnderWay } from "./changes-under-way.ts";
import { hasComeBack, waitUntilBack } from "./come-back.ts";
import type { Doing } from "./doing.ts";
import type { Done } from "./host-module.ts";
import type { PlannedTask } from "./plan.ts";
import { asOutput } from "./recorded-output.ts";
import { runOptions } from "./run-options.ts";
import { tidyUp } from "./tidy-up.ts";
import { understood } from "./understood.ts";
import type { InFlight } from "./world.ts";

/** null: nothing was under way, or it has to be done again. @throws TaskFailed as the change itself would have */
export async function pickUp(module: HostModule, doing: Doing): Promise<Done | null> {
  const { run, plan, host } = doing;
  const begun = run.past.underWayOf(plan.ref.id, host);
  if (!begun || !isSameRound(begun, doing)) return null;
  const { change, end } = begun;
  // Where nobody knows its end its script may still be at work: whoever has the lock has waited for it, and then looks. One that takes
  // the host away has nothing to wait for.
  if (!end && !doing.isReadOnly && !module.comesBack) await run.locks.hold(doing.lockPlace);
  if (end || isSecretChange(change)) settle(doing);
  if (isSecretChange(change)) return pickUpSecret(module, doing, begun);
  const output = end?.isMasked && isRegistered(doing) ? null : asOutput(end?.output);
  if (end && end.message !== null) throw output ? applyFailed(module, output) : new TaskFailed(end.message);
  if (!output && !(await wasMade(module, doing, begun))) {
    if (module.tidy) {
      const { check } = await run.locks.hold(doing.lockPlace);
      await tidyUp(module, change, { shell: doing.shell, check });
    }
    return null;
  }
  const changes = change.changes as unknown as AnyChange;
  noteMade(doing, begun);
  const elapsedS = await waitUntilBack(module, doing, changes);
  return {
    state: change.state ?? null,
    change: changes,
    elapsedS,
    id: change.change,
    ...(output ? { output } : {}),
  };
}

/** Nothing of it is in the journal: what stands on the host now is all that its result can be made of. */
async function pickUpSecret(module: HostModule, doing: Doing, begun: UnderWay): Promise<Done | null> {
  const { args, setting, shell } = doing;
  const { change, end } = begun;
  if (end && end.message !== null) throw new TaskFailed(end.message);
  const inspection = module.inspect?.(args, setting) ?? null;
  const seen = inspection ? await shell.run(inspection.script, runOptions(doing)) : null;
  const state = inspection && seen ? understood(() => inspection.parse(seen)) : null;
  const isMade = inspection
    ? understood(() => module.plan(state, args, setting) === null)
    : (end !== null && !isRegistered(doing)) || (await isTakenForMade(doing, begun));
  if (!isMade) return null;
  noteMade(doing, begun);
  return { state, change: null, id: change.change, made: change };
}

function settle({ run, plan, host }: Doing): void {
  run.past.settle(plan.ref.id, host);
}

function noteMade({ run }: Doing, { change, end }: UnderWay): void {
  if (end) return;
  run.changeEnds.set(change.change, "applied");
  run.world.journal.note("change:applied", { change: change.change, host: change.host });
}

/** Stars would stand in what later tasks ask for: then the output is as good as none. */
function isRegistered({ plan }: Doing): boolean {
  return (plan as Partial<PlannedTask>).task?.register !== undefined;
}

/** A loop's items have a change each. One that no journal may tell is taken for this round's: rounds before it have ends. */
function isSameRound({ change }: UnderWay, doing: Doing): boolean {
  if (isSecretChange(change) && change.item === undefined) return true;
  return equalButMasked(change.item ?? null, doing.item ?? null);
}

async function wasMade(module: HostModule, doing: Doing, begun: UnderWay): Promise<boolean> {
  const { args, setting, shell } = doing;
  if (module.comesBack) {
    settle(doing);
    return hasComeBack(module, doing, begun.change.changes as unknown as AnyChange);
  }
  const inspection = module.inspect?.(args, setting) ?? null;
  if (!inspection) {
    settle(doing);
    return isTakenForMade(doing, begun);
  }
  const seen = await shell.run(inspection.script, runOptions(doing));
  const isMade = understood(() => module.plan(inspection.parse(seen), args, setting) === null);
  settle(doing);
  return isMade;
}

/** @throws TaskFailed where it is to be taken for neither */
async function isTakenForMade(doing: Doing, begun: UnderWay): Promise<boolean> {
  const { inFlight } = doing.run.world.options;
  const choice = inFlight ?? (await asked(doing, begun));
  if (choice === "skip") return true;
  if (choice === "retry") return false;
  if (begun.end)
    throw new TaskFailed(
      `It ran to its end, and what it printed held a secret: that is in no journal, and only running it again would tell it\n  Say so with --in-flight retry, or go on without it by skip. It is the change ${begun.change.change}.`,
    );
  throw new TaskFailed(
    `Nobody knows whether this ran to its end: the run stopped in the middle of it\n  Look at the host. What was recorded of it is the change ${begun.change.change}.`,
  );
}

async function asked(doing: Doing, { change }: UnderWay): Promise<InFlight> {
  const { ask } = doing.run.world;
  const text = `${change.host}: "${change.task.name}" (${formatPlace(change.task.place)}) was under way when the run stopped. Nobody knows whether it ran to its end.\nr: run it again, s: take it as done, f: fail the host`;
  const answer = ask ? await ask({ text, secret: false, initial: "f" }) : "f";
  return answer.startsWith("r") ? "retry" : answer.startsWith("s") ? "skip" : "fail";
}
