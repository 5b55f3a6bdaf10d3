/** One recorded change, taken back: by its module's revert, by the playbook's `rollback:`, or not at all. */

import { isDeepStrictEqual } from "node:util";
import type { Output } from "../connection/connection.ts";
import type { Json } from "../journal/journal.ts";
import { equalButMasked, hiddenAlike } from "../mask/mask.ts";
import { type AnyChange, type HostModule, type Inspection, TaskFailed, text } from "../modules/modules.ts";
import { join, raw, type Script, sh } from "../script/script.ts";
import { bringAgain, noteTakingBack, recordTakingBack } from "./again.ts";
import { guardOf } from "./armed-rollback.ts";
import type { BackThere } from "./back-there.ts";
import { isSecretChange, type Recorded } from "./change.ts";
import { differences } from "./differences.ts";
import { type Aim, foreignText, lookForForeign } from "./foreign.ts";
import { inheritHandlers } from "./handlers-back.ts";
import { lockPlace } from "./lock-place.ts";
import { doingAgain, type Reached, reach, remembered } from "./reach-again.ts";
import { readFound, trustedRevert } from "./revert-script.ts";
import { runTasks } from "./rollback-tasks.ts";
import type { Run } from "./run.ts";
import { tidyUp } from "./tidy-up.ts";
import { understood } from "./understood.ts";

export type Reverted =
  | { readonly kind: "reverted"; readonly kept?: string }
  /** It has no way back, and nothing of it stands. */
  | { readonly kind: "passed"; readonly message: string }
  | {
      readonly kind: "irreversible" | "failed" | "different" | "foreign" | "unreachable";
      readonly message: string;
      readonly expected?: Json;
      readonly actual?: Json;
    };

/** null: there was nothing to take back. @throws KmendError when the host cannot be spoken to */
export async function revertChange(
  run: Run,
  change: Recorded,
  { aim, backThere }: { readonly aim: Aim; readonly backThere: BackThere },
): Promise<Reverted | null> {
  const { wayBack } = change;
  if (wayBack.kind === "none" && wayBack.isPassing) return { kind: "passed", message: wayBack.reason };
  if (wayBack.kind === "none")
    return run.changeEnds.get(change.change) === "unchanged"
      ? null
      : { kind: "irreversible", message: wayBack.reason };
  if (wayBack.kind === "tasks")
    return wayBack.tasks.length === 0 ? null : runTasks(run, change, wayBack.tasks);
  const module = run.world.catalogue.find(change.module);
  if (module?.kind !== "host")
    return { kind: "failed", message: `kmend has no module ${change.module} any more` };
  const there = await reach(run, change, change.become);
  if (wayBack.kind === "again") return bringAgain(module, doingAgain(run, module, change, there), change);
  // How it ended is not known, or it ended badly: it may be that nothing was changed at all.
  const isUnsure = run.changeEnds.get(change.change) !== "applied";
  if (isUnsure) {
    // Its script may still be at work there: whoever has the lock has waited for it. What is seen before that is nothing to go by.
    const { check } = await run.locks.hold(lockPlace(run.connections, there));
    const stands = isComparable(change) && (await compare(module, change, there)).kind === "reverted";
    await tidyUp(module, change, { shell: there.shell, check });
    if (stands) return { kind: "reverted" };
  }
  if (await isBackAlready(run, module, change, { there, back: await backThere(change) }))
    return { kind: "reverted" };
  // Of what was made in part nobody can say whose it is.
  const isWhole = !isUnsure && !isSecretChange(change);
  const foreign = !isWhole ? null : await lookForForeign(run, change, { module, there, aim });
  if (foreign?.keptIn === null)
    return {
      kind: "foreign",
      message: foreignText(foreign.theirs),
      expected: foreign.theirs.map(({ path, ours }) => ({ path, is: ours })),
      actual: foreign.theirs.map(({ path, theirs }) => ({ path, is: theirs })),
    };
  const reverted = await revertRecorded(run, module, change, there);
  return foreign && reverted.kind === "reverted"
    ? { ...reverted, kept: `${foreignText(foreign.theirs)}; it was kept in ${foreign.keptIn}` }
    : reverted;
}

/** The host took it back itself, and what was before stands. Where it took back older changes with it, that is what was before them.
 *  @param back what the host took back up to this change, oldest first */
async function isBackAlready(
  run: Run,
  module: HostModule,
  change: Recorded,
  { there, back }: { readonly there: Reached; readonly back: readonly Recorded[] },
): Promise<boolean> {
  if (back.length === 0) return false;
  // Nothing moves meanwhile, and what a dead run holds there is given back, although there is nothing to do.
  await run.locks.hold(lockPlace(run.connections, there));
  if ((await compare(module, change, there)).kind === "reverted") return true;
  const older = back.filter((each) => each.change !== change.change);
  const look = inspectionOf(module, change, there)?.script.text;
  for (const each of older)
    if (each.module === change.module && look === (await lookOf(run, each)))
      return (await compare(module, each, there)).kind === "reverted";
  const alike = older.filter(({ module: name }) => {
    const other = run.world.catalogue.find(name);
    return other?.kind === "host" && other.isBefore === module.isBefore;
  });
  const made = ({ changes, save }: Recorded) => ({
    change: changes as unknown as AnyChange,
    where: { save, tmp: `${save}/tmp` },
  });
  const inspection = module.isBefore?.(made(change), alike.map(made));
  if (!inspection) return false;
  const seen = await there.shell.run(inspection.script, { signal: run.world.stop.hard });
  return understood(() => inspection.parse(seen));
}

/** In a run of its own, taking back is a change too. */
async function revertRecorded(
  run: Run,
  module: HostModule,
  change: Recorded,
  there: Reached,
): Promise<Reverted> {
  if (!run.isRollback || isSecretChange(change)) return revertAndCompare(run, module, change, there, sh`:`);
  const doing = doingAgain(run, module, change, there);
  const { id, keep } = await recordTakingBack(module, doing, change.changes as unknown as AnyChange);
  inheritHandlers(run, change.change, id, change.for);
  const reverted = await revertAndCompare(run, module, change, there, keep);
  noteTakingBack(doing, id, reverted);
  return reverted;
}

/** The revert and the look after it are one round trip. */
async function revertAndCompare(
  run: Run,
  module: HostModule,
  change: Recorded,
  there: Reached,
  before: Script,
): Promise<Reverted> {
  const inspection = inspectionOf(module, change, there);
  const place = lockPlace(run.connections, there);
  const { check } = await run.locks.hold(place);
  const guard = guardOf(run, change);
  const script = sh`( ${guard ? join([check, guard.enter]) : check}
${before}
${revertScript(run, module, change)}
) >&2
${
  guard
    ? sh`kmend_code=$?
${guard.leave}`
    : sh`kmend_code=$?`
}
if [ $kmend_code -ne 0 ]; then echo ${saidNo} >&2; (exit $kmend_code)
else
${inspection?.script ?? sh`:`}
fi`;
  const { env } = change;
  const output = await run.locks.working(place, () =>
    there.shell.run(script, { signal: run.world.stop.hard, ...(env ? { env } : {}) }),
  );
  const { found, rest: said } = readFound(text(output.stderr));
  if (found !== null) warnOfScript(run, change, found);
  if (output.code !== 0 && said.includes(saidNo))
    return {
      kind: "failed",
      message: said.replace(saidNo, "").trim() || `the revert exited with ${output.code}`,
    };
  return inspection ? judge(module, change, readState(inspection, output)) : { kind: "reverted" };
}

/** What an operator would run there is not what the run wrote: the journal's word counts. */
function warnOfScript(run: Run, { host, task, save, script }: Recorded, found: string): void {
  const what = found === "missing" ? "is missing" : `has the SHA-256 ${found}`;
  run.world.journal.note("message:said", {
    level: "warning",
    text: `${host}: ${task.name}: ${save}/revert.sh ${what}, recorded was ${script}: it was not run, the module's revert was`,
  });
}

const saidNo = "kmend: the revert said no";

function revertScript(run: Run, module: HostModule, change: Recorded): Script {
  const kept = `${change.save}/revert.sh`;
  const own = isSecretChange(change)
    ? savedScript(change, run.changeEnds.get(change.change) === "applied")
    : module.revert(change.changes, whereOf(change));
  if (!own) throw new Error(`${change.module} promised a revert and gives none`);
  const { script } = change;
  return sh`( ${script === undefined ? own : trustedRevert(change.save, script, own)}
) && { [ ! -f ${kept} ] || mv ${kept} ${`${change.save}/reverted.sh`}; }`;
}

/** A secret change is not in the journal: its script lies on the host only, written before the change is begun. Where it is missing
 *  nothing was begun, unless the change is known to have been made. */
function savedScript({ save }: Recorded, isApplied: boolean): Script {
  const [kept, done] = [`${save}/revert.sh`, `${save}/reverted.sh`];
  return sh`if [ -f ${done} ] && [ ! -f ${kept} ]; then sh ${done}
elif [ -f ${kept} ] || ${raw(isApplied ? "true" : "false")}; then sh ${kept}
fi`;
}

/** Of a secret change, and of one that nothing can be read of, no state was written down. */
function isComparable({ state }: Recorded): boolean {
  return state !== undefined && state !== null;
}

/** The script that looks at what it changed: changes of one thing have the same. null: nothing can be read. */
export async function lookOf(run: Run, change: Recorded): Promise<string | null> {
  const module = run.world.catalogue.find(change.module);
  if (change.wayBack.kind !== "revert" || module?.kind !== "host") return null;
  return inspectionOf(module, change, await reach(run, change, change.become))?.script.text ?? null;
}

function whereOf(change: Recorded): { save: string; tmp: string } {
  return { save: change.save, tmp: `${change.save}/tmp` };
}

/** Inspects again: the state must equal the recorded one. */
async function compare(module: HostModule, change: Recorded, there: Reached): Promise<Reverted> {
  const inspection = inspectionOf(module, change, there);
  if (!inspection) return { kind: "reverted" };
  return judge(module, change, readState(inspection, await there.shell.run(inspection.script)));
}

/** null: there is no recorded state to compare with. */
function inspectionOf(module: HostModule, change: Recorded, there: Reached): Inspection<unknown> | null {
  if (!isComparable(change)) return null;
  const { args, setting } = remembered(module, change, there);
  return module.inspect?.(args, setting) ?? null;
}

function judge(module: HostModule, change: Recorded, seen: Json): Reverted {
  const made = change.changes as unknown as AnyChange;
  const restored = (state: unknown): unknown => (module.restored ? module.restored(state, made) : state);
  const expected = change.state ?? null;
  const [now, before] = [restored(seen), restored(expected)];
  const isSame = change.masked ? equalButMasked(before, now) : isDeepStrictEqual(now, before);
  if (isSame) return { kind: "reverted" };
  // What is hidden of the state before may be just what stands there now.
  const actual = hiddenAlike(expected, seen) as Json;
  const what = differences(before as Json, restored(actual) as Json);
  return {
    kind: "different",
    message: `the state after the revert is not the recorded one: ${what}`,
    expected,
    actual,
  };
}

function readState(inspection: Inspection<unknown>, output: Output): Json {
  try {
    const state: unknown = understood(() => inspection.parse(output));
    return JSON.parse(JSON.stringify(state ?? null)) as Json;
  } catch (error) {
    if (error instanceof TaskFailed) return { failed: error.message };
    throw error;
  }
}
