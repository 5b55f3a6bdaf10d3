/**
 * The edge at which a run's text leaves it: whatever is told of the run is read from its journal, and here every secret in an
 * event is masked before it is written.
 *
 * Only what came from a playbook or a host is masked. Names of hosts, numbers, places and folders are what a rollback and a
 * resume go by: there a password that is also somebody's login would do harm.
 */

import type { EventName, Events, Journal, ResolvedTask, TaskRef, WayBack } from "../journal/journal.ts";
import { lost, type Mask } from "../mask/mask.ts";

/** What of each event may hold a secret. */
const contents: { readonly [Name in EventName]?: readonly (keyof Events[Name])[] } = {
  "play:started": ["name"],
  "change:recorded": ["item", "changes", "state", "args", "brought"],
  "change:applied": ["output"],
  "change:failed": ["message", "output"],
  "change:handlers": ["missing"],
  "item:ended": ["item", "label", "result", "exact", "effects"],
  "task:ended": ["item", "result", "exact", "effects", "diff"],
  "message:said": ["text"],
  "rollback:started": ["reason"],
  "change:reverted": ["kept"],
  "change:revert-failed": ["message", "expected", "actual", "hint"],
  "rollback:handler": ["name", "message"],
  "deadman:unconfirmed": ["reason"],
  "deadman:fired": ["report"],
  "prediction:made": ["label", "why", "diff", "mayNotify"],
};

export function maskedJournal(journal: Journal, mask: Mask): Journal {
  return {
    ...journal,
    write: (type, body) => journal.write(type, maskedEvent(mask, type, body)),
    note: (type, body) => journal.note(type, maskedEvent(mask, type, body)),
    keep: (bytes) => journal.keep(maskedBytes(mask, bytes)),
  };
}

/** The event as it may be told; the very same where nothing in it is secret. */
export function maskedEvent<Name extends EventName>(
  mask: Mask,
  type: Name,
  body: Events[Name],
): Events[Name] {
  const names = contents[type] ?? [];
  const given = Object.fromEntries(names.flatMap((name) => (name in body ? [[name, body[name]]] : [])));
  const hidden = mask.json(given, overwritten(mask, body));
  const named = withMaskedNames(mask, body);
  if (hidden === given) return named;
  const isTold = goneOnWith.has(type) && isIncomplete(given, hidden);
  return { ...named, ...hidden, ...(isTold ? { masked: true } : {}) };
}

/** What a rollback or a resume goes on with: it has to know that something is missing. */
const goneOnWith = new Set<EventName>([
  "change:recorded",
  "change:applied",
  "change:failed",
  "item:ended",
  "task:ended",
]);

/** A command's own words are for people only: without them a result is as good as before. */
function isIncomplete(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): boolean {
  return Object.keys(before).some((name) =>
    name === "result" || name === "exact"
      ? differsBeside("cmd", before[name], after[name])
      : name !== "diff" && name !== "label" && before[name] !== after[name],
  );
}

function differsBeside(key: string, before: unknown, after: unknown): boolean {
  if (before === after) return false;
  if (typeof before !== "object" || before === null || Array.isArray(before)) return true;
  const [old, fresh] = [before, after] as Readonly<Record<string, unknown>>[];
  return Object.keys(old ?? {}).some((name) => name !== key && old?.[name] !== fresh?.[name]);
}

function withMaskedNames<Body extends object>(mask: Mask, body: Body): Body {
  const { task, wayBack, handlers } = body as {
    readonly task?: TaskRef;
    readonly wayBack?: WayBack;
    readonly handlers?: readonly ResolvedTask[];
  };
  const name = task && mask.text(task.name);
  return {
    ...body,
    ...(task && name !== undefined && name !== task.name ? { task: { ...task, name } } : {}),
    ...(wayBack ? { wayBack: maskedWayBack(mask, wayBack) } : {}),
    ...(handlers ? { handlers: handlers.map((each) => maskedTask(mask, each)) } : {}),
  };
}

function maskedWayBack(mask: Mask, wayBack: WayBack): WayBack {
  if (wayBack.kind === "tasks")
    return { ...wayBack, tasks: wayBack.tasks.map((task) => maskedTask(mask, task)) };
  return wayBack.kind === "none" ? { ...wayBack, reason: mask.text(wayBack.reason) } : wayBack;
}

function maskedTask(mask: Mask, task: ResolvedTask): ResolvedTask {
  const args = mask.json(task.args);
  const name = mask.text(task.name);
  return args === task.args ? { ...task, name } : { ...task, name, args, masked: true };
}

/** Where a new text holds a secret, the lines that it no longer has may hold the one before it, which nobody told us. */
function overwritten(mask: Mask, body: object): string[] {
  const { diff, changes } = body as { diff?: unknown; changes?: unknown };
  const diffs = diff ?? (changes as { diff?: unknown } | null | undefined)?.diff;
  if (!Array.isArray(diffs)) return [];
  return (diffs as { before: string; after: string }[]).flatMap(({ before, after }) =>
    mask.text(after) === after ? [] : lost(before, after),
  );
}

function maskedBytes(mask: Mask, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("utf8");
  const hidden = mask.text(text);
  return hidden === text ? bytes : new TextEncoder().encode(hidden);
}
