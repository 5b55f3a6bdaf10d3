/** A task that ended, and whose secret result is in no journal: what later tasks may ask for has to be had again. */

import { exitCodes, formatPlace, KmendError } from "../problem/problem.ts";
import type { HostState } from "./host-state.ts";
import { isCensored, resultFrom } from "./journaled-result.ts";
import type { ItemEnd, TaskEnd } from "./past.ts";
import type { PlannedTask } from "./plan.ts";
import { failedResult, type Result } from "./result.ts";
import type { Run } from "./run.ts";

/** What the end says; or, where that is hidden and registered, what asking again says.
 *  @throws KmendError `in-flight` where only running it again could say it, and nobody has said that it may be */
export async function fromBefore(
  run: Run,
  plan: PlannedTask,
  host: HostState,
  { end, act }: { readonly end: TaskEnd | ItemEnd; readonly act: () => Promise<Result> },
): Promise<Result> {
  if (!isCensored(end) || !isAskedFor(end, plan) || end.outcome === "skipped") return resultFrom(end);
  const module = run.world.catalogue.find(plan.task.module);
  // A command: with `creates` it could be inspected, and would then say nothing of what it had printed.
  const isBlind = module?.kind === "host" && module.checkMode === "skip";
  const { inFlight } = run.world.options;
  if (isBlind && inFlight === "skip") return resultFrom(end);
  if (isBlind && inFlight === "fail")
    return failedResult("Its secret result is gone, and it is not to be run again");
  if (isBlind && inFlight === undefined) throw isGone(plan, host);
  const result = await act();
  const isChanged = end.outcome === "changed";
  result.values.set("changed", isChanged);
  return { ...result, isChanged };
}

/** Later tasks may speak of what was registered, and of facts. */
function isAskedFor({ result, effects }: TaskEnd | ItemEnd, { task }: PlannedTask): boolean {
  const hasFacts = typeof result === "object" && result !== null && "ansible_facts" in result;
  return task.register !== undefined || effects !== undefined || hasFacts;
}

function isGone({ ref }: PlannedTask, host: HostState): KmendError {
  return new KmendError(
    {
      code: "in-flight",
      message: `Cannot go on: the secret result of "${ref.name}" (${formatPlace(ref.place)}) on ${host.name} is in no journal, and only running it again would tell it`,
      hint: "Say what to do: --in-flight retry (run it again), skip (go on without its result) or fail.",
    },
    exitCodes.badOptions,
  );
}
