/** `kmend resume`: goes on with a run of which only the journal is left. */

import { matchHosts } from "../inventory/inventory.ts";
import { type Event, type Json, lastOwn } from "../journal/journal.ts";
import { parseArguments } from "../modules/modules.ts";
import type { LoadedPlaybook } from "../playbook/playbook.ts";
import { exitCodes, formatPlace, KmendError } from "../problem/problem.ts";
import { Dict } from "../template/template.ts";
import { unblobbed } from "./blobs.ts";
import { isSecretChange } from "./change.ts";
import type { UnderWay } from "./changes-under-way.ts";
import { armedBy } from "./dead-man.ts";
import { takeBackFired } from "./fired.ts";
import { goingOn } from "./going-on.ts";
import { readHandlers } from "./handlers-back.ts";
import { linear } from "./linear.ts";
import { type Past, pastOf } from "./past.ts";
import { givenOf } from "./reach-again.ts";
import { readEnds, standingChanges } from "./rollback-run.ts";
import { newRun, type Run } from "./run.ts";
import { actOn } from "./run-playbooks.ts";
import { wholeRun } from "./whole-run.ts";
import type { RunOutcome, World } from "./world.ts";

export interface ResumeOptions {
  /** Works on these hosts only: a pattern, or `@unreachable`, `@failed` for those of the run. */
  readonly limit?: string;
  /** Tries the task again that a host failed at, where it was the host's last. */
  readonly retryFailed: boolean;
  /** Goes on though a playbook's files are not those that the run began with. */
  readonly allowChanges: boolean;
  /** Reads a blob of the recorded run. */
  blob(sha256: string): Promise<Uint8Array>;
}

/** Goes on with a recorded run, in its own journal. Nothing that it records as done is done again.
 *  @param world its journal is the run's own, open for more
 *  @throws KmendError before any host is touched: `nothing-to-resume`, `resume-diverged`, `in-flight` */
export async function resumeRun(
  playbooks: readonly LoadedPlaybook[],
  recorded: readonly Event[],
  world: World,
  options: ResumeOptions,
): Promise<RunOutcome> {
  const events = await Promise.all(recorded.map((event) => whole(event, options)));
  checkResumable(events, playbooks, options);
  const only = { only: onlyOf(world, events, options), retryFailed: options.retryFailed };
  checkInFlight(pastOf(events, only), world);
  const hadEnded = lastOwn(events)?.type === "run:ended";
  events.push(...(await settleFired(events, world, options)));
  const past = pastOf(events, only);
  const run = newRun(
    { ...world, journal: goingOn(world.journal, events, past) },
    { strategy: linear, isRollback: false, past },
  );
  await remember(run, events, options);
  return wholeRun(run, { kind: "resumed", hadEnded, limit: options.limit ?? null }, () =>
    actOn(run, playbooks),
  );
}

/** Only what is read again is fetched: a change and what its script printed. */
async function whole(event: Event, { blob }: ResumeOptions): Promise<Event> {
  const hasBlobs =
    event.type === "change:recorded" || event.type === "change:applied" || event.type === "change:failed";
  return hasBlobs ? ((await unblobbed(event as unknown as Json, blob)) as unknown as Event) : event;
}

function checkResumable(
  events: readonly Event[],
  playbooks: readonly LoadedPlaybook[],
  { allowChanges }: ResumeOptions,
): void {
  const [first] = events;
  if (first?.type !== "run:started")
    throw nothing("its journal has no beginning: no host was touched", "Start it again.");
  if (first.command !== "run" && first.command !== "apply")
    throw nothing(
      `it is a ${first.command}`,
      first.command === "rollback"
        ? "Start the rollback again: it takes up where it has to."
        : `Start the ${first.command} again: it changes nothing.`,
    );
  if (first.check) throw nothing("it was a dry run", "Start it again: it changes nothing.");
  const now: Record<string, string> = Object.assign({}, ...playbooks.map((playbook) => playbook.sources));
  const changed = Object.entries(first.sources ?? {}).find(([file, sum]) => now[file] !== sum);
  if (!changed || allowChanges) return;
  throw new KmendError(
    {
      code: "resume-diverged",
      message: `Cannot go on: ${changed[0]} is not what it was when the run began`,
      hint: "Restore it; or go on with it as it is now, where only tasks still to come were changed, by --allow-changes.",
    },
    exitCodes.badOptions,
  );
}

function nothing(why: string, hint: string): KmendError {
  return new KmendError(
    { code: "nothing-to-resume", message: `Cannot go on with this run: ${why}`, hint },
    exitCodes.badOptions,
  );
}

function onlyOf(
  { inventory }: World,
  events: readonly Event[],
  { limit }: ResumeOptions,
): Set<string> | null {
  if (limit === undefined) return null;
  if (limit === "@unreachable") return lastEnds(events, "unreachable");
  if (limit === "@failed") return lastEnds(events, "failed");
  return new Set(matchHosts(inventory, limit).hosts);
}

/** Hosts whose last task ended so. */
function lastEnds(events: readonly Event[], outcome: string): Set<string> {
  const last = new Map<string, string>();
  for (const event of events)
    if (event.type === "task:ended" && !event.ignored && !event.rescued) last.set(event.host, event.outcome);
  return new Set([...last].flatMap(([host, how]) => (how === outcome ? [host] : [])));
}

/** Asked once for all of them, before a host is touched: where nobody can be asked, somebody has to decide beforehand. */
function checkInFlight({ underWay }: Past, world: World): void {
  if (world.options.inFlight !== undefined || world.ask !== null) return;
  const unknown = underWay.filter((each) => each.end === null && !canBeInspected(each, world));
  if (unknown.length === 0) return;
  const list = unknown.map(
    ({ change: { host, task } }) => `  ${host}: ${task.name} (${formatPlace(task.place)})`,
  );
  throw new KmendError(
    {
      code: "in-flight",
      message: `Cannot tell whether what was under way when the run stopped ran to its end:\n${list.join("\n")}`,
      hint: "Look at the hosts, and say what to take it for: --in-flight retry (run it again), skip (it is done) or fail.",
    },
    exitCodes.badOptions,
  );
}

function canBeInspected({ change }: UnderWay, { catalogue }: World): boolean {
  const module = catalogue.find(change.module);
  if (module?.kind !== "host") return false;
  if (module.comesBack) return true;
  // Its arguments are in no journal; whether they let it be inspected is known once the playbook comes to it.
  if (isSecretChange(change)) return module.inspect !== null && module.checkMode !== "skip";
  const { given, free } = givenOf(change);
  const args: unknown = parseArguments(module, given, free);
  const setting = { checkMode: false, diff: false, user: "", uid: 0, facts: new Dict(), brought: {} };
  return (module.inspect?.(args, setting) ?? null) !== null;
}

/** Hosts that nobody confirmed while the run was dead have taken themselves back: that is proved and written down before anything
 *  else, as any rollback is. @returns the events that tell of it */
async function settleFired(events: readonly Event[], world: World, options: ResumeOptions): Promise<Event[]> {
  if (armedBy(events).size === 0) return [];
  const told: Event[] = [];
  const stopListening = world.journal.subscribe((event) => told.push(event));
  const early = newRun(world, { strategy: linear, isRollback: false });
  await remember(early, events, options);
  try {
    await takeBackFired(early);
  } finally {
    stopListening();
    await early.locks.releaseAll();
  }
  return told;
}

/** What the run knew of its changes when it stopped. */
async function remember(run: Run, events: readonly Event[], { blob }: ResumeOptions): Promise<void> {
  readEnds(run, events);
  readHandlers(run, events);
  run.recorded.push(...(await standingChanges(run, events, { blob })));
  const numbers = events.flatMap((event) => (event.type === "change:recorded" ? [Number(event.change)] : []));
  run.nextChange = Math.max(0, ...numbers);
  const ids = events.flatMap((event) =>
    event.type === "change:recorded" && event.task.kind === "rollback"
      ? [Number(event.task.id.split(".")[1])]
      : [],
  );
  run.nextRollbackTask = Math.max(0, ...ids);
  for (const [key, armed] of armedBy(events)) run.armed.set(key, armed);
}
