/** A task on one host from beginning to end: its rounds, what it registers and notifies, how it counts. */

import type { Json } from "../journal/journal.ts";
import type { Block } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { Dict, isList, str, toJson, type Value } from "../template/template.ts";
import { countAndJournal, isIgnored, outcomeOf } from "./count.ts";
import { delegateOf } from "./delegate.ts";
import { checkRound } from "./diverged.ts";
import { keepFacts, takeEffects } from "./effects.ts";
import { foretell, hasRounds } from "./foretell.ts";
import { type Frame, keyword } from "./frame.ts";
import { meantBy, type Notice, notify } from "./handlers.ts";
import { knowsHandlers, noteNotified } from "./handlers-back.ts";
import type { HostState } from "./host-state.ts";
import { waitFor } from "./interrupted.ts";
import { runItem, secretFor, settled } from "./item.ts";
import { journaled } from "./journaled-result.ts";
import { holds } from "./judge.ts";
import { knowHidden } from "./known-secrets.ts";
import { located, locatedBoolean, locatedNumber } from "./located.ts";
import { combined } from "./loop-result.ts";
import { loopItems, type Round, rounds } from "./loops.ts";
import { stillUnderWay } from "./past.ts";
import type { PlannedTask } from "./plan.ts";
import { watchingReads } from "./reads.ts";
import { failedResult, type Result, skippedResult } from "./result.ts";
import type { Run } from "./run.ts";
import { fromBefore } from "./secret-result.ts";
import { type View, viewOf } from "./variables.ts";
import { ownWayBack } from "./way-back.ts";
import { foreseenValues, markRegistered, markUnsure, weigh } from "./weigh.ts";

/** @returns what it came to, already counted, registered and journaled for this host */
export function runTask(run: Run, plan: PlannedTask, host: HostState): Promise<Result> {
  const act = (): Promise<Result> => runWhole(run, plan, host);
  return run.world.options.foretells ? watchingReads(act) : act();
}

async function runWhole(run: Run, plan: PlannedTask, host: HostState): Promise<Result> {
  const { journal, clock } = run.world;
  const began = clock.now();
  run.past.checkHost(plan.ref, host.name);
  journal.note("host:started", { host: host.name, task: plan.ref });
  run.touched.add(host.name);
  const view = viewOf(run, host, plan.frame);
  const result = await (plan.task.loop ? runLoop(run, plan, view) : runOnce(run, plan, view));
  if (!plan.task.loop || !hasRounds(result)) foretell(run, plan, view, result);
  register(plan, host, result);
  if (!result.isSkipped && !result.isUnreachable) noteRoleRan(plan, host);
  const durationMs = clock.now() - began;
  const ignored = countAndJournal(run, plan, host, {
    result,
    view: viewOf(run, host, plan.frame),
    durationMs,
  });
  return { ...result, isFailed: result.isFailed && !ignored };
}

function noteRoleRan({ frame }: PlannedTask, host: HostState): void {
  for (let at: Frame | null = frame; at; at = at.parent)
    if ("once" in at.shared) {
      const block = at.shared as Block;
      if (block.once !== undefined) host.ranOnce.set(block.once, block);
      return;
    }
}

async function runOnce(run: Run, plan: PlannedTask, view: View): Promise<Result> {
  const end = run.past.ended(plan.ref.id, view.host.name);
  const act = (): Promise<Result> => runItem(run, plan, view.host, { vars: [] });
  return afterwards(run, plan, view, await (end ? fromBefore(run, plan, view.host, { end, act }) : act()));
}

/** What follows from a result; where that cannot be found out, the host has failed, with what it changed. */
async function afterwards(run: Run, plan: PlannedTask, view: View, result: Result): Promise<Result> {
  if (result.isSecret) knowHidden(run.mask, result);
  const after = await settled(run, view.host.name, () => consequences(run, plan, view, result));
  const { changes, diff, isSecret, unsure } = result;
  return {
    ...after,
    ...(changes ? { changes } : {}),
    ...(diff ? { diff } : {}),
    ...(isSecret ? { isSecret } : {}),
    ...(unsure === undefined ? {} : { unsure }),
  };
}

/** Effects, facts and notifications of one result: the next round of a loop sees them already. */
async function consequences(run: Run, plan: PlannedTask, view: View, result: Result): Promise<Result> {
  const { host } = view;
  if (!result.isFailed) {
    const { effects = [] } = result;
    if (effects.length > 0 && (await takeEffects(run, factsHost(run, plan, view), effects)))
      result.values.set("changed", true);
    const facts = result.values.get("ansible_facts");
    if (facts instanceof Dict && !result.effects) keepFacts(factsHost(run, plan, view), facts);
    markUnsure(factsHost(run, plan, view), plan.ref.name, result);
  }
  const isChanged = result.isChanged || (result.values.get("changed") === true && !result.isFailed);
  if (isChanged && !result.isFailed) {
    const notified = notify(run.play.handlers, host, { ...noticeOf(plan, view), view });
    noteNotified(run, result.changes ?? [], { notified, view });
  } else if (result.isFailed || result.isUnreachable) noteUnnotified(run, plan, view);
  for (const change of result.changes ?? []) {
    if (!isChanged && !result.isFailed) run.changeEnds.set(change, "unchanged");
    fillWayBack(run, plan, view, change, result);
  }
  return { ...result, isChanged };
}

function noticeOf({ task }: PlannedTask, view: View): Pick<Notice, "names" | "place"> {
  return { names: task.notify.flatMap((each) => listed(located(each, view) ?? null)), place: task.place };
}

/**
 * A task that failed, or whose host was lost, notifies nobody. What it changed all the same can be taken in later, when another
 * change's handler runs: so its own handlers are written down, for the day on which it is taken back.
 */
function noteUnnotified(run: Run, plan: PlannedTask, view: View): void {
  const own = run.recorded.filter((each) => each.for === view.host.name && each.task.id === plan.ref.id);
  const changes = own.map(({ change }) => change).filter((change) => !knowsHandlers(run, change));
  if (changes.length === 0) return;
  try {
    const { names, place } = noticeOf(plan, view);
    const notified = new Set(names.flatMap((name) => meantBy(run.play.handlers, name, { view, place })));
    noteNotified(run, changes, { notified, view });
  } catch (error) {
    // The task has failed already: whom it would have notified is not found out, and nothing is the worse for it.
    if (!(error instanceof KmendError)) throw error;
  }
}

function factsHost(run: Run, plan: PlannedTask, view: View): HostState {
  const toDelegate = locatedBoolean(keyword(plan.frame, "delegateFacts"), view, false);
  return (toDelegate ? delegateOf(run, plan, view) : null) ?? view.host;
}

/** A task's own `rollback:` may speak of what the task registered: once that is known it is written down anew. */
function fillWayBack(run: Run, plan: PlannedTask, view: View, change: string, result: Result): void {
  if (plan.task.rollback?.kind !== "tasks" || !plan.task.register) return;
  const wayBack = ownWayBack(run, plan, view, result.values);
  if (!wayBack) return;
  const at = run.recorded.findIndex((each) => each.change === change);
  const recorded = run.recorded[at];
  if (!recorded) return;
  run.recorded[at] = { ...recorded, wayBack };
  run.world.journal.note("change:wayback", { change, host: recorded.host, wayBack });
}

async function runLoop(run: Run, plan: PlannedTask, view: View): Promise<Result> {
  const { loop } = plan.task;
  if (!loop) return runOnce(run, plan, view);
  let all: Round[];
  let pauseMs: number;
  try {
    pauseMs = (locatedNumber(loop.control.pause, view) ?? 0) * 1000;
    all = rounds(loop, loopItems(loop, view), view);
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    return weighed(run, plan, view, loopFailed(plan, view, error));
  }
  const results: Result[] = [];
  for (const [index, round] of all.entries()) {
    const before = run.past.round(plan.ref.id, view.host.name, index);
    if (index > 0 && !before) await waitFor(run, pauseMs);
    const result = await runRound(run, plan, view, { ...round, index });
    results.push(result);
    if (result.isUnreachable) break;
  }
  return results.length > 0 ? combined(results) : weighed(run, plan, view, combined(results));
}

/** No round of it was weighed. */
function weighed(run: Run, plan: PlannedTask, { host }: View, result: Result): Result {
  return run.world.options.foretells ? weigh(run, plan, host, result) : result;
}

async function runRound(
  run: Run,
  plan: PlannedTask,
  view: View,
  round: Round & { readonly index: number },
): Promise<Result> {
  const given = { vars: [round.vars], item: round.item };
  const inner = viewOf(run, view.host, plan.frame, given.vars);
  const item = toJson(round.item) as Json;
  const end = run.past.round(plan.ref.id, view.host.name, round.index);
  const act = (): Promise<Result> => runItem(run, plan, view.host, given);
  if (end) checkRound(end, item);
  const own = await (end ? fromBefore(run, plan, view.host, { end, act }) : act());
  const result = await afterwards(run, plan, inner, own);
  for (const [key, value] of round.vars.entries()) if (key !== "ansible_loop") result.values.set(key, value);
  if (!result.isSkipped && !result.values.has("failed")) result.values.set("failed", result.isFailed);
  const label = result.isSecret ? "censored" : labelOf(plan, inner, round.item);
  foretell(run, plan, inner, result, { index: round.index, label });
  run.world.journal.note("item:ended", {
    host: view.host.name,
    task: plan.ref,
    item: result.isSecret ? "censored" : item,
    index: round.index,
    label,
    outcome: outcomeOf(result),
    ignored: isIgnored(plan, inner, result),
    ...journaled(result),
    ...(result.isFailed ? stillUnderWay(run.past, plan.ref, view.host.name) : {}),
  });
  return result;
}

function labelOf(plan: PlannedTask, view: View, item: Value): string {
  const label = plan.task.loop?.control.label;
  try {
    return str(label ? (located(label, view) ?? null) : item);
  } catch {
    return str(item);
  }
}

/** Items that cannot be found out only matter where the condition, which may not speak of them, holds. */
function loopFailed(plan: PlannedTask, view: View, error: KmendError): Result {
  const isSecret = secretFor(plan, view);
  try {
    if (!holds(plan.when, view)) return skippedResult("Conditional result was False");
  } catch {
    // The condition speaks of the item: the loop's own error says more.
  }
  return { ...failedResult(error.message), isSecret };
}

function register({ task, ref }: PlannedTask, host: HostState, result: Result): void {
  if (!task.register) return;
  const values = result.values.copy();
  // As Ansible: a loop as a whole, and what was skipped, say `failed` only where it is true.
  if (!values.has("failed") && !task.loop && !result.isSkipped) values.set("failed", result.isFailed);
  if (!values.has("changed") && !result.isFailed) values.set("changed", false);
  host.registered.set(task.register.value, result.seen ? foreseenValues(result, values) : values);
  if (result.unsure !== undefined) markRegistered(host, task.register.value, ref.name);
}

function listed(value: Value): string[] {
  return isList(value) ? value.map((each) => str(each)) : value === null ? [] : [str(value)];
}
