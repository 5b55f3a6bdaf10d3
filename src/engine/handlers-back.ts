/** What a change had notified runs again once the change is taken back: a service takes in the configuration of before. */

import type { Event, ResolvedTask } from "../journal/journal.ts";
import { KmendError } from "../problem/problem.ts";
import type { Recorded } from "./change.ts";
import { inside } from "./frame.ts";
import type { Handler } from "./handlers.ts";
import type { Run } from "./run.ts";
import { type View, viewOf } from "./variables.ts";
import { resolveTask } from "./way-back.ts";

/** Handlers ready to run, and those that cannot be made ready: includes, loops, what has a name only at run time. */
interface Ready {
  readonly handlers: readonly ResolvedTask[];
  readonly missing: readonly string[];
}

const kept = new WeakMap<Run, Map<string, Ready>>();

/** Writes the notified handlers down with each change that notified them. */
export function noteNotified(
  run: Run,
  changes: readonly string[],
  given: { readonly notified: ReadonlySet<Handler>; readonly view: View },
): void {
  if (changes.length === 0 || given.notified.size === 0) return;
  const ready = makeReady(run, given.notified, given.view);
  for (const change of changes) keepHandlers(run, change, given.view.host.name, ready);
}

export function knowsHandlers(run: Run, change: string): boolean {
  return kept.get(run)?.has(change) ?? false;
}

/** A change that stands for another (taken back, or brought again) notifies the same. */
export function inheritHandlers(run: Run, from: string, to: string, host: string): void {
  const ready = kept.get(run)?.get(from);
  if (ready) keepHandlers(run, to, host, ready);
}

/** From the journal of a run that is taken back. */
export function readHandlers(run: Run, events: readonly Event[]): void {
  for (const event of events)
    if (event.type === "change:handlers") {
      // With stars in place of a secret it would do something else.
      const masked = event.handlers.filter((task) => task.masked).map(({ name }) => name);
      const handlers = event.handlers.filter((task) => !task.masked);
      remember(run, event.change, { handlers, missing: [...event.missing, ...masked] });
    }
}

/** Each handler once, in the order of their definition, of these changes, oldest first. */
export function handlersOf(run: Run, changes: readonly Recorded[]): Ready {
  const all = changes.flatMap(({ change }) => kept.get(run)?.get(change) ?? []);
  const handlers = new Map(all.flatMap((each) => each.handlers.map((task) => [JSON.stringify(task), task])));
  const files = [...new Set([...handlers.values()].map(({ place }) => place.file))];
  return {
    handlers: [...handlers.values()].sort(
      ({ place: one }, { place: other }) =>
        files.indexOf(one.file) - files.indexOf(other.file) || one.line - other.line,
    ),
    missing: [...new Set(all.flatMap(({ missing }) => missing))],
  };
}

function keepHandlers(run: Run, change: string, host: string, ready: Ready): void {
  remember(run, change, ready);
  run.world.journal.note("change:handlers", { change, host, ...ready });
}

function remember(run: Run, change: string, { handlers, missing }: Ready): void {
  const all = kept.get(run) ?? new Map<string, Ready>();
  kept.set(run, all.set(change, { handlers, missing }));
}

function makeReady(run: Run, notified: ReadonlySet<Handler>, view: View): Ready {
  const handlers: ResolvedTask[] = [];
  const missing: string[] = [];
  for (const { node, frame } of notified) {
    const name = node.name?.value ?? (node.kind === "task" ? node.module : "an include");
    const isPlain = node.kind === "task" && !node.loop && !node.noLog && !node.delegateTo;
    try {
      if (!isPlain) throw new KmendError({ code: "unknown-handler", message: name });
      const task = resolveTask(run, node, frame, viewOf(run, view.host, inside(frame, node)));
      if (task) handlers.push(task);
    } catch (error) {
      if (!(error instanceof KmendError)) throw error;
      missing.push(name);
    }
  }
  return { handlers, missing };
}
