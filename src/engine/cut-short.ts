/** What stands when a run ends with something still to do. */

import type { EndReason, Events } from "../journal/journal.ts";
import { exitCodes } from "../problem/problem.ts";
import { isActive } from "./host-state.ts";
import { hostsToCome } from "./plays.ts";
import type { Run } from "./run.ts";

export function reasonOf(run: Run, exitCode: number): EndReason {
  if (exitCode === exitCodes.interrupted) return "interrupted";
  if (run.cut !== null) return run.cut === "window" ? "window" : "limit";
  if (exitCode === exitCodes.ok) return "done";
  return exitCode === exitCodes.hostsUnreachable ? "unreachable" : "failed";
}

/** Says which hosts are done, half done and untouched, where not all are done. */
export function noteCutShort(run: Run, reason: EndReason): void {
  const toDo = hostsToDo(run);
  if (toDo.length === 0) return;
  const isToDo = new Set(toDo);
  const done = [...run.touched].filter((name) => !isToDo.has(name) && !isLost(run, name));
  const { notAfter } = run.world.options;
  run.world.journal.note("run:cut-short", {
    run: run.world.journal.run,
    reason,
    done,
    halfDone: toDo.filter((name) => run.touched.has(name)),
    untouched: toDo.filter((name) => !run.touched.has(name)),
    goOn: goOn(run, reason),
    ...(reason === "window" && notAfter !== undefined ? { notAfter: new Date(notAfter).toISOString() } : {}),
  });
}

/** What hosts failed at stands in the journal as failed: with it a plain resume comes to the same end. So does any resume where hosts
 *  that were lost were taken back, those that nothing had to be taken back on among them: they take no further part. */
function goOn(run: Run, reason: EndReason): Events["run:cut-short"]["goOn"] {
  if (reason !== "limit" && reason !== "failed" && reason !== "unreachable") return "resume";
  const isTakenBack = [...run.hosts.values()].some(
    (host) => (host.failure || host.isUnreachable) && run.takenBack.has(host.name),
  );
  if (isTakenBack) return "anew";
  return reason === "unreachable" ? "resume" : "retry";
}

/** In the order in which their turn would have come. */
export function hostsToDo(run: Run): string[] {
  const { open, batches, plays } = run.ahead;
  const begun = open.filter(isActive).map((host) => host.name);
  const waiting = batches.flat().map((host) => host.name);
  const later = plays.flatMap((play) => hostsToCome(run, play));
  return [...new Set([...begun, ...waiting, ...later])].filter((name) => !isLost(run, name));
}

function isLost(run: Run, name: string): boolean {
  const host = run.hosts.get(name);
  return host?.failure != null || host?.isUnreachable === true || run.takenBack.has(name);
}
