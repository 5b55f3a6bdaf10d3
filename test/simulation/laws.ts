/** What must hold of every run, whatever happened to it. Each law says what is broken, or nothing. */

import type { Event, Recap } from "../../src/journal/journal.ts";

type Counts = { -readonly [Name in keyof Recap]: number };

/** Numbers without a gap, a beginning, an end. */
export function hasWholeJournal(events: readonly Event[]): string[] {
  const gap = events.findIndex((event, index) => event.n !== index + 1);
  const wrong = gap >= 0 ? [`event ${gap + 1} has the number ${events[gap]?.n}`] : [];
  if (events[0]?.type !== "run:started") wrong.push(`the journal begins with ${events[0]?.type}`);
  if (events.at(-1)?.type !== "run:ended") wrong.push(`the journal ends with ${events.at(-1)?.type}`);
  return wrong;
}

/** The recap is what the events say, counted anew. A task that was tried again by a resume counts as it ended last. */
export function recapIsTrue(events: readonly Event[]): string[] {
  const [first, last] = [events[0], events.at(-1)];
  if (last?.type !== "run:ended") return [];
  // What a host that is tried again comes to may be another way through blocks, and a resume that ends in its middle has not come
  // to all that was done before it: then nobody can say from the events alone what still counts.
  const resumed = events.findLastIndex((event) => event.type === "run:resumed");
  const isTriedAgain = events
    .slice(0, Math.max(0, resumed))
    .some((event) => event.type === "task:ended" && /failed|unreachable/.test(event.outcome));
  if (resumed >= 0 && (last.exitCode !== 0 || isTriedAgain)) return [];
  const isRollback = first?.type === "run:started" && first.command === "rollback";
  const counted = isRollback ? countRollback(events) : countTasks(events);
  const wrong: string[] = [];
  for (const host of new Set([...counted.keys(), ...Object.keys(last.recap)])) {
    const rounds = most(events, host);
    const [found, said] = [counted.get(host), last.recap[host]].map((counts) =>
      JSON.stringify(counts && rounds > 0 ? { ...counts, ok: 0 } : counts),
    );
    const more = (last.recap[host]?.ok ?? 0) - (counted.get(host)?.ok ?? 0);
    if (found !== said || more < 0 || more > rounds)
      wrong.push(`the recap of ${host} is ${said}, counted were ${found}`);
  }
  return wrong;
}

/** An include counts for each of its rounds, and only its host knows how many there were: so many more than ends, at most. */
function most(events: readonly Event[], host: string): number {
  const mostRounds = 3;
  const ends = events.filter(
    (event) =>
      event.type === "task:ended" &&
      event.host === host &&
      event.task.module === "include_tasks" &&
      event.outcome === "ok",
  );
  return ends.length * (mostRounds - 1);
}

function countTasks(events: readonly Event[]): Map<string, Counts> {
  const ends = new Map(
    events.flatMap((event) =>
      event.type === "task:ended" ? [[`${event.task.id} ${event.host}`, event] as const] : [],
    ),
  );
  const counts = new Map<string, Counts>();
  for (const { host, outcome, ignored, rescued, result } of ends.values()) {
    if (ignored) {
      add(counts, host, "ignored");
      add(counts, host, "ok");
      if ((result as { readonly changed?: boolean }).changed) add(counts, host, "changed");
    } else if (outcome === "failed") add(counts, host, rescued ? "rescued" : "failed");
    else if (outcome === "unreachable" || outcome === "skipped") add(counts, host, outcome);
    else {
      add(counts, host, "ok");
      if (outcome === "changed") add(counts, host, "changed");
    }
  }
  return counts;
}

function countRollback(events: readonly Event[]): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const event of events) {
    if (event.type === "change:reverted") {
      add(counts, event.host, "ok");
      add(counts, event.host, "changed");
    }
    if (event.type === "change:revert-failed")
      add(counts, event.host, event.kind === "unreachable" ? "unreachable" : "failed");
    if (event.type === "rollback:handler" && event.message !== undefined) add(counts, event.host, "failed");
  }
  return counts;
}

function add(counts: Map<string, Counts>, host: string, what: keyof Recap): void {
  const none = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 };
  const known = counts.get(host) ?? none;
  counts.set(host, { ...known, [what]: known[what] + 1 });
}

/** Zero is said only where nothing went wrong, and 99 where somebody stopped it. `clear_host_errors` forgives what was before. */
export function exitCodeIsTrue(events: readonly Event[], isForgiving: boolean): string[] {
  const last = events.at(-1);
  if (last?.type !== "run:ended") return [];
  const since = events.slice(events.findLastIndex((event) => event.type === "run:resumed") + 1);
  const isStopped = since.some((event) => event.type === "run:interrupted");
  if (isStopped !== (last.exitCode === 99)) return [`the exit code is ${last.exitCode}`];
  const error = since.find((event) => event.type === "message:said" && event.level === "error");
  if (error?.type === "message:said") return [`it says: ${error.text}`];
  if (last.exitCode === 250) return ["the exit code is 250, a fault in kmend"];
  const lost = Object.entries(last.recap).filter(([, { failed, unreachable }]) => failed + unreachable > 0);
  const isLost = lost.length > 0;
  return last.exitCode === 0 && isLost && !isForgiving
    ? [`the exit code is 0, and ${lost[0]?.[0]} was lost`]
    : [];
}

/** After a gate that did not hold, or a limit, no batch begins. */
export function stopsWhereItSays(events: readonly Event[]): string[] {
  const end = events.findIndex(
    (event) => event.type === "run:limit-reached" || (event.type === "gate:ended" && !event.held),
  );
  if (end < 0) return [];
  const later = events.slice(end).find((event) => event.type === "batch:started");
  const before = new Set(
    events
      .slice(0, end)
      .flatMap((event) => (event.type === "batch:started" ? [`${event.play}.${event.batch}`] : [])),
  );
  return later && !before.has(`${later.play}.${later.batch}`)
    ? [`batch ${later.play}.${later.batch} began after event ${end + 1}`]
    : [];
}

/** What was applied is not recorded a second time, by whichever process. */
export function nothingIsDoneTwice(events: readonly Event[]): string[] {
  const applied = new Set(events.flatMap((event) => (event.type === "change:applied" ? [event.change] : [])));
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const event of events) {
    if (event.type !== "change:recorded" || event.task.kind === "rollback") continue;
    const what = JSON.stringify([event.for, event.task.id, event.item ?? null]);
    if (seen.has(what)) wrong.push(`${what} was applied, and is recorded again as ${event.change}`);
    if (applied.has(event.change)) seen.add(what);
  }
  return wrong;
}

/** What is taken back after a failure belongs to the hosts that are named; and where it is each lost host for itself, no other is named.
 *  @param spreads one host's failure can be another's, by `any_errors_fatal` or `run_once` */
export function takesBackWhomItShould(events: readonly Event[], spreads: boolean): string[] {
  const owner = new Map<string, string>();
  const lost = new Set<string>();
  const wrong: string[] = [];
  let named: ReadonlySet<string> | null = null;
  for (const event of events) {
    if (event.type === "change:recorded") owner.set(event.change, event.for);
    if (event.type === "task:ended" && !event.ignored && !event.rescued)
      if (event.outcome === "failed" || event.outcome === "unreachable") lost.add(event.host);
    if (event.type === "rollback:started") {
      named = new Set(event.hosts);
      const other = event.hosts.find((host) => !lost.has(host));
      if (event.scope === "host" && other !== undefined && !spreads)
        wrong.push(`${other} is taken back, and was not lost`);
    }
    if (event.type === "change:reverted" && named && !named.has(owner.get(event.change) ?? ""))
      wrong.push(`${event.change} is taken back, and is none of ${[...named].join(", ")}`);
    if (event.type === "rollback:ended") named = null;
  }
  return wrong;
}

/** A task that somebody said no to is not begun on its hosts, and not asked about again. */
export function declinedIsLeftOut(events: readonly Event[]): string[] {
  const declined = new Set<string>();
  return events.flatMap((event) => {
    if (event.type === "task:declined") {
      const again = event.hosts.filter((host) => declined.has(`${event.task.id} ${host}`));
      for (const host of event.hosts) declined.add(`${event.task.id} ${host}`);
      return again.map((host) => `${host} was asked about ${event.task.id} again`);
    }
    const isBegun = event.type === "host:started" || event.type === "task:ended";
    const isDeclined = isBegun && declined.has(`${event.task.id} ${event.host}`);
    return isDeclined ? [`${event.host} came to ${event.task.id}, which was declined: ${event.type}`] : [];
  });
}
