/** How a task's end on a host is counted and written down. */

import type { Outcome, TaskRef } from "../journal/journal.ts";
import type { Include, Task } from "../playbook/playbook.ts";
import { formatProblem, KmendError } from "../problem/problem.ts";
import { Dict, str } from "../template/template.ts";
import { type Frame, keyword } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { journaled } from "./journaled-result.ts";
import { locatedBoolean } from "./located.ts";
import { stillUnderWay } from "./past.ts";
import type { Result } from "./result.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

/** What counting needs to know of a task or include. */
export interface Counted {
  readonly frame: Frame;
  readonly ref: TaskRef;
  readonly task: Task | Include;
}

/** @returns whether the failure is ignored */
export function countAndJournal(
  run: Run,
  counted: Counted,
  host: HostState,
  given: { readonly result: Result; readonly view: View; readonly durationMs: number },
): boolean {
  const { result, view, durationMs } = given;
  const ignored = isIgnored(counted, view, result);
  const rescued = count(host, result, ignored, counted);
  run.world.journal.note("task:ended", {
    host: host.name,
    task: counted.ref,
    outcome: outcomeOf(result),
    ignored,
    rescued,
    ...journaled(result),
    ...(result.isFailed ? stillUnderWay(run.past, counted.ref, host.name) : {}),
    ...(result.diff && !result.isSecret ? { diff: result.diff } : {}),
    ...(result.delegate ? { delegate: result.delegate } : {}),
    durationMs,
    ...(result.wayBack ? { wayBack: result.wayBack } : {}),
  });
  return ignored;
}

/** Where that cannot be found out the failure stands, and says why it was not ignored. */
export function isIgnored(counted: Counted, view: View, result: Result): boolean {
  if (!result.isUnreachable && !result.isFailed) return false;
  const name = result.isUnreachable ? "ignoreUnreachable" : "ignoreErrors";
  try {
    return locatedBoolean(keyword(counted.frame, name), view, false);
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    const problem = error.problems.map((each) => formatProblem(each)).join("\n");
    const own = str(result.values.get("msg") ?? "");
    if (!own.includes(problem)) result.values.set("msg", `${own}\n  It is not ignored: ${problem}`);
    return false;
  }
}

export function outcomeOf(result: Result): Outcome {
  if (result.isUnreachable) return "unreachable";
  if (result.isFailed) return "failed";
  if (result.isSkipped) return "skipped";
  return result.isChanged ? "changed" : "ok";
}

/** Counts as Ansible's recap does. @returns whether a `rescue` will catch the failure */
function count(host: HostState, result: Result, ignored: boolean, counted: Counted): boolean {
  const { counts } = host;
  if (result.isUnreachable && !ignored) {
    counts.unreachable += 1;
    host.isUnreachable = true;
    return false;
  }
  if (result.isFailed && !ignored) return fail(host, result, counted);
  if (result.isUnreachable || result.isFailed) counts.ignored += 1;
  if (result.isSkipped) counts.skipped += 1;
  else {
    counts.ok += 1;
    if (result.isChanged) counts.changed += 1;
  }
  return false;
}

function fail(host: HostState, result: Result, counted: Counted): boolean {
  const isRescued = host.nets.some((net) => net.rescues);
  if (isRescued) host.counts.rescued += 1;
  else host.counts.failed += 1;
  const { task: node } = counted;
  const task = Dict.of({
    name: node.name?.value ?? "",
    action: counted.ref.module,
    args: node.kind === "task" ? node.args.options : node.options,
  });
  host.failure = { taskName: counted.ref.name, task, result: result.values };
  return isRescued;
}
