/** Takes changes back, newest first on each host and for each host, and proves it: what inspect sees afterwards is what it saw before. */

import type { ResolvedTask, WayBack } from "../journal/journal.ts";
import { TaskFailed } from "../modules/modules.ts";
import { KmendError } from "../problem/problem.ts";
import { endArmed, isTooLate, putOffArmed } from "./armed-rollback.ts";
import { type BackThere, backThere } from "./back-there.ts";
import type { Recorded } from "./change.ts";
import type { Aim } from "./foreign.ts";
import { handlersOf } from "./handlers-back.ts";
import { type NewestFirst, newestFirst } from "./newest-first.ts";
import { pool } from "./pool.ts";
import { lookOf, type Reverted, revertChange } from "./revert-change.ts";
import { runResolved } from "./rollback-tasks.ts";
import { hostState, type Run } from "./run.ts";
import { newSlots, type Slots } from "./slots.ts";
import { wayOut } from "./way-out.ts";

export interface TakeBack {
  readonly scope: "task" | "block" | "host" | "batch" | "run";
  readonly reason: string;
  readonly hosts: readonly string[];
  readonly aim: Aim;
}

type Verdict = "rolled back" | "rolled back, but different" | "rollback failed" | "nothing to do";

/** @returns true when everything that was to be taken back stands as before */
export async function takeBack(run: Run, changes: readonly Recorded[], given: TakeBack): Promise<boolean> {
  const { journal, options } = run.world;
  journal.note("rollback:started", { scope: given.scope, hosts: given.hosts, reason: given.reason });
  const kind = run.play.kind;
  run.play.kind = "rollback";
  const verdicts: Record<string, Verdict> = Object.fromEntries(
    given.hosts.map((host) => [host, "nothing to do"]),
  );
  const byHost = Map.groupBy(changes, (change) => change.host);
  const hosts = new Set([...byHost.keys(), ...given.aim.owed.map(({ host }) => host)]);
  const order = newestFirst(changes);
  const slots = newSlots(options.forks);
  // Who waits for another host's turn holds no slot: that one may need it.
  await pool([...hosts], hosts.size, async (host) => {
    const own = byHost.get(host) ?? [];
    verdicts[host] = await takeBackHost(run, host, own, { aim: given.aim, order, slots }).finally(() => {
      for (const change of own) order.isOver(change);
    });
  });
  run.play.kind = kind;
  journal.note("rollback:ended", { hosts: verdicts });
  return Object.values(verdicts).every((verdict) => verdict === "rolled back" || verdict === "nothing to do");
}

/** A change that cannot be taken back does not keep the older ones from being: each is reported by itself. Only those of the same
 *  thing wait for it: taken back below it, they would be undone again by its own revert later. */
async function takeBackHost(
  run: Run,
  host: string,
  changes: readonly Recorded[],
  { aim, order, slots }: { readonly aim: Aim; readonly order: NewestFirst; readonly slots: Slots },
): Promise<Verdict> {
  let verdict: Verdict = "nothing to do";
  const takenBack = aim.owed.filter((change) => change.host === host);
  const standing = aim.others.filter((change) => change.host === host);
  const isBack = backThere(run, changes);
  for (const change of [...changes].reverse()) {
    await order.turnOf(change);
    const reverted = await slots(() => revertOne(run, change, { aim, standing, backThere: isBack }));
    order.isOver(change);
    if (reverted === null) continue;
    if (reverted.kind === "passed") {
      const text = `${change.host}: ${change.task.name}: left as it is: ${reverted.message}`;
      run.world.journal.note("message:said", { level: "info", text });
      continue;
    }
    verdict = worse(verdict, verdictOf(reverted));
    report(run, change, reverted, aim);
    if (reverted.kind === "unreachable") {
      await endArmed(run, changes, true);
      return verdict;
    }
    if (reverted.kind === "failed" || reverted.kind === "foreign") standing.push(change);
    if (reverted.kind === "reverted" || reverted.kind === "different") takenBack.unshift(change);
  }
  const isWell = !aim.handlers || (await slots(() => runHandlers(run, takenBack)));
  await endArmed(run, changes, false);
  return isWell ? verdict : "rollback failed";
}

/** Why the change is not to be taken back any more: an older one of the same thing was, and what it gave back stands. */
async function takenBackBelow(run: Run, change: Recorded, { before }: Aim): Promise<Reverted | null> {
  const number = Number(change.change);
  const older = before.filter(
    (each) => each.change.host === change.host && Number(each.change.change) < number && number <= each.last,
  );
  const look = older.length > 0 ? await lookOf(run, change) : null;
  for (const { change: each } of older)
    if (look !== null && look === (await lookOf(run, each)))
      return {
        kind: "passed",
        message: `an older change of the same thing was taken back: ${each.task.name}`,
      };
  return null;
}

/** Why the change has to wait: a newer one of the same thing stands; null: none does. */
async function standingAbove(
  run: Run,
  change: Recorded,
  standing: readonly Recorded[],
): Promise<Reverted | null> {
  const above = standing.filter((each) => Number(each.change) > Number(change.change));
  const look = above.length > 0 ? await lookOf(run, change) : null;
  for (const newer of above)
    if (look !== null && look === (await lookOf(run, newer)))
      return { kind: "failed", message: `a newer change of the same thing stands: ${newer.task.name}` };
  return null;
}

/** @returns whether every handler ended well */
async function runHandlers(run: Run, takenBack: readonly Recorded[]): Promise<boolean> {
  let isWell = true;
  const { journal } = run.world;
  // Those of a delegated change are its own host's.
  for (const [host, own] of Map.groupBy(takenBack, (change) => change.for)) {
    const { handlers, missing } = handlersOf(run, own);
    for (const name of missing)
      journal.note("message:said", {
        level: "warning",
        text: `${host}: the handler ${name} is not run after the rollback: it has a loop, an include, a delegate, a secret or no_log, or cannot be filled in`,
      });
    for (const task of handlers) {
      const message = await runHandler(run, own, host, task);
      if (message !== null) {
        isWell = false;
        if (run.isRollback) hostState(run, host).counts.failed += 1;
      }
      const { name, place } = task;
      journal.note("rollback:handler", { host, name, place, ...(message === null ? {} : { message }) });
    }
  }
  return isWell;
}

/** @returns why it failed, or null */
async function runHandler(
  run: Run,
  own: readonly Recorded[],
  host: string,
  task: ResolvedTask,
): Promise<string | null> {
  const [first] = own;
  if (!first) return null;
  const { reached: _, ...anywhere } = first;
  const there = own.find((change) => change.host === host) ?? { ...anywhere, change: "", host };
  try {
    return await runResolved(run, there, task, { ownWayBack: nothingToUndo, isHandler: true });
  } catch (error) {
    if (!(error instanceof KmendError) || error.code === "journal-unwritable") throw error;
    return error.message;
  }
}

/** The change that notified it is what is taken back, and brought again. */
const nothingToUndo: WayBack = { kind: "tasks", tasks: [] };

function verdictOf({ kind }: Reverted): Verdict {
  if (kind === "reverted") return "rolled back";
  return kind === "different" ? "rolled back, but different" : "rollback failed";
}

const byGravity: readonly Verdict[] = [
  "nothing to do",
  "rolled back",
  "rolled back, but different",
  "rollback failed",
];

function worse(one: Verdict, other: Verdict): Verdict {
  return byGravity.indexOf(one) > byGravity.indexOf(other) ? one : other;
}

async function revertOne(
  run: Run,
  change: Recorded,
  given: { readonly aim: Aim; readonly standing: readonly Recorded[]; readonly backThere: BackThere },
): Promise<Reverted | null> {
  try {
    for (;;) {
      // What the host would do by itself must not come in between.
      await putOffArmed(run, change);
      const reverted =
        (await takenBackBelow(run, change, given.aim)) ??
        (await standingAbove(run, change, given.standing)) ??
        (await revertChange(run, change, given));
      if (reverted?.kind !== "failed" || !isTooLate(run, change, reverted.message)) return reverted;
    }
  } catch (error) {
    if (error instanceof TaskFailed) return { kind: "failed", message: error.message };
    if (!(error instanceof KmendError) || error.code === "journal-unwritable") throw error;
    const isLink = error.exitCode === 4;
    return { kind: isLink ? "unreachable" : "failed", message: error.message };
  }
}

function report(run: Run, change: Recorded, reverted: Exclude<Reverted, { kind: "passed" }>, aim: Aim): void {
  const { journal } = run.world;
  const { counts } = hostState(run, change.host);
  const about = { change: change.change, host: change.host, task: change.task };
  if (reverted.kind === "reverted") {
    run.recorded.splice(run.recorded.indexOf(change), run.recorded.includes(change) ? 1 : 0);
    if (run.isRollback) counts.ok += 1;
    if (run.isRollback) counts.changed += 1;
    journal.note("change:reverted", { ...about, ...(reverted.kept ? { kept: reverted.kept } : {}) });
    return;
  }
  if (run.isRollback) counts[reverted.kind === "unreachable" ? "unreachable" : "failed"] += 1;
  journal.note("change:revert-failed", {
    ...about,
    kind: reverted.kind,
    message: reverted.message,
    ...(reverted.expected === undefined ? {} : { expected: reverted.expected }),
    ...(reverted.actual === undefined ? {} : { actual: reverted.actual }),
    hint: wayOut(change, reverted.kind, aim),
  });
}
