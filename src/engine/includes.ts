/** `include_tasks` and `include_role`: loaded when they are reached, by each host with its own condition and loop. */

import type { Include, Node } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { Dict, repr, Undefined, type Value } from "../template/template.ts";
import { type Counted, countAndJournal } from "./count.ts";
import { conditions, type Frame, handedOver } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { appliedKeywords } from "./include-apply.ts";
import { loadIncluded } from "./include-load.ts";
import { holds } from "./judge.ts";
import { loopItems, rounds } from "./loops.ts";
import { taskRef } from "./plan.ts";
import { watchingPart } from "./reads.ts";
import { failedResult, type Result, resultOf, skippedResult } from "./result.ts";
import type { Run } from "./run.ts";
import { stepInto } from "./step.ts";
import { isSelected } from "./tags.ts";
import { type View, viewOf } from "./variables.ts";
import { markRegistered, weighedInclude } from "./weigh.ts";

/** What one round of an include comes to on one host. */
interface Included {
  readonly host: HostState;
  readonly options: Dict;
  readonly vars: Dict;
  readonly given: Dict | null;
  /** Which of the host's rounds that include the same; from 0. */
  readonly nth: number;
  /** Hosts with the same key run it together. */
  readonly key: string;
  /** In a plan: why it is not known what is included. */
  readonly unsure?: string;
}

export async function runInclude(
  run: Run,
  node: Include,
  frame: Frame,
  hosts: readonly HostState[],
): Promise<void> {
  const [first] = hosts;
  if (!first || !isSelected(run, frame)) return;
  // Its vars stand above what was registered, for the include itself too.
  const own = { ...frame, params: node.vars ?? null };
  const counted: Counted = {
    frame: own,
    task: node,
    ref: taskRef(run, node, frame, viewOf(run, first, frame)),
  };
  const able = hosts.filter((host) => run.past.takesPart(counted.ref.id, host.name));
  const on = await stepInto(run, counted.ref, able);
  if (able.length > 0 && on.length === 0) return;
  run.world.journal.note("task:started", { task: counted.ref, hosts: on.map((host) => host.name) });
  const all = on.flatMap((host) => included(run, counted, node, host));
  // A round is one include; hosts that include the same thing run it together.
  for (const [, group] of Map.groupBy(all, (each) => each.key)) await runGroup(run, counted, node, group);
}

/** Finds out what a host includes, and counts the include itself as a task. */
function included(run: Run, counted: Counted, node: Include, host: HostState): Included[] {
  run.past.checkHost(counted.ref, host.name);
  const view = viewOf(run, host, counted.frame);
  const { result, found } = run.world.options.foretells
    ? weighedInclude(run, host, node, () => decide(run, counted, node, view))
    : decide(run, counted, node, view);
  if (run.world.options.foretells && found.some(({ unsure }) => unsure !== undefined))
    return knownOnly(run, counted, node, view, found);
  if (node.register) host.registered.set(node.register.value, result.values);
  countAndJournal(run, counted, host, { result, view, durationMs: 0 });
  if (!result.isFailed && !result.isSkipped) host.counts.ok += countedRounds(node, found.length) - 1;
  return found;
}

/** Rounds of which a plan cannot know what they include are told as that, and end there. */
function knownOnly(
  run: Run,
  counted: Counted,
  { register }: Include,
  view: View,
  found: readonly Included[],
): Included[] {
  const known = found.filter(({ unsure }) => unsure === undefined);
  const why = found.find(({ unsure }) => unsure !== undefined)?.unsure ?? "";
  run.world.journal.note("prediction:made", {
    host: view.host.name,
    task: counted.ref,
    says: "unknown",
    why,
  });
  const result = skippedResult(why);
  if (register) {
    view.host.registered.set(register.value, result.values);
    markRegistered(view.host, register.value, counted.ref.name);
  }
  countAndJournal(run, counted, view.host, { result, view, durationMs: 0 });
  return known;
}

/** Ansible's recap has each file that was included, and no role. */
function countedRounds(node: Include, rounds: number): number {
  return node.what === "role" ? 0 : rounds;
}

function decide(
  run: Run,
  { frame }: Counted,
  node: Include,
  view: View,
): { readonly result: Result; readonly found: Included[] } {
  try {
    if (!node.loop) {
      if (!holds(conditions(frame), view))
        return { result: skippedResult("Conditional result was False"), found: [] };
      return { result: resultOf(Dict.of({ changed: false })), found: [oneRound(node, view, null)] };
    }
    const found: Included[] = [];
    for (const round of rounds(node.loop, loopItems(node.loop, view), view)) {
      const inner = viewOf(run, view.host, frame, [round.vars]);
      if (holds(conditions(frame), inner)) found.push(oneRound(node, inner, round.vars));
    }
    const result = found.length === 0 ? skippedResult("Conditional result was False") : resultOf(new Dict());
    return { result, found: numbered(found) };
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    return { result: failedResult(error.message), found: [] };
  }
}

function oneRound(node: Include, view: View, given: Dict | null): Included {
  const plain = Dict.from(node.options.entries().filter(([key]) => key !== "apply"));
  const { made: options, why } = watchingPart(() => view.templar.render(plain) as Dict);
  const apply = node.options.get("apply");
  if (apply !== undefined) options.set("apply", apply);
  const vars = includeVars(node, view);
  const key = [options, vars, given ?? null].map((each: Value) => repr(each)).join("\n");
  const unsure = why === undefined ? {} : { unsure: why };
  return { host: view.host, options, vars, given, nth: 0, key, ...unsure };
}

/** A host's rounds come one after the other, also where nothing else tells them apart. */
function numbered(found: readonly Included[]): Included[] {
  const seen = new Map<string, number>();
  return found.map((each) => {
    const nth = seen.get(each.key) ?? 0;
    seen.set(each.key, nth + 1);
    return { ...each, nth, key: nth === 0 ? each.key : `${each.key}\n${nth}` };
  });
}

/** The include's own vars, as they are while it is reached: its loop variable has gone when the tasks run. One that
 *  cannot be rendered yet stays a template: what is included may define what it needs. */
function includeVars(node: Include, view: View): Dict {
  const vars = new Dict();
  for (const [name, value] of node.vars?.entries() ?? []) {
    const rendered = view.get(String(name));
    vars.set(name, rendered === undefined || rendered instanceof Undefined ? value : rendered);
  }
  return vars;
}

async function runGroup(
  run: Run,
  counted: Counted,
  node: Include,
  group: readonly Included[],
): Promise<void> {
  const [first] = group;
  if (!first) return;
  const hosts = group.map((each) => each.host);
  const around = counted.frame.parent ?? counted.frame;
  const frame = handedOver(around, appliedKeywords(first.options, node.place), {
    params: first.vars,
    given: first.given,
    by: { place: node.place, nth: first.nth },
  });
  let nodes: readonly Node[];
  try {
    nodes = await loadIncluded(run, node, { options: first.options, frame, hosts });
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    for (const host of hosts) failHost(run, counted, host, error);
    return;
  }
  await run.strategy(run, nodes, frame, hosts);
}

/** The file is not there, or cannot be read: the include fails after it was counted as reached. */
function failHost(run: Run, counted: Counted, host: HostState, error: KmendError): void {
  const view = viewOf(run, host, counted.frame);
  if (counted.ref.module === "include_tasks") host.counts.ok -= 1;
  countAndJournal(run, counted, host, { result: failedResult(error.message), view, durationMs: 0 });
}
