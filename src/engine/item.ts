/** One task on one host, or one round of its loop: condition, delegation, arguments, tries, judgement. */

import type { Json } from "../journal/journal.ts";
import { parseArguments, type Setting, TaskFailed } from "../modules/modules.ts";
import { formatPlace, formatProblem, KmendError, systemProblem } from "../problem/problem.ts";
import { Dict, toJson, type Value } from "../template/template.ts";
import { finalArguments } from "./arguments.ts";
import { asyncSeconds, toldAsJob } from "./async.ts";
import { reopening } from "./come-back.ts";
import { Unreachable } from "./connections.ts";
import { runControllerModule } from "./controller-module.ts";
import { delegateOf } from "./delegate.ts";
import { notTooDeep } from "./depth.ts";
import type { Doing } from "./doing.ts";
import { environmentOf } from "./environment.ts";
import { mayBeOtherwise } from "./foresight.ts";
import { keyword } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { checkStop } from "./interrupted.ts";
import { holds, judged } from "./judge.ts";
import { knowArguments } from "./known-secrets.ts";
import { locatedBoolean, locatedNumber } from "./located.ts";
import { lockPlace } from "./lock-place.ts";
import { bring } from "./needs.ts";
import { stillUnderWay } from "./past.ts";
import type { PlannedTask } from "./plan.ts";
import { reachedBy } from "./reached.ts";
import { noteUnknown } from "./reads.ts";
import { failedResult, type Result, skippedResult, unreachableResult } from "./result.ts";
import type { Run } from "./run.ts";
import { runOnHost } from "./run-on-host.ts";
import { becomeOf, targetOf } from "./target.ts";
import { timeLimitMs } from "./time-limits.ts";
import { type View, viewOf } from "./variables.ts";
import { ownWayBack } from "./way-back.ts";
import { weigh } from "./weigh.ts";

export interface Round {
  readonly vars: readonly Dict[];
  readonly item?: Value;
}

export async function runItem(run: Run, plan: PlannedTask, host: HostState, round: Round): Promise<Result> {
  const view = viewOf(run, host, plan.frame, round.vars);
  const isSecret = secretFor(plan, view);
  const result = notTooDeep(
    await settled(run, host.name, async () => {
      if (!holds(plan.when, view)) return skippedResult("Conditional result was False");
      return tries(run, plan, view, round);
    }),
  );
  const weighed = run.world.options.foretells ? weigh(run, plan, host, result) : result;
  return isSecret ? { ...weighed, isSecret } : weighed;
}

/** `no_log`; where it cannot be found out, nothing is shown. */
export function secretFor(plan: PlannedTask, view: View): boolean {
  try {
    return locatedBoolean(keyword(plan.frame, "noLog"), view, false);
  } catch {
    return true;
  }
}

/** A host's trouble is its result; what breaks the run itself passes through. */
export async function settled(run: Run, host: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    return failure(run, host, error);
  }
}

const breaksTheRun = new Set([
  "journal-unwritable",
  "interrupted",
  "unknown-handler",
  "resume-diverged",
  "in-flight",
]);

function failure(run: Run, host: string, error: unknown): Result {
  if (error instanceof TaskFailed) {
    const place = error.place ? `${formatPlace(error.place)}: ` : "";
    return failedResult(`${place}${error.message}`, { changed: false, ...error.result });
  }
  const refused = systemProblem(error);
  if (refused) return failedResult(formatProblem(refused), { changed: false });
  if (!(error instanceof KmendError) || breaksTheRun.has(error.code)) throw error;
  return error instanceof Unreachable || error.code === "unreachable"
    ? unreachableResult(lastRecorded(run, host, error.message))
    : failedResult(sentence(error));
}

/** A problem's sentence with its place before it and its way out below. */
function sentence(error: KmendError): string {
  return error.problems.map((problem) => formatProblem(problem)).join("\n");
}

/** A link that died in the middle leaves a question: what was under way there? */
function lastRecorded(run: Run, host: string, message: string): string {
  const last = run.recorded.findLast((each) => each.host === host);
  if (!last || run.changeEnds.has(last.change)) return message;
  const back =
    last.wayBack.kind === "none"
      ? `There is no way back: ${last.wayBack.reason}.`
      : "A rollback takes it back.";
  return `${message}\n  The change ${last.change} (${last.task.name}) was recorded and may have been made in part. ${back}`;
}

/** `until`: tries until it holds, N retries being N + 1 tries. */
async function tries(run: Run, plan: PlannedTask, view: View, round: Round): Promise<Result> {
  const { until, retries, delay } = plan.task;
  if (!until) return attempt(run, plan, view, round);
  const { clock, stop, journal } = run.world;
  const most = Math.max(0, locatedNumber(retries, view) ?? 3);
  const delayMs = Math.max(0, locatedNumber(delay, view) ?? 5) * 1000;
  for (let count = 1; ; count += 1) {
    const result = await settled(run, view.host.name, () => attempt(run, plan, view, round));
    if (result.isUnreachable || result.isSkipped) return result;
    result.values.set("attempts", Math.min(count, Math.max(1, most)));
    if (holds(until, withResult(run, plan, view, round, result))) return result;
    if (count > most || isForeseen(run, view)) {
      result.values.set("failed", true);
      return { ...result, isFailed: true };
    }
    journal.note("task:retrying", {
      host: view.host.name,
      task: plan.ref,
      attempt: count,
      retriesLeft: most - count + 1,
      ...stillUnderWay(run.past, plan.ref, view.host.name),
      ...lastSaid(result, secretFor(plan, view)),
    });
    await clock.sleep(delayMs, stop.soft);
    checkStop(run, "Interrupted between two tries");
  }
}

/** In a plan nothing comes that has not been done: it is tried once. */
function isForeseen(run: Run, { host }: View): boolean {
  return mayBeOtherwise({ run, on: host.name }) !== undefined;
}

/** Whoever watches a long wait wants to know how far it is. */
function lastSaid({ values }: Result, isSecret: boolean): { readonly said?: string } {
  const stdout = values.get("stdout");
  if (isSecret || typeof stdout !== "string") return {};
  const line = stdout.trimEnd().split("\n").at(-1)?.trim().slice(0, 200);
  return line ? { said: line } : {};
}

async function attempt(run: Run, plan: PlannedTask, view: View, round: Round): Promise<Result> {
  const result = await (plan.task.failedWhen || plan.task.changedWhen
    ? settled(run, view.host.name, () => act(run, plan, view, round))
    : act(run, plan, view, round));
  return judged(plan, result, withResult(run, plan, view, round, result));
}

/** The view in which the result already has its registered name. */
function withResult(run: Run, plan: PlannedTask, view: View, round: Round, result: Result): View {
  const { register } = plan.task;
  if (!register) return view;
  if (!result.values.has("failed")) result.values.set("failed", result.isFailed);
  return viewOf(run, view.host, plan.frame, [...round.vars, Dict.of({ [register.value]: result.values })]);
}

async function act(run: Run, plan: PlannedTask, view: View, round: Round): Promise<Result> {
  const { task } = plan;
  const module = run.world.catalogue.find(task.module);
  if (!module || task.foreign)
    throw new TaskFailed(`kmend has no module ${task.module}; this task cannot run`, {}, task.place);
  const seconds = asyncSeconds(run, plan, module, view);
  const { options, free } = finalArguments(plan, module, view);
  knowArguments(run.mask, module, options);
  const args = parseArguments(module, options, free);
  const checkMode = locatedBoolean(keyword(plan.frame, "checkMode"), view, run.world.options.check);
  const diff = locatedBoolean(keyword(plan.frame, "diff"), view, run.world.options.diff);
  const brought = await bring(run, view, module, args);
  const base = { checkMode, diff, brought };
  if (module.kind === "controller") {
    const setting = { ...base, user: "", uid: 0, facts: view.host.facts };
    return runControllerModule(module, { args, given: options, setting, view });
  }
  const doing = await reach(run, plan, view, round, { args, given: options, free, base, seconds });
  if (!checkMode && run.world.options.foretells) looksNow(doing);
  const result =
    module.kind === "wait" && checkMode && !module.looksInCheckMode
      ? skippedResult("Check mode does not wait")
      : await toldAsJob(doing, seconds, () => runOnHost(module, doing));
  return doing.on === doing.host ? result : { ...result, delegate: doing.on };
}

/** `check_mode: false`: it runs, in a plan too, on a host that may be otherwise by then. */
function looksNow(doing: Doing): void {
  const why = mayBeOtherwise(doing);
  if (why !== undefined) noteUnknown(why);
}

interface Prepared {
  // biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own arguments
  readonly args: any;
  readonly given: Dict;
  readonly free: string | undefined;
  readonly base: Pick<Setting, "checkMode" | "diff" | "brought">;
  /** Of its `async`. */
  readonly seconds: number;
}

/** How many hosts' tasks run at once on the controller that they are delegated to. */
const lanes = 8;

/** The controller's shell for what this host delegates: the drain of one node must not wait for that of another. */
function laneOf(run: Run, host: HostState): string {
  return `lane ${run.play.batch.indexOf(host) % lanes}`;
}

/** Opens the shell that the task is to run in: on the host or its delegate, as the right user. */
async function reach(run: Run, plan: PlannedTask, view: View, round: Round, given: Prepared): Promise<Doing> {
  const delegate = delegateOf(run, plan, view);
  const there = delegate ? viewOf(run, delegate, plan.frame, round.vars) : view;
  const target = targetOf(run, there, plan.frame, view);
  const become = becomeOf(run, there, plan.frame, view);
  const lane = delegate && target.kind === "local" ? laneOf(run, view.host) : undefined;
  const shell = await run.connections.shell(target, become, lane);
  const { user, uid } = shell.session;
  return {
    run,
    plan,
    host: view.host.name,
    on: there.host.name,
    shell,
    reopen: reopening(run, target, become),
    lockPlace: lockPlace(run.connections, { target, become, shell }),
    isController: target.kind === "local",
    become,
    reached: reachedBy(plan.frame, view, target),
    args: given.args,
    given: given.given,
    free: given.free,
    setting: { ...given.base, user, uid, facts: there.host.facts },
    env: environmentOf(plan.frame, view, run.mask),
    timeoutMs: timeLimitMs(run, plan, view, given.seconds),
    item: round.item === undefined ? undefined : (toJson(round.item) as Json),
    isSecret: secretFor(plan, view),
    ownWayBack: ownWayBack(run, plan, view),
    isReadOnly: plan.task.changedWhen?.every(({ value }) => value === false) ?? false,
  };
}
