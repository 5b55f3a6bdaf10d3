/**
 * `confirm_within:`: a host is armed before its first change of a batch, and confirmed when the batch has ended well; else it takes
 * itself back. docs/confirm-within.md tells it to operators, dead-man-script.ts is what lies on the host.
 *
 * Must: `deadman:armed` is in the journal before the host is told: a rollback knows where to look, whenever kmend died.
 * Must: a host is confirmed over a new connection, as one that lives on says nothing of the next.
 */

import { dirname } from "node:path";
import type { Shell } from "../connection/connection.ts";
import type { Event, WayBack } from "../journal/journal.ts";
import { TaskFailed, text } from "../modules/modules.ts";
import { KmendError } from "../problem/problem.ts";
import type { Script } from "../script/script.ts";
import { Dict } from "../template/template.ts";
import type { Recorded } from "./change.ts";
import {
  armDeadMan,
  confirmDeadMan,
  type DeadManStatus,
  deadManStatus,
  enterArmed,
  leaveArmed,
  readDeadMan,
} from "./dead-man-script.ts";
import type { Doing } from "./doing.ts";
import type { HostState } from "./host-state.ts";
import type { LockPlace } from "./locks.ts";
import { reach } from "./reach-again.ts";
import { hostState, type Run } from "./run.ts";

/** A host's state folder that is armed. */
export interface Armed {
  readonly host: string;
  readonly folder: string;
  /** The first change that it takes back. */
  readonly from: string;
  /** About when, in ms since 1970 by the controller's clock. */
  dueMs: number;
  /** Whose tasks made changes there: more than the host itself where tasks are delegated to it. */
  readonly hosts: Set<string>;
  /** null: an earlier process of this run armed it, or died just before. */
  place: LockPlace | null;
  /** Resolves once the host knows. */
  arming: Promise<void>;
  isTold: boolean;
  /** A rollback is at it: the host waits until that is done, or dead. */
  isTakenBack: boolean;
}

/** By host and folder. */
export type AllArmed = Map<string, Armed>;

type Fired = Extract<DeadManStatus, { kind: "fired" }>;

const askAgainMs = 1_000;
const tries = 3;

/** What is armed by the journal, and neither disarmed nor fired. */
export function armedBy(events: readonly Event[]): AllArmed {
  const armed: AllArmed = new Map();
  for (const event of events) {
    if (event.type === "deadman:armed")
      armed.set(keyOf(event), {
        host: event.host,
        folder: event.folder,
        from: event.from,
        dueMs: Date.parse(event.due),
        hosts: new Set([event.host]),
        place: null,
        arming: Promise.resolve(),
        isTold: false,
        isTakenBack: false,
      });
    if (event.type === "deadman:disarmed" || event.type === "deadman:fired") armed.delete(keyOf(event));
    if (event.type === "change:recorded")
      armed.get(keyOf({ host: event.host, folder: dirname(event.save) }))?.hosts.add(event.for);
  }
  return armed;
}

function keyOf({ host, folder }: { readonly host: string; readonly folder: string }): string {
  return `${host} ${folder}`;
}

/** Arms the host where its play says so. @returns what a change's script begins and ends with; null: nothing is armed
 *  @throws TaskFailed where the host can't be armed: nothing is changed there then */
export async function armBefore(
  doing: Doing,
  folder: string,
): Promise<{ readonly enter: Script; readonly leave: Script } | null> {
  const { run, lockPlace: place } = doing;
  const withinMs = run.play.confirmWithinMs;
  const key = keyOf({ host: place.host, folder });
  const known = run.armed.get(key);
  if (known?.isTakenBack) return { enter: enterArmed(folder), leave: leaveArmed(folder) };
  // The controller itself, to which tasks are delegated: it lives, or there is nobody to confirm.
  if (withinMs === 0 || doing.isReadOnly || place.isController || run.isRollback) return null;
  const armed = known ?? newArmed(run, place, folder, withinMs);
  run.armed.set(key, armed);
  armed.hosts.add(doing.host);
  if (!known) armed.arming = arm(run, armed, withinMs);
  else if (!known.place) {
    known.place = place;
    known.arming = armUnlessTold(run, known, withinMs);
  }
  await armed.arming;
  return { enter: enterArmed(folder), leave: leaveArmed(folder) };
}

function newArmed(run: Run, place: LockPlace, folder: string, withinMs: number): Armed {
  const dueMs = run.world.clock.now() + withinMs;
  const arming = Promise.resolve();
  const from = String(run.nextChange + 1).padStart(6, "0");
  return {
    host: place.host,
    folder,
    from,
    dueMs,
    hosts: new Set(),
    place,
    arming,
    isTold: false,
    isTakenBack: false,
  };
}

/** The process before wrote down that it would tell the host; whether it came to that only the host knows. */
async function armUnlessTold(run: Run, armed: Armed, withinMs: number): Promise<void> {
  const status = await ask(run, armed, deadManStatus(armed.folder));
  if (status.kind !== "none") return;
  armed.dueMs = run.world.clock.now() + withinMs;
  await arm(run, armed, withinMs);
}

async function arm(run: Run, armed: Armed, withinMs: number): Promise<void> {
  const { journal, stop } = run.world;
  const { host, folder, from } = armed;
  const withinS = Math.ceil(withinMs / 1000);
  await journal.write("deadman:armed", { host, folder, from, withinS, due: iso(armed.dueMs) });
  const shell = await shellOf(run, armed);
  const script = armDeadMan(folder, { run: journal.run, withinS, from });
  const output = await shell.run(script, { signal: stop.hard });
  const keeper = text(output.stdout).trim();
  if (output.code !== 0) {
    run.armed.delete(keyOf(armed));
    journal.note("deadman:disarmed", { host, folder, why: "not armed" });
    throw new TaskFailed(
      `Cannot arm confirm_within: ${text(output.stderr).trim() || `exit code ${output.code}`}\n  Nothing was changed on the host.`,
    );
  }
  if (keeper === "process")
    warn(
      run,
      `${host}: it has neither systemd nor crontab: a reboot would end its timer, and keep its changes`,
    );
}

/** A change that the host can't take back by itself is named before it is made. */
export function warnOfArmed({ run, plan, on, isReadOnly }: Doing, wayBack: WayBack): void {
  if (run.play.confirmWithinMs === 0 || isReadOnly || run.isRollback || plan.ref.kind === "rollback") return;
  const isNothing = wayBack.kind === "tasks" && wayBack.tasks.length === 0;
  if (wayBack.kind === "revert" || isNothing) return;
  const why = wayBack.kind === "tasks" ? "its rollback tasks need kmend" : "it has no way back";
  const what = "unless it is confirmed in time, the host cannot take this back by itself";
  warn(run, `${on}: ${plan.ref.name}: ${what}: ${why}`);
}

/** At the end of a batch: those that ended well keep their changes; one that can't be told so is lost. */
export async function confirmBatch(run: Run, batch: readonly HostState[], held: boolean): Promise<void> {
  if (run.armed.size === 0) return;
  const isOf = new Set(batch.map((host) => host.name));
  const mine = [...run.armed.values()].filter((each) => [...each.hosts].some((host) => isOf.has(host)));
  const well = held && !run.world.stop.soft.aborted ? mine.filter((each) => isWell(run, each)) : [];
  await Promise.all(well.map((each) => confirm(run, each)));
}

function isWell(run: Run, { hosts }: Armed): boolean {
  return [...hosts].every((name) => {
    const host = hostState(run, name);
    return host.failure === null && !host.isUnreachable;
  });
}

async function confirm(run: Run, armed: Armed): Promise<void> {
  const { host, folder } = armed;
  // Nothing was changed there before the run stopped, and nothing since.
  if (!armed.place && !changeThere(run, armed)) return disarmed(run, armed, "not armed");
  for (let left = tries - 1; ; left -= 1) {
    try {
      await run.connections.reset(host);
      const status = await ask(run, armed, confirmDeadMan(folder));
      if (status.kind === "confirmed") return disarmed(run, armed, "confirmed");
      return lose(run, armed, status.kind === "fired" ? tooLate(status) : "its timer is gone");
    } catch (error) {
      if (!(error instanceof KmendError)) throw error;
      if (left === 0 || run.world.stop.soft.aborted) return loseLink(run, armed, error.message);
      await run.world.clock.sleep(askAgainMs, run.world.stop.soft);
    }
  }
}

/** What a task says that comes too late. */
export const lateHost =
  "Cannot change the host: it was not confirmed in time and takes itself back\n  Give confirm_within: more time than a batch takes.";

export function armedOf(run: Run, { host, save }: Recorded): Armed | undefined {
  return run.armed.get(keyOf({ host, folder: dirname(save) }));
}

/** Of a run that goes on: whether the host has taken itself back meanwhile. @throws KmendError where it can't be reached */
export async function hasFired(run: Run, change: Recorded): Promise<boolean> {
  const armed = armedOf(run, change);
  if (!armed) return false;
  const { shell } = await reach(run, change, change.become);
  const status = await whenStill(run, armed, shell, deadManStatus(armed.folder));
  return status.kind === "fired";
}

/** Says of each host that is still armed that it will take itself back, and when. */
export function noteUnconfirmed(run: Run, reason: string): void {
  for (const armed of run.armed.values()) tell(run, armed, reason);
}

export function tell(run: Run, armed: Armed, reason: string): void {
  if (armed.isTold) return;
  armed.isTold = true;
  const { host, folder, dueMs } = armed;
  run.world.journal.note("deadman:unconfirmed", { host, folder, due: iso(dueMs), reason });
}

async function ask(run: Run, armed: Armed, script: Script): Promise<DeadManStatus> {
  return whenStill(run, armed, await shellOf(run, armed), script);
}

/** Asks until it is not just taking itself back, and notes what came of that. */
export async function whenStill(
  run: Run,
  armed: Armed,
  shell: Shell,
  script: Script,
): Promise<DeadManStatus> {
  const { clock, stop, journal } = run.world;
  for (;;) {
    const output = await shell.run(script, { signal: stop.hard });
    const status = readDeadMan(text(output.stdout));
    if (status.kind === "firing" && !stop.soft.aborted) {
      await clock.sleep(askAgainMs, stop.soft);
      continue;
    }
    if (status.kind === "fired") {
      const { host, folder } = armed;
      run.armed.delete(keyOf(armed));
      const { code, report } = status;
      journal.note("deadman:fired", { host, folder, at: iso(status.at * 1000), code, report });
    }
    return status;
  }
}

async function shellOf(run: Run, armed: Armed): Promise<Shell> {
  if (armed.place) return armed.place.shell();
  const change = changeThere(run, armed);
  if (change) return (await reach(run, change, change.become)).shell;
  throw new TaskFailed(`Cannot tell how ${armed.host} was reached: the run recorded no change there`);
}

function changeThere(run: Run, armed: Armed): Recorded | undefined {
  return run.recorded.find(({ host, save }) => host === armed.host && dirname(save) === armed.folder);
}

export function disarmed(run: Run, armed: Armed, why: "confirmed" | "rollback" | "not armed"): void {
  run.armed.delete(keyOf(armed));
  run.world.journal.note("deadman:disarmed", { host: armed.host, folder: armed.folder, why });
}

/** The hosts have failed, though each of their tasks went well. */
function lose(run: Run, armed: Armed, why: string): void {
  run.armed.delete(keyOf(armed));
  for (const name of armed.hosts) {
    const host = hostState(run, name);
    host.failure ??= { taskName: "confirm_within", task: new Dict(), result: Dict.of({ msg: why }) };
    host.counts.failed += 1;
  }
  run.world.journal.note("message:said", { level: "error", text: `${armed.host}: ${why}` });
}

function loseLink(run: Run, armed: Armed, why: string): void {
  tell(run, armed, `it could not be told: ${why}`);
  for (const name of armed.hosts) {
    const host = hostState(run, name);
    host.isUnreachable = true;
    host.counts.unreachable += 1;
  }
}

function tooLate({ at }: Fired): string {
  return `it was not confirmed in time, and took itself back at ${iso(at * 1000)}: give confirm_within: more time than the batch takes`;
}

function warn(run: Run, what: string): void {
  run.world.journal.note("message:said", { level: "warning", text: what });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
