/** What a host has taken back by its own scripts, of which no journal hears: somebody ran them at its console, nobody confirmed in time, or
 *  kmend died before it could write it down. */

import { dirname } from "node:path";
import { text } from "../modules/modules.ts";
import { sh } from "../script/script.ts";
import type { Recorded } from "./change.ts";
import { reach } from "./reach-again.ts";
import type { Run } from "./run.ts";

/** The changes that the host took back itself, up to the one that is asked for, oldest first; none where that one is not among them.
 *  @throws KmendError when the host cannot be reached */
export type BackThere = (change: Recorded) => Promise<readonly Recorded[]>;

/** Looks once at each folder of a run on the host, when it is first asked.
 *  @param changes those of one host that are to be taken back, oldest first */
export function backThere(run: Run, changes: readonly Recorded[]): BackThere {
  const seen = new Map<string, ReadonlySet<string>>();
  return async (change) => {
    if (!hasScript(change)) return [];
    const place = placeOf(change);
    const own = changes.filter((each) => hasScript(each) && placeOf(each) === place);
    const back = seen.get(place) ?? (await look(run, own));
    seen.set(place, back);
    if (!back.has(change.change)) return [];
    return own.filter((each) => back.has(each.change) && Number(each.change) <= Number(change.change));
  };
}

/** One script of the host, and a state to compare with. */
function hasScript({ wayBack, state }: Recorded): boolean {
  return wayBack.kind === "revert" && state !== undefined && state !== null;
}

/** A user's changes lie below the home that the user has there. */
function placeOf({ save, become }: Recorded): string {
  return JSON.stringify([dirname(save), become]);
}

async function look(run: Run, changes: readonly Recorded[]): Promise<ReadonlySet<string>> {
  const [first] = changes;
  if (!first) return new Set();
  const { shell } = await reach(run, first, first.become);
  const folder = dirname(first.save);
  const output = await shell.run(
    sh`for change in ${changes.map(({ change }) => change)}; do
  if [ -f ${folder}/"$change"/reverted.sh ] && [ ! -f ${folder}/"$change"/revert.sh ]; then echo "$change"; fi
done`,
    { signal: run.world.stop.hard },
  );
  const back = new Set(text(output.stdout).split("\n").filter(Boolean));
  if (back.size > 0 && run.isRollback) tell(run, first.host, folder, back.size);
  return back;
}

function tell(run: Run, host: string, folder: string, count: number): void {
  const what = count === 1 ? "1 change was" : `${count} changes were`;
  run.world.journal.note("message:said", {
    level: "info",
    text: `${host}: ${what} taken back there already, by the scripts in ${folder}: what stands is compared`,
  });
}
