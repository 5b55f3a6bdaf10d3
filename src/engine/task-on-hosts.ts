/** One task on the hosts of a batch: at most `forks` at once, and what a failure means for the others. */

import type { Task } from "../playbook/playbook.ts";
import { takeEffects } from "./effects.ts";
import { type Frame, keyword } from "./frame.ts";
import { type HostState, hasFailed, isActive } from "./host-state.ts";
import { endAtLimit } from "./limits.ts";
import { locatedBoolean, locatedNumber } from "./located.ts";
import { runMeta } from "./meta.ts";
import { planTask } from "./plan.ts";
import { pool } from "./pool.ts";
import type { Result } from "./result.ts";
import type { Run } from "./run.ts";
import { runTask } from "./run-task.ts";
import { passedOver } from "./start-at.ts";
import { stepInto } from "./step.ts";
import { isSelected } from "./tags.ts";
import { type View, viewOf } from "./variables.ts";

/** Modules that act once for the batch, whatever the task says. */
const onceModules = new Set(["add_host", "pause"]);

export async function runTaskOnHosts(
  run: Run,
  task: Task,
  frame: Frame,
  hosts: readonly HostState[],
): Promise<void> {
  const [first] = hosts;
  if (!first || !isSelected(run, frame)) return;
  const view = viewOf(run, first, frame);
  if (passedOver(run, task, frame, view)) return;
  if (task.module === "meta") return runMeta(run, task, frame, hosts);
  const isOnce = onceModules.has(task.module) || isRunOnce(frame, view);
  const plan = planTask(run, task, frame, view);
  const able = hosts.filter((host) => run.past.takesPart(plan.ref.id, host.name));
  const doer = hosts.find((host) => run.past.hasBegun(plan.ref.id, host.name)) ?? able[0];
  if (!doer) return;
  const on = isOnce ? await stepInto(run, plan.ref, [doer], able) : await stepInto(run, plan.ref, able);
  if (on.length === 0) return;
  run.world.journal.note("task:started", { task: plan.ref, hosts: on.map((host) => host.name) });
  const throttle = locatedNumber(keyword(frame, "throttle"), view) ?? 0;
  const { forks } = run.world.options;
  const results = new Map<HostState, Result>();
  await pool(on, throttle > 0 ? Math.min(throttle, forks) : forks, async (host) => {
    results.set(host, await runTask(run, plan, host));
  });
  const result = results.get(doer);
  const others = hosts.filter((host) => host !== doer);
  if (isOnce && result) await share(run, task, { from: doer, to: others, result });
  endWhereFatal(run, frame, view, [...results.keys()]);
}

/** `run_once` is registered on every host of the batch, and its failure is everyone's. */
async function share(
  run: Run,
  task: Task,
  given: { readonly from: HostState; readonly to: readonly HostState[]; readonly result: Result },
): Promise<void> {
  const { from, result } = given;
  for (const host of given.to) {
    const name = task.register?.value;
    const registered = name === undefined ? undefined : from.registered.get(name);
    if (name !== undefined && registered !== undefined) host.registered.set(name, registered);
    const effects = (result.effects ?? []).filter(
      (effect) => effect.kind === "set-facts" || effect.kind === "include-vars",
    );
    if (!result.isFailed) await takeEffects(run, host, effects);
    if (from.failure) host.failure = from.failure;
  }
}

function isRunOnce(frame: Frame, view: View): boolean {
  try {
    return locatedBoolean(keyword(frame, "runOnce"), view, false);
  } catch {
    // Its template fails for the host too, with the place: that says it better.
    return false;
  }
}

/** `any_errors_fatal`, `max_fail_percentage` and `max_fail_hosts`: the task was ended on every host, now the play ends. */
function endWhereFatal(run: Run, frame: Frame, view: View, ran: readonly HostState[]): void {
  const { play } = run;
  const isFatal =
    ran.some((host) => hasFailed(host) || host.isUnreachable) &&
    locatedBoolean(keyword(frame, "anyErrorsFatal"), view, false);
  if (!isFatal) {
    endAtLimit(run);
    return;
  }
  play.isOver = true;
  play.isBroken = true;
  const [cause] = ran.filter(hasFailed);
  for (const host of play.batch) if (isActive(host) && cause?.failure) host.failure = cause.failure;
}
