/**
 * Which runs are settled and old enough to be let go of.
 *
 * A run and the rollbacks of it are one **family**: they go together or not at all. It is settled when each of them has ended, its
 * journal is whole, and either all of them ended well or everything that could be taken back of the run was. What a run only
 * looked at, or what died before it changed anything, is settled too.
 */

import { KmendError } from "../problem/problem.ts";
import type { Event } from "./events.ts";
import type { RecordedRun } from "./journal.ts";
import { isNothingToRevert } from "./nothing-to-revert.ts";

/** What decides of one run. */
export interface RunFacts {
  readonly run: string;
  readonly of: string | null;
  /** It wrote down at least one change. */
  readonly hasChanged: boolean;
  readonly isLive: boolean;
  readonly isDamaged: boolean;
  /** null: it has no last word. */
  readonly exitCode: number | null;
  /** Changes with a way back that it did not take back itself. */
  readonly standing: readonly string[];
  readonly reverted: readonly string[];
}

export interface Kept {
  readonly runs: readonly string[];
  readonly why: string;
}

/** @returns the families that may go, oldest first, and those that are not settled, each with why */
export function prunable(
  runs: readonly RunFacts[],
  keep: number,
): { readonly go: readonly (readonly string[])[]; readonly unsettled: readonly Kept[] } {
  const families = [...familiesOf(runs)].sort((a, b) => (newest(a) < newest(b) ? -1 : 1));
  const judged = families.map((family) => ({ family, why: unsettled(family) }));
  const settled = judged.filter(({ why }) => why === null).map(({ family }) => family);
  const [changed, looked] = [settled.filter(hasChanged), settled.filter((family) => !hasChanged(family))];
  // Each kind by itself: a scan every hour would push the last rollout out otherwise.
  const old = [...withoutLast(changed, keep), ...withoutLast(looked, keep)];
  return {
    go: old.sort((a, b) => (newest(a) < newest(b) ? -1 : 1)).map(names),
    unsettled: judged.flatMap(({ family, why }) => (why === null ? [] : [{ runs: names(family), why }])),
  };
}

export function factsOf({ run, events, damage, writer }: RecordedRun): RunFacts {
  const [first] = events;
  const last = events.findLast((event) => event.type === "run:ended" || event.type === "run:resumed");
  const reverted = events.flatMap((event) => (event.type === "change:reverted" ? [event.change] : []));
  return {
    run,
    of: first?.type === "run:started" ? (first.of ?? null) : null,
    hasChanged: events.some((event) => event.type === "change:recorded"),
    isLive: writer !== null,
    isDamaged: damage.some(({ kind }) => kind !== "torn"),
    exitCode: last?.type === "run:ended" ? last.exitCode : null,
    standing: revertable(events).filter((change) => !reverted.includes(change)),
    reverted,
  };
}

function revertable(events: readonly Event[]): string[] {
  return events.flatMap((event) =>
    event.type === "change:recorded" &&
    event.task.kind !== "rollback" &&
    event.wayBack.kind !== "none" &&
    !isNothingToRevert(event.wayBack)
      ? [event.change]
      : [],
  );
}

function familiesOf(runs: readonly RunFacts[]): Iterable<readonly RunFacts[]> {
  const byName = new Map(runs.map((each) => [each.run, each]));
  const rootOf = (each: RunFacts): string => {
    const parent = each.of === null ? undefined : byName.get(each.of);
    return parent ? rootOf(parent) : each.run;
  };
  return Map.groupBy(runs, rootOf).values();
}

/** null: it is settled. */
function unsettled(family: readonly RunFacts[]): string | null {
  if (family.some((each) => each.isLive)) return "it is being written";
  if (family.some((each) => each.isDamaged)) return "its journal is not as it was written";
  if (!hasChanged(family)) return null;
  if (family.some((each) => each.exitCode === null)) return "it stopped in the middle";
  if (family.every((each) => each.exitCode === 0)) return null;
  const [root, ...rollbacks] = [...family].sort((a, b) => (a.run < b.run ? -1 : 1));
  const takenBack = new Set(rollbacks.flatMap((each) => (each.of === root?.run ? each.reverted : [])));
  const isTakenBack = root?.standing.every((change) => takenBack.has(change));
  return isTakenBack ? null : "it failed, and was neither gone on with nor taken back";
}

function hasChanged(family: readonly RunFacts[]): boolean {
  return family.some((each) => each.hasChanged);
}

function withoutLast<T>(all: readonly T[], count: number): readonly T[] {
  return count === 0 ? all : all.slice(0, -count);
}

function names(family: readonly RunFacts[]): string[] {
  return family.map((each) => each.run).sort();
}

/** Ids begin with their time. */
function newest(family: readonly RunFacts[]): string {
  return names(family).at(-1) ?? "";
}

/** @throws KmendError `run-pruned` where a part of its way back is gone already */
export function checkNotPruned({ run, events }: Pick<RecordedRun, "run" | "events">): void {
  const hosts = events.flatMap((event) => (event.type === "host:pruned" ? [event.host] : []));
  if (hosts.length === 0) return;
  throw new KmendError({
    code: "run-pruned",
    message: `Cannot touch the run ${run}: what it kept on ${[...new Set(hosts)].join(", ")} was pruned`,
    hint: "Take away the rest of it with\n    kmend prune",
  });
}
