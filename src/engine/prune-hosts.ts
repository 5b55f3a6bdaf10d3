/** Takes away what a settled run keeps on its hosts: the saved files and the scripts of its way back. */

import { dirname } from "node:path";
import type { Event } from "../journal/journal.ts";
import { text } from "../modules/modules.ts";
import { KmendError } from "../problem/problem.ts";
import { sh } from "../script/script.ts";
import type { Recorded } from "./change.ts";
import { linear } from "./linear.ts";
import { userFolder } from "./lock-place.ts";
import { pool } from "./pool.ts";
import { reach } from "./reach-again.ts";
import { newRun } from "./run.ts";
import type { World } from "./world.ts";

/** A folder that is still there. */
export interface LeftFolder {
  readonly host: string;
  readonly folder: string;
  readonly why: string;
}

/** Goes on where an earlier prune stopped: what it took away is in the journal. Nothing but a run's own folder is ever removed. */
export async function pruneHosts(events: readonly Event[], world: World): Promise<readonly LeftFolder[]> {
  const run = newRun(world, { strategy: linear, isRollback: true });
  const gone = new Set(
    events.flatMap((event) => (event.type === "host:pruned" ? [`${event.host} ${event.folder}`] : [])),
  );
  const recorded = events.filter((event) => event.type === "change:recorded");
  const folders = new Map(recorded.map((change) => [`${change.host} ${dirname(change.save)}`, change]));
  const left: LeftFolder[] = [];

  async function remove(change: Recorded): Promise<void> {
    const [host, folder] = [change.host, dirname(change.save)];
    try {
      const { shell } = await reach(run, change, change.become);
      const own = `${userFolder(shell.session)}/${world.journal.run}`;
      if (folder !== own) return void left.push({ host, folder, why: `its runs lie in ${dirname(own)} now` });
      const output = await shell.run(sh`rm -rf -- ${folder}`, { signal: world.stop.hard });
      if (output.code !== 0) return void left.push({ host, folder, why: text(output.stderr).trim() });
      world.journal.note("host:pruned", { host, folder });
    } catch (error) {
      if (!(error instanceof KmendError)) throw error;
      left.push({ host, folder, why: error.message });
    }
  }

  const todo = [...folders].filter(([key]) => !gone.has(key)).map(([, change]) => change);
  await pool(todo, world.options.forks, async (change) => {
    if (!world.stop.soft.aborted) await remove(change);
    else left.push({ host: change.host, folder: dirname(change.save), why: "interrupted" });
  });
  await run.connections.closeAll().catch(() => {});
  return left;
}
