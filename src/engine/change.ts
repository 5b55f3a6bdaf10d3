/**
 * The heart: one change on one host.
 *
 *   recorded    on disk, with the state before; the host is not touched yet
 *   applied     its script ended well
 *   failed      its script did not; the host may hold part of it
 *   (neither)   the link or kmend died in between: unknown, and rolled back as if it had been applied
 *
 * Must: `change:recorded` is on disk before the first byte that changes anything is sent.
 */

import type { Output } from "../connection/connection.ts";
import type { Events, Json, WayBack } from "../journal/journal.ts";
import { type AnyChange, type HostModule, TaskFailed, text, type Where } from "../modules/modules.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { join, raw, type Script, sh } from "../script/script.ts";
import { toJson } from "../template/template.ts";
import { withHint } from "./apply-failed.ts";
import { blobbed } from "./blobs.ts";
import { armBefore, lateHost, warnOfArmed } from "./dead-man.ts";
import { timeIsUp } from "./dead-man-script.ts";
import type { Doing } from "./doing.ts";
import { exported, tellableEnvironment } from "./environment.ts";
import { userFolder } from "./lock-place.ts";
import { lostLock } from "./lock-script.ts";
import { tellable } from "./masked-change.ts";
import { recordedOutput } from "./recorded-output.ts";
import { revertSum, runRevertScript, saveRevert } from "./revert-script.ts";
import { runOptions } from "./run-options.ts";
import { send, type Uploads, uploadsOf } from "./uploads.ts";

/** A change as the journal has it: all that a rollback needs. */
export type Recorded = Events["change:recorded"];

/** What was changed is not in the journal: `no_log`. */
export function isSecretChange({ changes }: Recorded): boolean {
  return typeof changes === "object" && changes !== null && "censored" in changes;
}

export interface Applied {
  readonly id: string;
  readonly output: Output;
}

export async function applyChange(
  module: HostModule,
  doing: Doing,
  state: unknown,
  change: AnyChange,
): Promise<Applied> {
  const { run } = doing;
  const lock = doing.isReadOnly ? null : await run.locks.hold(doing.lockPlace);
  const armed = await armBefore(doing, stateFolder(doing));
  const id = nextChangeId(run);
  const where = whereOf(doing, id);
  const recorded = await record(module, doing, { id, state, change, where });
  if (armed) warnOfArmed(doing, recorded.wayBack);
  const uploads = uploadsOf(module, doing, change, where);
  const away = module.comesBack?.(change, doing.args);
  if (away) await lock?.beatAhead(away.delayS + away.timeoutS);
  const performance: Performance = {
    change,
    where,
    uploads,
    checks: [...(lock ? [lock.check] : []), ...(armed ? [armed.enter] : [])],
    leave: armed?.leave ?? null,
  };
  const act = (): Promise<Output> => perform(module, doing, performance);
  const output = await (lock ? run.locks.working(doing.lockPlace, act) : act()).catch((error: unknown) => {
    if (isHostsNo(error)) noteFailed(doing, id, error.message);
    throw error;
  });
  const said = doing.isSecret ? {} : await recordedOutput(run, output);
  if (output.code !== 0 && !module.exitIsData) {
    noteFailed(doing, id, text(output.stderr).trim() || `exit code ${output.code}`, said);
  } else {
    run.changeEnds.set(id, "applied");
    run.world.journal.note("change:applied", { change: id, host: recorded.host, ...said });
  }
  return { id, output };
}

/** The host said no, or its time was up. Of a link that died nobody knows: that change stays unknown. */
function isHostsNo(error: unknown): error is Error {
  return (
    error instanceof TaskFailed || (error instanceof KmendError && error.exitCode === exitCodes.hostsFailed)
  );
}

function noteFailed(
  { run, on, isSecret }: Doing,
  change: string,
  message: string,
  said: Pick<Events["change:failed"], "output" | "masked"> = {},
): void {
  run.changeEnds.set(change, "failed");
  run.world.journal.note("change:failed", {
    change,
    host: on,
    message: isSecret ? "censored" : message,
    ...said,
  });
}

/** How this change could be undone: the playbook's word goes first, then the module's. */
export function wayBackOf(module: HostModule, doing: Doing, change: AnyChange): WayBack {
  if (doing.ownWayBack) return doing.ownWayBack;
  if (change.irreversible !== undefined && change.isPassing)
    return { kind: "none", reason: change.irreversible, isPassing: true };
  if (change.irreversible !== undefined) return noneOr(doing, change.irreversible);
  const script = module.revert(change, whereOf(doing, "0"));
  return script ? { kind: "revert" } : noneOr(doing, module.wayBack);
}

/** What its author says changes nothing needs no way back. */
function noneOr({ isReadOnly }: Doing, reason: string): WayBack {
  return isReadOnly ? { kind: "tasks", tasks: [] } : { kind: "none", reason };
}

export function nextChangeId(run: Doing["run"]): string {
  run.nextChange += 1;
  // Padded, so that names sort as numbers do: revert.sh on the host goes by them.
  return String(run.nextChange).padStart(6, "0");
}

/** The folders on the host: for the superuser where every system keeps state, else below the user's home. */
export function whereOf(doing: Doing, id: string): Where {
  const save = `${stateFolder(doing)}/${id}`;
  return { save, tmp: `${doing.shell.session.tmp}/kmend-${doing.run.world.journal.run}-${id}` };
}

function stateFolder({ shell, run }: Doing): string {
  return `${userFolder(shell.session)}/${run.world.journal.run}`;
}

/** Writes a change down, on disk: only then may the host be touched. */
export async function record(
  module: HostModule,
  doing: Doing,
  made: { readonly id: string; readonly state: unknown; readonly change: AnyChange; readonly where: Where },
): Promise<Recorded> {
  const { run, plan, become, isSecret } = doing;
  const { journal } = run.world;
  const env = tellableEnvironment(doing.env, run.mask);
  const revert = revertOf(module, doing, made);
  const recorded: Recorded = {
    change: made.id,
    host: doing.on,
    for: doing.host,
    task: plan.ref,
    ...(doing.item === undefined || isSecret ? {} : { item: doing.item }),
    module: module.name,
    become: become ? { method: become.method, user: become.user } : null,
    ...(env && !isSecret ? { env } : {}),
    ...(doing.reached ? { reached: doing.reached } : {}),
    save: made.where.save,
    wayBack: wayBackOf(module, doing, made.change),
    // The sum of a text with a short secret in it would give the secret away.
    ...(revert && !isSecret ? { script: revertSum(revert, plan.ref) } : {}),
    ...(isSecret ? { changes: { censored: true } } : opened(module, doing, made)),
  };
  run.recorded.push(recorded);
  const told = isSecret ? recorded : tellable(module, doing, recorded, made);
  await journal.write(
    "change:recorded",
    (await blobbed(journal, told as unknown as Json)) as unknown as Recorded,
  );
  return recorded;
}

function opened(
  module: HostModule,
  doing: Doing,
  made: { readonly state: unknown; readonly change: AnyChange },
): Pick<Recorded, "changes" | "state" | "args" | "brought"> {
  const json = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
  return {
    changes: json(made.change),
    state: json(made.state),
    args: json({ options: toJson(withoutSecrets(module, doing)), free: doing.free ?? null }),
    brought: json(withoutBytes(doing)),
  };
}

function withoutSecrets(module: HostModule, doing: Doing): Doing["given"] {
  const given = doing.given.copy();
  for (const [name, option] of Object.entries(module.options))
    if (option.secret) for (const key of [name, ...(option.aliases ?? [])]) given.delete(key);
  return given;
}

function withoutBytes(doing: Doing): unknown {
  return Object.fromEntries(
    Object.entries(doing.setting.brought).map(([name, { bytes: _, value: __, ...rest }]) => [name, rest]),
  );
}

interface Performance {
  readonly change: AnyChange;
  readonly where: Where;
  readonly uploads: Uploads;
  /** Fails where the host is not this run's any more; empty: it need not be. */
  readonly checks: readonly Script[];
  /** Runs after it, whatever came of it. */
  readonly leave: Script | null;
}

/** What goes into the change's own script on the host; null: there is none. */
function revertOf(
  module: HostModule,
  doing: Doing,
  { change, where }: { readonly change: AnyChange; readonly where: Where },
): Script | null {
  const revert = doing.ownWayBack ? null : module.revert(change, { ...where, tmp: `${where.save}/tmp` });
  const env = tellableEnvironment(doing.env, doing.run.mask);
  return revert && env ? sh`${exported(env)}\n${revert}` : revert;
}

/** Folders, the way back, small files and the change itself go in one script; large files have to go before it. */
async function perform(module: HostModule, doing: Doing, given: Performance): Promise<Output> {
  const { where, uploads } = given;
  const apply = module.apply(given.change, where);
  const revert = revertOf(module, doing, given);
  const needsTmp = apply.text.includes(where.tmp) || uploads.here.length + uploads.sent.length > 0;
  const needsSave = revert !== null || apply.text.includes(where.save);
  const before = [...given.checks, ...preparation(doing, { where, revert, needsTmp, needsSave })];
  const ends = [...(needsTmp ? [sh`rm -rf ${where.tmp}`] : []), ...(given.leave ? [given.leave] : [])];
  const after = ends.length > 0 ? join(ends) : null;
  if (uploads.sent.length > 0) {
    checked(await doing.shell.run(guarded(before, raw(":"), null), runOptions(doing)));
    await send(doing.shell, uploads, doing.run.world.stop.hard);
    return checked(
      await doing.shell.run(guarded([...given.checks, ...uploads.here], apply, after), runOptions(doing)),
    );
  }
  return checked(
    await doing.shell.run(guarded([...before, ...uploads.here], apply, after), runOptions(doing)),
  );
}

function preparation(
  doing: Doing,
  given: {
    readonly where: Where;
    readonly revert: Script | null;
    readonly needsTmp: boolean;
    readonly needsSave: boolean;
  },
): Script[] {
  const { save, tmp } = given.where;
  // In a place where everybody may write, a folder that stands there already is somebody else's, with links in it maybe.
  const scripts: Script[] = [
    ...(given.needsSave ? [sh`mkdir -p ${save}`] : []),
    ...(given.needsTmp ? [sh`mkdir ${tmp}`] : []),
  ];
  if (given.revert) {
    const folder = stateFolder(doing);
    const key = `${doing.on}:${folder}`;
    if (!doing.run.prepared.has(key)) {
      scripts.push(runRevertScript(folder, doing.run.world.journal.run, `${save}/run.sh`));
      doing.run.prepared.add(key);
    }
    scripts.push(saveRevert(save, given.revert, doing.plan.ref));
  }
  return scripts;
}

/** The change runs only where everything before it went well, and what is temporary goes away afterwards. */
function guarded(before: readonly Script[], apply: Script, after: Script | null): Script {
  if (before.length === 0 && !after) return apply;
  const clean = after ?? raw(":");
  // A subshell as a command of its own: within a condition `set -e` would be off.
  return sh`(
set -e
umask 077
${join(before)}
)
if [ $? -eq 0 ]; then
${apply}
kmend_code=$?
else
echo ${cannotPrepare} >&2
kmend_code=1
fi
${clean}
(exit $kmend_code)`;
}

const lostHost =
  "Cannot change the host: the lock on this host was lost, as another run found this one silent for more than a minute\n  See what that run did (kmend runs, on its controller), then go on with this one by kmend resume.";

const cannotPrepare = "kmend: cannot prepare the change";

/** Where the folders or files that a change needs could not be made, the change itself did not run. */
function checked(output: Output): Output {
  const said = text(output.stderr);
  if (said.includes(lostLock)) throw new TaskFailed(lostHost);
  if (said.includes(timeIsUp)) throw new TaskFailed(lateHost);
  if (!said.includes(cannotPrepare)) return output;
  throw new TaskFailed(
    withHint(`Cannot prepare the change on the host: ${said.replace(cannotPrepare, "").trim()}`),
  );
}
