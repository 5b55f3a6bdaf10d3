/** Before a change is taken back: has somebody else worked there since? What is theirs is not overwritten. */

import type { AnyChange, Foreign, HostModule } from "../modules/modules.ts";
import { TaskFailed } from "../modules/modules.ts";
import { sh } from "../script/script.ts";
import type { Recorded } from "./change.ts";
import type { Reached } from "./reach-again.ts";
import type { Run } from "./run.ts";
import { understood } from "./understood.ts";

/** What a rollback knows beside the change that it takes back. */
export interface Aim {
  /** The run that is taken back. */
  readonly of: string;
  /** Every change of that run, oldest first, also those that are not taken back. */
  readonly all: readonly Recorded[];
  /** When that run ended, in seconds since 1970; null: it is still under way. */
  readonly endedS: number | null;
  /** Take back also what somebody else changed since; theirs is kept first. */
  readonly force: boolean;
  /** Run what the changes had notified, once they are taken back. */
  readonly handlers: boolean;
  /** Changes of the run that were taken back before, oldest first, where newer ones of their host stand; and the number of the last
   *  change that had been made by then. */
  readonly before: readonly { readonly change: Recorded; readonly last: number }[];
  /** Changes that stand and are not to be taken back now, as they are another host's that works there too, say. */
  readonly others: readonly Recorded[];
  /** Those taken back before whose handlers are still to run. */
  readonly owed: readonly Recorded[];
}

export interface FoundForeign {
  readonly theirs: readonly Foreign[];
  /** Where theirs was put; null: it is still in its place, and the revert must not run. */
  readonly keptIn: string | null;
}

/** null: nothing of anybody else's is there. @throws KmendError when the host cannot be spoken to */
export async function lookForForeign(
  run: Run,
  change: Recorded,
  given: { readonly module: HostModule; readonly there: Reached; readonly aim: Aim },
): Promise<FoundForeign | null> {
  const { module, there, aim } = given;
  const where = { save: change.save, tmp: `${change.save}/tmp` };
  const inspection = module.foreign?.(change.changes as unknown as AnyChange, where);
  if (!inspection) return null;
  const seen = await there.shell.run(inspection.script, { signal: run.world.stop.hard });
  const theirs = understood(() => inspection.parse(seen));
  if (theirs.length === 0) return null;
  if (!aim.force && !mayBeTheRuns(change, theirs, aim)) return { theirs, keptIn: null };
  return { theirs, keptIn: await keep(run, change, theirs, there) };
}

/** A command of the run may have worked on what an earlier task made; what is newer than the run is not its own. */
function mayBeTheRuns(change: Recorded, theirs: readonly Foreign[], { all, endedS }: Aim): boolean {
  const later = all.slice(all.findIndex((each) => each.change === change.change) + 1);
  const hasCommand = later.some((each) => each.host === change.host && isCommand(each));
  const isOld = ({ modifiedS }: Foreign): boolean => modifiedS !== undefined && modifiedS <= (endedS ?? 0);
  return hasCommand && (endedS === null || theirs.every(isOld));
}

/** Nobody can see beforehand what it changes. */
function isCommand({ state, wayBack }: Recorded): boolean {
  if (state !== undefined && state !== null) return false;
  return wayBack.kind === "none" || (wayBack.kind === "tasks" && wayBack.tasks.length > 0);
}

async function keep(
  run: Run,
  change: Recorded,
  theirs: readonly Foreign[],
  { shell }: Reached,
): Promise<string> {
  const folder = `${change.save}/theirs-${run.world.journal.run}`;
  const paths = theirs.flatMap(({ path }) => (path === null ? [] : [path]));
  const output = await shell.run(
    sh`(
umask 077
mkdir -p ${folder} || exit
n=0
for path in ${paths}; do
  if [ -e "$path" ] || [ -L "$path" ]; then cp -pPR -- "$path" ${folder}/$n || exit; fi
  printf '%s %s\\n' "$n" "$path" >>${folder}/names || exit
  n=$((n + 1))
done
)`,
    { signal: run.world.stop.hard },
  );
  if (output.code !== 0)
    throw new TaskFailed(
      `Cannot keep what somebody else changed in ${folder}: ${new TextDecoder().decode(output.stderr).trim()}`,
    );
  return folder;
}

/** What differs, when, and both sides, for people. */
export function foreignText(theirs: readonly Foreign[]): string {
  return theirs
    .map(({ path, ours, theirs, modifiedS }) => {
      const when =
        modifiedS === undefined ? "" : `, modified ${new Date(modifiedS * 1000).toISOString().slice(0, 19)}Z`;
      return `${path ?? "the packages"}: the change left ${ours}; now ${theirs}${when}`;
    })
    .join("; ");
}
