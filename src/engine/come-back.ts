/** A change that takes the host away: the engine lets the connection go, and asks until the host is back. */

import type { Become, Shell, Target } from "../connection/connection.ts";
import { type AnyChange, type HostModule, type Return, TaskFailed, text } from "../modules/modules.ts";
import { KmendError } from "../problem/problem.ts";
import type { Doing } from "./doing.ts";
import { checkStop } from "./interrupted.ts";
import type { Run } from "./run.ts";
import { runOptions } from "./run-options.ts";

/** Drops the connections to a host and opens one anew. */
export function reopening(run: Run, target: Target, become: Become | null): Doing["reopen"] {
  return async (connectTimeoutMs): Promise<Shell> => {
    await run.connections.reset(target.name);
    const patient = connectTimeoutMs === null ? target : { ...target, connectTimeoutMs };
    return run.connections.shell(patient, become);
  };
}

/** Refused before anything happens: kmend would be gone before it could ask. */
export function refuseToLeaveController(module: HostModule, doing: Doing): void {
  if (module.comesBack && doing.isController)
    throw new TaskFailed(
      `Cannot run ${module.name} with the local connection: it would take the controller away`,
    );
}

/** The host is another than the change left: what took it away has happened. */
export async function hasComeBack(module: HostModule, doing: Doing, change: AnyChange): Promise<boolean> {
  const away = module.comesBack?.(change, doing.args);
  return away !== undefined && (await askOnce(doing, away)) === null;
}

/** @returns how long it took, in seconds; 0 where the module's host does not go away @throws TaskFailed when it is not back in time; KmendError `interrupted` */
export async function waitUntilBack(module: HostModule, doing: Doing, change: AnyChange): Promise<number> {
  const away = module.comesBack?.(change, doing.args);
  if (!away) return 0;
  const { clock, stop } = doing.run.world;
  const began = clock.now();
  const elapsedS = (): number => Math.floor((clock.now() - began) / 1000);
  await clock.sleep(away.delayS * 1000, stop.soft);
  const askedSince = clock.now();
  for (;;) {
    const refusal = await askOnce(doing, away);
    if (refusal === null) break;
    checkStop(doing.run, "Interrupted while waiting for the host to come back");
    if (clock.now() - askedSince >= away.timeoutS * 1000)
      throw new TaskFailed(
        `The host is not back after ${away.timeoutS} s: ${refusal}\n  Look at its console. What was changed before is in the journal.`,
        { elapsed: elapsedS(), rebooted: false },
      );
    await clock.sleep(pollMs, stop.soft);
  }
  // The next task opens a connection with its own time limits.
  await doing.reopen(null);
  return elapsedS();
}

const pollMs = 1000;

/** Why it is not back, or null. */
async function askOnce(doing: Doing, { probe, connectTimeoutS }: Return): Promise<string | null> {
  try {
    const shell = await doing.reopen(connectTimeoutS * 1000);
    const output = await shell.run(probe, { ...runOptions(doing), timeoutMs: probeMs });
    return output.code === 0 ? null : text(output.stderr).trim() || `the test exited with ${output.code}`;
  } catch (error) {
    if (!(error instanceof KmendError) || error.code === "interrupted") throw error;
    return error.message;
  }
}

/** A host that goes down in the middle of an answer says nothing more. */
const probeMs = 15_000;
