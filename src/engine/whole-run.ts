/** What is true of every run, whatever it does: a first event, a last one, its exit code, and everything closed. */

import { type EndReason, type Events, journalFormat, type Recap } from "../journal/journal.ts";
import { exitCodes, formatProblem, KmendError, systemProblem } from "../problem/problem.ts";
import { hostsToDo, noteCutShort, reasonOf } from "./cut-short.ts";
import { noteUnconfirmed } from "./dead-man.ts";
import type { Run } from "./run.ts";
import type { RunOutcome } from "./world.ts";

/** A run begins, or goes on where it stopped. */
export type Opening =
  | ({ readonly kind: "started" } & Pick<Events["run:started"], "playbooks" | "of" | "sources">)
  | ({ readonly kind: "resumed" } & Pick<Events["run:resumed"], "hadEnded" | "limit">);

/** @param act resolves to false when something of its own went wrong that no host's count shows */
export async function wholeRun(run: Run, opening: Opening, act: () => Promise<boolean>): Promise<RunOutcome> {
  const { world } = run;
  const began = world.clock.now();
  const onStop = (): void =>
    world.journal.note("run:interrupted", { signal: String(world.stop.soft.reason ?? "") });
  world.stop.soft.addEventListener("abort", onStop, { once: true });
  const { exitCode, reason } = await opened(run, opening, act).finally(async () => {
    // Where the journal takes no more, too: a heart that went on beating would keep the process alive.
    world.stop.soft.removeEventListener("abort", onStop);
    await run.locks.releaseAll();
    await run.connections.closeAll().catch(() => {});
  });
  if (!run.isRollback) noteUnconfirmed(run, "the run ended before");
  const recap = recapOf(run);
  const seconds = (world.clock.now() - began) / 1000;
  noteCutShort(run, reason);
  await world.journal.write("run:ended", { exitCode, recap, seconds, reason });
  return { exitCode, recap };
}

async function opened(run: Run, opening: Opening, act: () => Promise<boolean>): ReturnType<typeof settle> {
  await open(run, opening);
  return settle(run, act);
}

async function open({ world }: Run, { kind, ...about }: Opening): Promise<void> {
  const { kmend, options, who } = world.about;
  if ("hadEnded" in about)
    await world.journal.write("run:resumed", {
      kmend,
      ...(who === undefined ? {} : { who }),
      options,
      ...about,
    });
  else
    await world.journal.write("run:started", {
      format: journalFormat,
      run: world.journal.run,
      ...world.about,
      inventories: world.inventory.sources,
      check: world.options.check,
      diff: world.options.diff,
      ...about,
    });
}

async function settle(
  run: Run,
  act: () => Promise<boolean>,
): Promise<{ exitCode: number; reason: EndReason }> {
  try {
    const isWell = await act();
    if (run.cut === "window" && hostsToDo(run).length === 0) run.cut = null;
    const code = exitCodeOf(run);
    const exitCode = code === exitCodes.ok && !isWell ? exitCodes.hostsFailed : code;
    return { exitCode: run.world.verdict?.(exitCode) ?? exitCode, reason: reasonOf(run, exitCode) };
  } catch (error) {
    const exitCode = broken(run, error);
    if (exitCode === exitCodes.interrupted) return { exitCode, reason: "interrupted" };
    return { exitCode, reason: exitCode === exitCodes.unexpected ? "fault" : "error" };
  }
}

/** What ends a run in the middle. A disk that refuses the journal is thrown on: there is nowhere to write it down. */
function broken(run: Run, error: unknown): number {
  const { journal, stop } = run.world;
  if (error instanceof KmendError && error.code === "journal-unwritable") throw error;
  if (stop.soft.aborted) return exitCodes.interrupted;
  if (error instanceof KmendError) {
    for (const problem of error.problems)
      journal.note("message:said", { level: "error", text: formatProblem(problem) });
    return error.exitCode;
  }
  const refused = systemProblem(error);
  if (refused) {
    journal.note("message:said", { level: "error", text: formatProblem(refused) });
    return exitCodes.error;
  }
  const text =
    error instanceof Error
      ? process.env["KMEND_DEBUG"]
        ? (error.stack ?? error.message)
        : error.message
      : String(error);
  journal.note("message:said", {
    level: "error",
    text: `Cannot go on: ${text}\n  This is a fault in kmend.`,
  });
  return exitCodes.unexpected;
}

function exitCodeOf(run: Run): number {
  if (run.world.stop.soft.aborted) return exitCodes.interrupted;
  const code = codeOfHosts(run);
  if (run.cut === "max_fail_hosts") return exitCodes.limitReached;
  if (run.cut !== "window") return code;
  return code === exitCodes.ok ? exitCodes.windowClosed : exitCodes.windowClosedAndLost;
}

function codeOfHosts(run: Run): number {
  const hosts = [...run.hosts.values()];
  if (hosts.some((host) => host.isUnreachable || (run.isRollback && host.counts.unreachable > 0)))
    return exitCodes.hostsUnreachable;
  if (hosts.some((host) => host.failure !== null || (run.isRollback && host.counts.failed > 0)))
    return exitCodes.hostsFailed;
  return exitCodes.ok;
}

/** Hosts for which nothing was counted are not in it, as under Ansible. */
function recapOf(run: Run): Record<string, Recap> {
  const counted = [...run.hosts.values()].filter((host) =>
    Object.values(host.counts).some((count) => count > 0),
  );
  return Object.fromEntries(counted.map((host) => [host.name, { ...host.counts }]));
}
