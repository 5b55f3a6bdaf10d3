/** `kmend rollback`: takes back a run of which only the journal is left. */

import { dirname } from "node:path";
import { matchHosts } from "../inventory/inventory.ts";
import { type Event, type Json, lastOwn } from "../journal/journal.ts";
import { KmendError } from "../problem/problem.ts";
import { didYouMean } from "../template/template.ts";
import { unblobbed } from "./blobs.ts";
import type { Recorded } from "./change.ts";
import { armedBy } from "./dead-man.ts";
import { type Earlier, earlierRollbacks } from "./earlier-rollbacks.ts";
import type { Aim } from "./foreign.ts";
import { foretellRollback } from "./foretell-rollback.ts";
import { readHandlers } from "./handlers-back.ts";
import { linear } from "./linear.ts";
import { takeBack } from "./rollback.ts";
import { newRun, noPlay, type Run } from "./run.ts";
import { wholeRun } from "./whole-run.ts";
import type { RunOutcome, World } from "./world.ts";

export interface RollbackOptions {
  /** Only these hosts. */
  readonly limit?: string;
  /** Back to before this task: its name or number; it and what came after it is taken back. */
  readonly to?: string;
  /** The events of earlier rollbacks of the run, the oldest first. */
  readonly earlier?: readonly (readonly Event[])[];
  /** Take back also what somebody else changed since; theirs is kept on the host first. */
  readonly force?: boolean;
  /** Run what the changes had notified, once they are taken back; default true. */
  readonly handlers?: boolean;
  /** Reads a blob of the recorded run. */
  blob(sha256: string): Promise<Uint8Array>;
}

/** Takes back a recorded run, newest change first; itself a run with a journal. In check mode it only says what it would do. */
export async function rollbackRun(
  events: readonly Event[],
  world: World,
  options: RollbackOptions,
): Promise<RunOutcome> {
  const [first] = events;
  if (first?.type !== "run:started")
    throw new KmendError({
      code: "no-run",
      message: "Cannot take back this run: its journal has no beginning",
    });
  const run = newRun(world, { strategy: linear, isRollback: true, deadRuns: [first.run] });
  run.play = noPlay(dirname(first.playbooks[0] ?? "."));
  run.nextChange = lastChange(events);
  for (const [key, armed] of armedBy(events)) run.armed.set(key, armed);
  return wholeRun(run, { kind: "started", playbooks: first.playbooks, of: first.run }, async () => {
    const earlier = earlierRollbacks(events, options.earlier ?? []);
    const changes = await standingChanges(run, events, { ...options, takenBack: earlier.takenBack });
    const { before, owed, others } = await changesAside(run, events, { ...options, earlier, changes });
    if (changes.length + owed.length === 0) return nothing(run, first.run);
    if (world.options.check) {
      const isAnything = foretellRollback(run, changes) || owed.length > 0;
      return isAnything || nothing(run, first.run);
    }
    const hosts = [...new Set([...changes, ...owed].map((change) => change.host))];
    const reason = `rollback of ${first.run}`;
    const aim = { ...aimAt(first.run, events, options), before, owed, others };
    return takeBack(run, changes, { scope: "run", reason, hosts, aim });
  });
}

/** Its own changes are numbered on from there: a journal that speaks of both never means two by one number. */
function lastChange(events: readonly Event[]): number {
  return events.reduce(
    (most, event) => (event.type === "change:recorded" ? Math.max(most, Number(event.change)) : most),
    0,
  );
}

function aimAt(
  of: string,
  events: readonly Event[],
  { force = false, handlers = true }: RollbackOptions,
): Omit<Aim, "before" | "owed" | "others"> {
  const all = events.filter((event) => event.type === "change:recorded");
  const last = lastOwn(events);
  // Rounded up: the host's clock gives whole seconds.
  return { of, all, endedS: last ? Math.ceil(Date.parse(last.at) / 1000) : 0, force, handlers };
}

function nothing(run: Run, of: string): boolean {
  const text = `There is nothing to take back of ${of}: it changed nothing here, or that was taken back before`;
  run.world.journal.note("message:said", { level: "info", text });
  return true;
}

/** The recorded changes that still stand, with the way back that was written down last. */
export async function standingChanges(
  run: Run,
  events: readonly Event[],
  options: Pick<RollbackOptions, "limit" | "to" | "blob"> & { readonly takenBack?: Earlier["takenBack"] },
): Promise<Recorded[]> {
  const reverted = new Set(
    events.flatMap((event) => (event.type === "change:reverted" ? [event.change] : [])),
  );
  const wayBacks = new Map(
    events.flatMap((event) => (event.type === "change:wayback" ? [[event.change, event.wayBack]] : [])),
  );
  readEnds(run, events);
  readHandlers(run, events);
  const [first] = events;
  const isRollback = first?.type === "run:started" && first.command === "rollback";
  const recorded = events.filter(
    (event) =>
      event.type === "change:recorded" &&
      (isRollback || event.task.kind !== "rollback") &&
      !reverted.has(event.change) &&
      !options.takenBack?.has(event.change),
  ) as (Recorded & Event)[];
  const meant = since(limited(run, recorded, options), options.to);
  return Promise.all(
    meant.map(async (event) => {
      const change = await whole(event, options);
      const wayBack = wayBacks.get(change.change);
      return wayBack ? { ...change, wayBack } : change;
    }),
  );
}

async function whole(event: Recorded, { blob }: Pick<RollbackOptions, "blob">): Promise<Recorded> {
  return (await unblobbed(event as unknown as Json, blob)) as unknown as Recorded;
}

/** What is not to be taken back now and still matters: what was taken back before, below newer changes that stand or with handlers that
 *  have not run; and what stands of hosts that `limit` leaves out, where they work on the same host. */
async function changesAside(
  run: Run,
  events: readonly Event[],
  options: Pick<RollbackOptions, "limit" | "handlers" | "blob"> & {
    readonly earlier: Earlier;
    readonly changes: readonly Recorded[];
  },
): Promise<Pick<Aim, "before" | "others" | "owed">> {
  const { earlier, changes, limit, blob } = options;
  const { takenBack, owed } = earlier;
  const isBelow = (old: Recorded): boolean =>
    changes.some(({ host, change }) => host === old.host && Number(change) > Number(old.change));
  const recorded = events.filter((event) => event.type === "change:recorded") as (Recorded & Event)[];
  const old = recorded.filter(({ change }) => takenBack.has(change));
  const meant = new Set(changes.map(({ change }) => change));
  const standing = limit === undefined ? [] : await standingChanges(run, events, { takenBack, blob });
  return {
    before: await Promise.all(
      old.filter(isBelow).map(async (event) => ({
        change: await whole(event, options),
        last: takenBack.get(event.change) ?? 0,
      })),
    ),
    others: standing.filter(({ change }) => !meant.has(change)),
    owed:
      options.handlers === false
        ? []
        : limited(run, recorded, options).filter(({ change }) => owed.has(change)),
  };
}

/** How each change ended; a command whose task said `ok` in the end changed nothing. */
export function readEnds(run: Run, events: readonly Event[]): void {
  const unchanged = new Set<string>();
  for (const event of events)
    if (event.type === "task:ended" && event.outcome === "ok")
      unchanged.add(`${event.task.id} ${event.host}`);
  for (const event of events) {
    if (event.type === "change:applied") run.changeEnds.set(event.change, "applied");
    if (event.type === "change:failed") run.changeEnds.set(event.change, "failed");
  }
  for (const event of events)
    if (
      event.type === "change:recorded" &&
      unchanged.has(`${event.task.id} ${event.for}`) &&
      event.wayBack.kind === "none"
    )
      run.changeEnds.set(event.change, "unchanged");
}

function limited<T extends Recorded>(
  run: Run,
  changes: readonly T[],
  { limit }: Pick<RollbackOptions, "limit">,
): T[] {
  if (limit === undefined) return [...changes];
  const { hosts } = matchHosts(run.world.inventory, limit);
  return changes.filter((change) => hosts.includes(change.host) || hosts.includes(change.for));
}

function since<T extends Recorded>(changes: readonly T[], to: string | undefined): readonly T[] {
  if (to === undefined) return changes;
  const at = changes.findIndex(
    ({ task }) => task.name === to || task.id === to || task.name.endsWith(` : ${to}`),
  );
  if (at >= 0) return changes.slice(at);
  const names = changes.map(({ task }) => task.name);
  throw new KmendError({
    code: "unknown-task",
    message: `Cannot roll back to "${to}": no change of the run belongs to a task of that name`,
    hint: [didYouMean(to, names) ?? [], "The run's changes are listed by\n    kmend show RUN --changes"]
      .flat()
      .join("\n"),
  });
}
