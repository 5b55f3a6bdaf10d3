/** The live part: leg after leg, with somebody asked between batches, until all are through or somebody stops it. */

import type { Event } from "../journal/journal.ts";
import { exitCodes } from "../problem/problem.ts";
import { firstHosts, howMany, wrapAll } from "../report/report.ts";
import { type Asker, Left } from "./ask.ts";
import type { Kept } from "./kept.ts";
import type { Leg } from "./leg.ts";
import { batchLines, lastBatch } from "./screens/batch.ts";
import type { Given, Next, Ran, Watched, Work } from "./work.ts";

export interface MendOptions {
  kept(): Kept;
  keep(change: Partial<Kept>): Promise<void>;
  readonly width: number;
}

type Wish = "stop" | "rollback-batch" | "rollback-run";

/** @returns the runs, those of legs that were done before somebody left among them */
export async function mendLegs(work: Work, asker: Asker, options: MendOptions): Promise<readonly Ran[]> {
  const { legs, policy, inventory } = options.kept();
  if (!policy) throw new Error("Confirmed without a policy");
  const runs: Ran[] = [];
  for (const [index, leg] of legs.entries()) {
    const before = options.kept().runs[index];
    const ran =
      before === undefined
        ? await begin(work, asker, { ...options, given: { inventory, leg, policy } })
        : await goOn(work, asker, { ...options, run: before, given: { inventory, leg, policy } });
    runs.push(ran);
    if (
      ran.exitCode !== exitCodes.ok &&
      index + 1 < legs.length &&
      !(await isToGoOn(asker, legs.slice(index + 1)))
    )
      break;
  }
  return runs;
}

async function begin(
  work: Work,
  asker: Asker,
  { kept, keep, width, given }: MendOptions & { readonly given: Given },
): Promise<Ran> {
  const { leg, policy } = given;
  asker.say([
    "",
    ...wrapAll([`Mending ${howMany(leg.hosts.length, "host")}: ${leg.does.join("; then ")}`], width),
  ]);
  const begun = (run: string): Promise<void> => keep({ runs: [...kept().runs, run] });
  return watched(work, asker, { width, asks: policy.asks }, (pause) => work.run(given, { begun, ...pause }));
}

/** A run that was begun before somebody left. */
async function goOn(
  work: Work,
  asker: Asker,
  { run, width, given }: MendOptions & { readonly run: string; readonly given: Given },
): Promise<Ran> {
  const ran = await work.recorded(run);
  if (!ran) throw new Error(`The journal of ${run} is gone`);
  if (ran.exitCode === exitCodes.ok) return ran;
  const why =
    ran.exitCode === null || ran.exitCode === exitCodes.interrupted ? "stopped half way" : "did not end well";
  asker.say(["", ...wrapAll([`Run ${run} ${why}.`, ...batchLines(ran.events)], width)]);
  const wish = await asker.choose<"on" | "retry" | "back" | "verify" | null>("What is to become of it?", [
    ...(ran.exitCode === null || ran.exitCode === exitCodes.interrupted
      ? [{ value: "on" as const, name: "go on with it", about: "What was done is not done again." }]
      : []),
    { value: "retry", name: "go on, and try again what failed" },
    { value: "verify", name: "leave it as it is, and look at the hosts" },
    { value: "back", name: "take back everything that it changed" },
    { value: null, name: "leave" },
  ]);
  if (wish === null) throw new Left();
  if (wish === "verify") return ran;
  if (wish === "back") return takeBack(work, asker, { ran, hosts: null });
  return watched(work, asker, { width, asks: given.policy.asks }, (pause) =>
    work.resume(run, given, { begun: async () => {}, ...pause }, { retryFailed: wish === "retry" }),
  );
}

/** Runs, asks between batches, and does what was asked for. */
async function watched(
  work: Work,
  asker: Asker,
  { width, asks }: { readonly width: number; readonly asks: boolean },
  act: (pause: Pick<Watched, "asks" | "between">) => Promise<Ran>,
): Promise<Ran> {
  let wish: Wish | null = null;
  let askedAfter = 0;
  const ran = await act({
    asks: (next) => asks && isWorthAsking(next, askedAfter),
    between: async (next) => {
      askedAfter = next.events.length;
      wish = await askBetween(asker, next, width);
      return wish === null;
    },
  });
  const wished = wish as Wish | null;
  if (wished === "rollback-batch")
    return takeBack(work, asker, { ran, hosts: lastBatch(ran.events)?.hosts ?? [] });
  if (wished === "rollback-run") return takeBack(work, asker, { ran, hosts: null });
  if (ran.exitCode === exitCodes.interrupted || ran.exitCode === null) throw new Left();
  return ran;
}

/** Since somebody was asked last one of several batches has ended; or hosts were changed, and others come next, as after a canary that
 *  is a play of its own. Whoever has just come back, and said that it is to go on, is not asked the same once more. */
function isWorthAsking({ events, hosts }: Next, askedAfter: number): boolean {
  const since = Math.max(askedAfter, events.findLastIndex((event) => event.type === "run:resumed") + 1);
  const isNew = (found: (event: Event) => boolean): boolean => events.slice(since).some(found);
  if (isNew((event) => event.type === "batch:ended" && event.of > 1)) return true;
  const changed = new Set(events.flatMap((event) => (event.type === "change:applied" ? [event.host] : [])));
  return isNew((event) => event.type === "change:applied") && hosts.some((host) => !changed.has(host));
}

async function askBetween(asker: Asker, next: Next, width: number): Promise<Wish | null> {
  const last = lastBatch(next.events);
  asker.say(["", ...wrapAll(batchLines(next.events), width)]);
  const hosts = `${howMany(next.hosts.length, "host")}: ${firstHosts(next.hosts, 4)}`;
  try {
    return await asker.choose<Wish | null>(nextWords(next), [
      { value: null, name: `go on with it (${hosts})` },
      {
        value: "stop",
        name: "stop here",
        about: "What was done stays. kmend fix --resume comes back to here.",
      },
      {
        value: "rollback-batch",
        name: `stop, and take back the last batch (${firstHosts(last?.hosts ?? [], 4)})`,
        about: "Those hosts stand as they were before; earlier batches stay mended.",
      },
      { value: "rollback-run", name: "stop, and take back everything of this run" },
    ]);
  } catch (error) {
    // Left in the middle of a run: it ends first, in order.
    if (error instanceof Left) return "stop";
    throw error;
  }
}

function nextWords({ play, number, of }: Next): string {
  return number === 1 ? `"${play}" is next, its batch 1 of ${of}.` : `Batch ${number} of ${of} is next.`;
}

async function takeBack(
  work: Work,
  asker: Asker,
  {
    ran,
    hosts,
  }: {
    readonly ran: Ran;
    readonly hosts: readonly string[] | null;
  },
): Promise<Ran> {
  asker.say(["", `Taking back ${hosts === null ? `all of ${ran.run}` : firstHosts(hosts)}:`]);
  const back = await work.rollback(ran.run, hosts);
  if (back.exitCode !== exitCodes.ok)
    asker.say([`Not all of it could be taken back. What is left is said by`, `    kmend show ${back.run}`]);
  return { ...ran, exitCode: exitCodes.interrupted };
}

async function isToGoOn(asker: Asker, others: readonly Leg[]): Promise<boolean> {
  return asker.choose("That did not end well. Other hosts are still to be mended in another way.", [
    { value: false, name: "stop here, and look at the hosts" },
    { value: true, name: `go on with ${firstHosts(others.flatMap((leg) => leg.hosts))}` },
  ]);
}
