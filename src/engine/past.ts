/**
 * What lies behind a run that goes on, read from its journal and asked for by task and host.
 *
 * The engine walks through the playbook again from its beginning. Where the journal says how a task ended on a host, that is its
 * result, and the host is not asked; from the first task without an end on, it works. So conditions, loops, handlers
 * and batches need no state of their own to come back to.
 * Must: what is recorded as done is not done again. Must: a change whose end nobody wrote down is never guessed at.
 */

import type { Event, Events, TaskRef } from "../journal/journal.ts";
import { changesUnderWay, type UnderWay } from "./changes-under-way.ts";
import { checkTask, diverged } from "./diverged.ts";
import { taskKey } from "./task-key.ts";

export type TaskEnd = Events["task:ended"];
export type ItemEnd = Events["item:ended"];

export interface Past {
  /** null: it has none, or is to be tried again. */
  ended(task: string, host: string): TaskEnd | null;
  /** The same for a round of its loop, counted from 0. */
  round(task: string, host: string, index: number): ItemEnd | null;
  /** It began there: a task that runs once goes on with the host that it began with. */
  hasBegun(task: string, host: string): boolean;
  underWayOf(task: string, host: string): UnderWay | null;
  /** What came of it is known now: it is under way no more. */
  settle(task: string, host: string): void;
  /** Every change that was under way and whose task is to go on, oldest first. */
  readonly underWay: readonly UnderWay[];
  /** The number that the task at this place had; null: nobody reached it, or the journal knows no places. */
  idAt(place: string): string | null;
  /** The greatest number of a task; 0 where numbers alone tell which is which. */
  readonly lastNumber: number;
  /** @throws KmendError `resume-diverged` where another task stood here */
  checkTask(task: TaskRef): void;
  /** @throws KmendError `resume-diverged` where the host has ended later tasks, and never this one */
  checkHost(task: TaskRef, host: string): void;
  /** It may be worked on, or has an end of this task. */
  takesPart(task: string, host: string): boolean;
  /** Somebody said that it is to go on without this task. */
  isDeclined(task: string, host: string): boolean;
  /** The batches of a play that began, in their order; null: the play did not. */
  batches(play: number): readonly (readonly string[])[] | null;
  /** The hosts of a play that began, in its order. */
  hosts(play: number): readonly string[] | null;
  /** The wait after this batch is over. */
  isPastSoak(play: number, batch: number): boolean;
  /** The host is left alone, and has come as far as it had. */
  isOver(host: string): boolean;
  /** A rollback of these hosts ran to its end. */
  hasTakenBack(scope: string, hosts: readonly string[]): boolean;
}

/** Of a run that only begins. */
export const noPast: Past = {
  ended: () => null,
  round: () => null,
  hasBegun: () => false,
  underWayOf: () => null,
  settle: () => {},
  underWay: [],
  idAt: () => null,
  lastNumber: 0,
  checkTask: () => {},
  checkHost: () => {},
  takesPart: () => true,
  isDeclined: () => false,
  batches: () => null,
  hosts: () => null,
  isPastSoak: () => false,
  isOver: () => false,
  hasTakenBack: () => false,
};

export interface PastOptions {
  /** Hosts that alone may be worked on; null: all. */
  readonly only: ReadonlySet<string> | null;
  /** A task that failed, and was its host's last, is tried again. */
  readonly retryFailed: boolean;
}

/** @param events of the run, blobs read */
export function pastOf(events: readonly Event[], options: PastOptions): Past {
  const tasks = new Map<string, TaskRef>();
  const ends = new Map<string, TaskEnd>();
  const rounds = new Map<string, ItemEnd>();
  /** The last task that a host has an end of. */
  const frontier = new Map<string, string>();
  const places = new Map<string, string>();
  const begun = new Set<string>();
  const declined = new Set<string>();
  const takenBack = new Set(
    events.flatMap((event) => (event.type === "rollback:started" ? event.hosts : [])),
  );
  for (const event of events) {
    if (event.type === "host:started") begun.add(taskKey(event.task.id, event.host));
    if (event.type === "task:started" || event.type === "task:declined") tasks.set(event.task.id, event.task);
    if ((event.type === "task:started" || event.type === "task:declined") && event.task.at)
      places.set(event.task.at, event.task.id);
    if (event.type === "item:ended") rounds.set(roundKey(event.task.id, event.host, event.index), event);
    if (event.type === "task:declined")
      for (const host of event.hosts) {
        // What it had come to before nobody asks for any more.
        ends.delete(taskKey(event.task.id, host));
        declined.add(taskKey(event.task.id, host));
      }
    if (event.type !== "task:ended") continue;
    ends.set(taskKey(event.task.id, event.host), event);
    frontier.set(event.host, event.task.id);
  }
  const open = changesUnderWay(events);
  const isWorkedOn = (host: string): boolean =>
    !takenBack.has(host) && (options.only === null || options.only.has(host));
  const again = new Set<string>();
  for (const [at, end] of ends)
    if (isWorkedOn(end.host) && isTriedAgain(end, frontier, options)) again.add(at);
  const toCome = tasksToCome(ends.values());
  return {
    idAt: (place) => places.get(place) ?? null,
    lastNumber: places.size > 0 ? Math.max(...[...tasks.keys()].map(numberOf)) : 0,
    ended: (task, host) => {
      toCome.get(host)?.delete(task);
      return again.has(taskKey(task, host)) ? null : (ends.get(taskKey(task, host)) ?? null);
    },
    round: (task, host, index) => {
      const end = rounds.get(roundKey(task, host, index)) ?? null;
      return end && again.has(taskKey(task, host)) && isNoEnd(end, options) ? null : end;
    },
    hasBegun: (task, host) => begun.has(taskKey(task, host)),
    underWayOf: (task, host) => open.get(taskKey(task, host)) ?? null,
    settle: (task, host) => void open.delete(taskKey(task, host)),
    underWay: [...open].flatMap(([at, change]) =>
      declined.has(at) || (ends.has(at) && !again.has(at)) ? [] : [change],
    ),
    checkTask: (task) => checkTask(tasks.get(task.id), task),
    checkHost: (task, host) => {
      const [next] = toCome.get(host) ?? [];
      if (next === undefined || places.size === 0 || ends.has(taskKey(task.id, host)) || !isWorkedOn(host))
        return;
      throw diverged(tasks.get(next), task);
    },
    takesPart: (task, host) => isWorkedOn(host) || ends.has(taskKey(task, host)),
    isDeclined: (task, host) => declined.has(taskKey(task, host)),
    ...playsOf(events),
    isOver: (host) => !isWorkedOn(host) && (toCome.get(host)?.size ?? 0) === 0,
    hasTakenBack: rollbacksOf(events),
  };
}

/** By host, the tasks that it has an end of and has not come to again, in their order. */
function tasksToCome(ends: Iterable<TaskEnd>): Map<string, Set<string>> {
  const toCome = new Map<string, Set<string>>();
  for (const { host, task } of ends) {
    const own = toCome.get(host) ?? new Set();
    // Tried again, it stands where its last end does.
    own.delete(task.id);
    toCome.set(host, own.add(task.id));
  }
  return toCome;
}

function numberOf(task: string): number {
  return Number(task.split(".")[1]);
}

function roundKey(task: string, host: string, index: number): string {
  return `${taskKey(task, host)} ${index}`;
}

/** A host that was lost has not ended its task. Only its last one: after `clear_host_errors` it went on. */
function isTriedAgain(end: TaskEnd, frontier: ReadonlyMap<string, string>, options: PastOptions): boolean {
  if (end.ignored || end.task.id !== frontier.get(end.host)) return false;
  return end.outcome === "unreachable" || (options.retryFailed && end.outcome === "failed" && !end.rescued);
}

function isNoEnd(item: ItemEnd, options: PastOptions): boolean {
  return (
    item.outcome === "unreachable" || (options.retryFailed && item.outcome === "failed" && !item.ignored)
  );
}

/** Of a task that failed before it came to it. */
export function stillUnderWay(past: Past, task: TaskRef, host: string): { readonly underWay?: true } {
  return past.underWayOf(task.id, host) ? { underWay: true } : {};
}

function playsOf(events: readonly Event[]): Pick<Past, "batches" | "hosts" | "isPastSoak"> {
  const hosts = new Map<number, readonly string[]>();
  const batches = new Map<number, (readonly string[])[]>();
  const soaked = new Set<string>();
  for (const event of events) {
    if (event.type === "play:started" && !hosts.has(event.play)) hosts.set(event.play, event.hosts);
    if (event.type === "batch:started") {
      const begun = batches.get(event.play) ?? [];
      begun[event.batch - 1] ??= event.hosts;
      batches.set(event.play, begun);
      soaked.add(`${event.play}.${event.batch - 1}`);
    }
    if (event.type === "gate:ended") soaked.add(`${event.play}.${event.batch}`);
  }
  return {
    hosts: (play) => hosts.get(play) ?? null,
    batches: (play) => batches.get(play) ?? null,
    isPastSoak: (play, batch) => soaked.has(`${play}.${batch}`),
  };
}

/** Rollbacks end in the order in which they began: one at a time. */
function rollbacksOf(events: readonly Event[]): Past["hasTakenBack"] {
  const ended = new Set<string>();
  let begun = "";
  for (const event of events) {
    if (event.type === "rollback:started") begun = rollbackKey(event.scope, event.hosts);
    if (event.type === "rollback:ended") ended.add(begun);
  }
  return (scope, hosts) => ended.has(rollbackKey(scope, hosts));
}

function rollbackKey(scope: string, hosts: readonly string[]): string {
  return JSON.stringify([scope, [...hosts].sort()]);
}
