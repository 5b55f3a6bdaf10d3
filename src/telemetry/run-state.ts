/** How a run stands, from its events as they come. */

import type { EndReason, Event, Events, Outcome, Said } from "../journal/journal.ts";

/** How a host stands. `waiting`: no batch with it has begun; the words of a rollback win over those of tasks. */
export type HostStanding =
  | "waiting"
  | "running"
  | "ok"
  | "changed"
  | "failed"
  | "unreachable"
  | "rolled_back"
  | "rolled_back_but_different"
  | "rollback_failed";

export const hostStandings: readonly HostStanding[] = [
  "waiting",
  "running",
  "ok",
  "changed",
  "failed",
  "unreachable",
  "rolled_back",
  "rolled_back_but_different",
  "rollback_failed",
];

/** How a task ended: a failure that a `rescue` caught or that was ignored is not `failed`. */
export type TaskEnd = Outcome | "rescued" | "ignored";

interface HostTally {
  isRunning: boolean;
  hasBegun: boolean;
  changed: number;
  failed: number;
  unreachable: number;
  back: HostStanding | null;
  /** It stood so when the run stopped: what it does next is another try. */
  isAgain: boolean;
}

/** What is known of a run. Times are milliseconds since 1970. */
export interface RunState {
  begun:
    | (Pick<Events["run:started"], "run" | "command" | "check" | "kmend"> & { readonly at: number })
    | null;
  lastAt: number;
  ended: {
    readonly at: number;
    readonly exitCode: number;
    readonly seconds: number;
    readonly reason: EndReason | null;
  } | null;
  readonly hosts: Map<string, HostTally>;
  readonly tasks: Record<TaskEnd, number>;
  readonly changes: Record<"recorded" | "applied" | "failed" | "reverted" | "revert_failed", number>;
  readonly batches: { begun: number; ended: number };
  readonly gates: { held: number; broken: number };
  readonly armed: Set<string>;
  /** When the soak that is under way is over; null: none is. */
  soakUntil: number | null;
  /** Hosts whose lock another run has, and this one waits for. */
  readonly lockWaits: Set<string>;
  isLimitReached: boolean;
  readonly predictions: Record<Said, number>;
  /** null: no plan is carried out. */
  held: { kept: number; broken: number } | null;
}

/** A run of which nothing is known, and the function that takes in one event. */
export function runState(): { readonly state: RunState; take(event: Event): void } {
  const state: RunState = {
    begun: null,
    lastAt: 0,
    ended: null,
    hosts: new Map(),
    tasks: { ok: 0, changed: 0, skipped: 0, failed: 0, unreachable: 0, rescued: 0, ignored: 0 },
    changes: { recorded: 0, applied: 0, failed: 0, reverted: 0, revert_failed: 0 },
    batches: { begun: 0, ended: 0 },
    gates: { held: 0, broken: 0 },
    armed: new Set(),
    soakUntil: null,
    lockWaits: new Set(),
    isLimitReached: false,
    predictions: { change: 0, right: 0, skip: 0, fail: 0, unreachable: 0, unknown: 0 },
    held: null,
  };
  return { state, take: (event) => takeEvent(state, event) };
}

/** How each host stands. */
export function standings({ hosts }: RunState): Record<HostStanding, number> {
  const counts = Object.fromEntries(hostStandings.map((each) => [each, 0])) as Record<HostStanding, number>;
  for (const host of hosts.values()) counts[standingOf(host)] += 1;
  return counts;
}

function standingOf(host: HostTally): HostStanding {
  if (host.back) return host.back;
  if (host.unreachable > 0) return "unreachable";
  if (host.failed > 0) return "failed";
  if (host.isRunning) return "running";
  if (!host.hasBegun) return "waiting";
  return host.changed > 0 ? "changed" : "ok";
}

function takeEvent(state: RunState, event: Event): void {
  const at = Date.parse(event.at);
  state.lastAt = Math.max(state.lastAt, at);
  takeWait(state, event);
  switch (event.type) {
    case "run:started":
      state.begun = {
        run: event.run,
        command: event.command,
        check: event.check,
        kmend: event.kmend,
        at,
      };
      break;
    case "run:resumed":
      if (state.begun) state.begun = { ...state.begun, kmend: event.kmend, at };
      state.ended = null;
      state.isLimitReached = false;
      for (const host of state.hosts.values()) host.isAgain = true;
      break;
    case "play:started":
      for (const name of event.hosts) hostOf(state, name);
      break;
    case "batch:started":
      state.batches.begun += 1;
      for (const name of event.hosts) begin(hostOf(state, name));
      break;
    case "host:started":
      tryAgain(hostOf(state, event.host));
      break;
    case "task:ended":
      countTask(state, event);
      break;
    case "change:recorded":
      state.changes.recorded += 1;
      break;
    case "change:applied":
      state.changes.applied += 1;
      break;
    case "change:failed":
      state.changes.failed += 1;
      break;
    case "change:reverted":
      state.changes.reverted += 1;
      break;
    case "change:revert-failed":
      state.changes.revert_failed += 1;
      break;
    case "gate:ended":
      state.gates[event.held ? "held" : "broken"] += 1;
      break;
    case "batch:ended":
      state.batches.ended += 1;
      // One batch at a time.
      for (const host of state.hosts.values()) host.isRunning = false;
      break;
    case "rollback:started":
      for (const name of event.hosts) begin(hostOf(state, name));
      break;
    case "rollback:ended":
      for (const [name, how] of Object.entries(event.hosts)) takenBack(hostOf(state, name), how);
      break;
    case "deadman:armed":
      state.armed.add(event.host);
      break;
    case "deadman:disarmed":
    case "deadman:fired":
      state.armed.delete(event.host);
      break;
    case "run:limit-reached":
      state.isLimitReached = true;
      break;
    case "prediction:made":
      state.predictions[event.says] += 1;
      break;
    case "plan:opened":
      state.held = { kept: 0, broken: 0 };
      break;
    case "prediction:kept":
      if (state.held) state.held.kept += 1;
      break;
    case "prediction:broken":
      if (state.held) state.held.broken += 1;
      break;
    case "run:ended":
      end(state, event, at);
      break;
    default:
  }
}

/** What a run waits for. Whatever comes, a soak is over with it. */
function takeWait(state: RunState, event: Event): void {
  state.soakUntil = event.type === "soak:started" ? Date.parse(event.until) : null;
  const { lockWaits } = state;
  switch (event.type) {
    case "lock:waiting":
      lockWaits.add(event.host);
      break;
    case "host:locked":
    case "change:revert-failed":
      lockWaits.delete(event.host);
      break;
    case "task:ended":
      lockWaits.delete(event.delegate ?? event.host);
      break;
    case "batch:ended":
    case "rollback:ended":
    case "run:resumed":
    case "run:ended":
      lockWaits.clear();
      break;
    default:
  }
}

function hostOf({ hosts }: RunState, name: string): HostTally {
  const known = hosts.get(name);
  if (known) return known;
  const host: HostTally = {
    isRunning: false,
    hasBegun: false,
    changed: 0,
    failed: 0,
    unreachable: 0,
    back: null,
    isAgain: false,
  };
  hosts.set(name, host);
  return host;
}

function begin(host: HostTally): void {
  host.isRunning = true;
  host.hasBegun = true;
}

function tryAgain(host: HostTally): void {
  if (!host.isAgain) return;
  Object.assign(host, { failed: 0, unreachable: 0, back: null, isAgain: false });
}

function countTask(state: RunState, event: Events["task:ended"]): void {
  const isLost = event.outcome === "failed" || event.outcome === "unreachable";
  const how: TaskEnd = isLost
    ? event.ignored
      ? "ignored"
      : event.rescued
        ? "rescued"
        : event.outcome
    : event.outcome;
  state.tasks[how] += 1;
  const host = hostOf(state, event.host);
  host.hasBegun = true;
  if (how === "changed" || how === "failed" || how === "unreachable") host[how] += 1;
}

function takenBack(host: HostTally, how: Events["rollback:ended"]["hosts"][string]): void {
  host.isRunning = false;
  if (how === "nothing to do") return;
  host.back = backWords[how];
}

const backWords = {
  "rolled back": "rolled_back",
  "rolled back, but different": "rolled_back_but_different",
  "rollback failed": "rollback_failed",
} as const;

/** The recap has the last word on what was counted. */
function end(state: RunState, event: Events["run:ended"], at: number): void {
  const { exitCode, seconds, reason = null, recap } = event;
  state.ended = { at, exitCode, seconds, reason };
  for (const host of state.hosts.values()) host.isRunning = false;
  for (const [name, { changed, failed, unreachable }] of Object.entries(recap))
    Object.assign(hostOf(state, name), { hasBegun: true, changed, failed, unreachable });
}
