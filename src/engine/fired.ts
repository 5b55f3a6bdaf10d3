/** Hosts that have taken themselves back, held against what was recorded. */

import { dirname } from "node:path";
import { KmendError } from "../problem/problem.ts";
import { hasFired } from "./dead-man.ts";
import { takeBack } from "./rollback.ts";
import type { Run } from "./run.ts";

/** Asks each host that is still armed by the journal. One that can't be reached is left for its own tasks to find out. */
export async function takeBackFired(run: Run): Promise<void> {
  for (const { host, folder, from } of [...run.armed.values()]) {
    const own = run.recorded.filter(
      (change) => change.host === host && dirname(change.save) === folder && change.change >= from,
    );
    const [first] = own;
    if (!first) continue;
    const fired = await hasFired(run, first).catch((error: unknown) => {
      if (error instanceof KmendError) return false;
      throw error;
    });
    if (!fired) continue;
    const hosts = [...new Set([host, ...own.map((change) => change.for)])];
    const reason = "it was not confirmed in time, and has taken itself back";
    const others = run.recorded.filter((change) => !own.includes(change));
    const aim = {
      of: run.world.journal.run,
      all: run.recorded,
      endedS: null,
      force: false,
      handlers: true,
      before: [],
      owed: [],
      others,
    };
    await takeBack(run, own, { scope: "host", reason, hosts, aim });
  }
}
