/** In a plan: whether what came out for a task can be known, and what of it reaches the tasks after it. */

import type { Module } from "../modules/modules.ts";
import { formatPlace, type Place } from "../problem/problem.ts";
import { Dict } from "../template/template.ts";
import { mayBeOtherwise, noteUnsureInclude, rememberWords } from "./foresight.ts";
import { isKnownSkip } from "./foretell.ts";
import { chain } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { possibleDefaults } from "./module-defaults.ts";
import type { PlannedTask } from "./plan.ts";
import { PartlyKnown, partlyRead, unknownRead, WatchedDict, watchingReads } from "./reads.ts";
import { type Result, skippedResult } from "./result.ts";
import type { Run } from "./run.ts";

/** A result that hangs on something that has not been done is told as unknown: neither failed nor changed. */
export function weigh(run: Run, plan: PlannedTask, host: HostState, result: Result): Result {
  if (result.isUnreachable) return result;
  const byReading = unknownRead() ?? partlyRead() ?? byInclude(run, plan, host);
  const why = byReading ?? result.unsure ?? byWaiting(run, plan, host);
  if (why === undefined)
    return result.isSkipped && !isKnownSkip(result) ? { ...result, unsure: reasonOf(result) } : result;
  // Its arguments may not even be known: its words have to do.
  const module = run.world.catalogue.find(plan.task.module);
  if (module?.kind === "host" && byReading !== undefined && (result.isSkipped || result.isFailed))
    rememberWords(run, host.name, plan.ref.name, wordsOf(plan, module));
  result.values.set("changed", false).set("failed", false).set("skipped", true);
  // A diff of what stands now would promise what will not come.
  const { diff: _, ...rest } = result;
  return { ...rest, isFailed: false, isChanged: false, isSkipped: true, unsure: why };
}

/** Where nobody knows whether a host comes to an include, nobody knows what of it will happen. */
export function weighedInclude<Decided extends { readonly result: Result }>(
  run: Run,
  host: HostState,
  { place }: { readonly place: Place },
  decide: () => Decided,
): Decided {
  return watchingReads(() => {
    const decided = decide();
    const why = unknownRead() ?? partlyRead();
    if (why === undefined) return decided;
    noteUnsureInclude(run, host.name, formatPlace(place), why);
    const { result } = decided;
    return result.isFailed ? { ...decided, result: skippedResult(why) } : decided;
  });
}

/** What is waited for may come by what was not done. */
function byWaiting(run: Run, plan: PlannedTask, host: HostState): string | undefined {
  const module = run.world.catalogue.find(plan.task.module);
  return module?.kind === "wait" ? mayBeOtherwise({ run, on: host.name }) : undefined;
}

function byInclude(run: Run, { frame }: PlannedTask, host: HostState): string | undefined {
  const unsure = run.foresights.get(host.name)?.unsureIncludes;
  if (!unsure?.size) return undefined;
  const places = chain(frame).flatMap(({ by }) => (by ? [unsure.get(formatPlace(by.place))] : []));
  return places.find((why) => why !== undefined);
}

function reasonOf({ values }: Result): string {
  const said = values.get("msg") ?? values.get("skip_reason");
  return typeof said === "string" ? said : "nobody knows what it would do";
}

function wordsOf(plan: PlannedTask, module: Module): string {
  const defaults = [...possibleDefaults(plan, module).values()].map(({ value }) => value.value);
  const given = [...defaults.filter((each) => each instanceof Dict), plan.task.args.options];
  return (
    JSON.stringify(given.map((each) => each.entries().map(([key, value]) => [String(key), value]))) ?? ""
  );
}

/** Of what a change would register, a part is known. */
export function foreseenValues(result: Result, values: Dict): Dict {
  if (!result.isChanged) return values;
  return new PartlyKnown(values, "it reads what a change before it will say only once it is made");
}

/** @param task that registers it */
export function markRegistered(host: HostState, name: string, task: string): void {
  if (host.registered instanceof WatchedDict) host.registered.mark(name, notYet(name, task));
}

function notYet(name: string, task: string): string {
  return `it reads "${name}", which "${task}" gives only once it has run`;
}

/** Variables and facts that came out of it are not known either. */
export function markUnsure(host: HostState, task: string, { unsure, effects = [], values }: Result): void {
  if (unsure === undefined) return;
  const mark = (into: Dict, names: readonly unknown[]): void => {
    for (const name of names)
      if (into instanceof WatchedDict && typeof name === "string" && !isLasting(name))
        into.mark(name, notYet(name, task));
  };
  for (const effect of effects) {
    if (effect.kind === "set-facts") mark(host.registered, effect.facts.keys());
    if (effect.kind === "set-facts" && effect.cacheable) mark(host.facts, effect.facts.keys());
    if (effect.kind === "include-vars") mark(host.included, effect.vars.keys());
  }
  const facts = values.get("ansible_facts");
  if (facts instanceof Dict) mark(host.facts, facts.keys());
}

/** Facts that no boot changes. */
function isLasting(name: string): boolean {
  return /^ansible_(distribution|os_family|hostname|fqdn|nodename|domain|architecture|machine|system|pkg_mgr|service_mgr|user|processor|memtotal|product|virtualization)/.test(
    name,
  );
}
