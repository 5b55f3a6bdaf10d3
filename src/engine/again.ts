/**
 * A rollback is a run with changes of its own: what it takes back can be brought again. The way back of such a change is
 * to make the first one once more, from bytes that the rollback kept on the host; that again is a change with its revert.
 */

import { isMasked } from "../mask/mask.ts";
import type { AnyChange, HostModule } from "../modules/modules.ts";
import { text } from "../modules/modules.ts";
import { type Script, sh } from "../script/script.ts";
import { applyChange, nextChangeId, type Recorded, record, whereOf } from "./change.ts";
import type { Doing } from "./doing.ts";
import { inheritHandlers } from "./handlers-back.ts";
import type { Reverted } from "./revert-change.ts";
import { runOptions } from "./run-options.ts";
import { understood } from "./understood.ts";

/** A recorded taking-back. */
export interface TakingBack {
  readonly id: string;
  /** Keeps what bringing again will need; runs before the revert. */
  readonly keep: Script;
}

/** On disk before the revert is sent. A module that cannot do it again is recorded with that as its reason. */
export async function recordTakingBack(
  module: HostModule,
  doing: Doing,
  change: AnyChange,
): Promise<TakingBack> {
  const id = nextChangeId(doing.run);
  const where = whereOf(doing, id);
  const again = module.again?.(change, where.save);
  const ownWayBack = again
    ? ({ kind: "again" } as const)
    : ({ kind: "none", reason: `a rollback cannot do ${module.name} again: run its playbook` } as const);
  await record(module, { ...doing, ownWayBack }, { id, state: null, change: again?.change ?? change, where });
  if (!again?.keep) return { id, keep: sh`:` };
  return {
    id,
    keep: sh`( umask 077
mkdir -p ${where.save} &&
${again.keep}
) || { echo 'Cannot keep what stands now: nothing was taken back' >&2; exit 1; }`,
  };
}

/** How the taking-back ended, for the journal. */
export function noteTakingBack({ run, on }: Doing, id: string, reverted: Reverted): void {
  if (reverted.kind === "reverted") run.world.journal.note("change:applied", { change: id, host: on });
  else run.world.journal.note("change:failed", { change: id, host: on, message: reverted.message });
}

/** Brings back what a rollback took: the change is recorded, and made, as in a run. */
export async function bringAgain(module: HostModule, doing: Doing, change: Recorded): Promise<Reverted> {
  const inspection = module.inspect?.(doing.args, doing.setting) ?? null;
  const seen = inspection ? await doing.shell.run(inspection.script, runOptions(doing)) : null;
  const state = inspection && seen ? understood(() => inspection.parse(seen)) : null;
  const wanted = change.changes as unknown as AnyChange;
  // Where a secret was masked, this process does not know it: what the host says now may hold it, and is not written down.
  const told = isMasked(wanted) ? null : state;
  const { id, output } = await applyChange(module, { ...doing, ownWayBack: null }, told, wanted);
  inheritHandlers(doing.run, change.change, id, change.for);
  if (output.code === 0) return { kind: "reverted" };
  return { kind: "failed", message: text(output.stderr).trim() || `it exited with ${output.code}` };
}
