/** Metrics of recorded and made-up runs: they say what the summary says, and promtool takes them. */

import { spawnSync } from "node:child_process";
import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { runSummary, type ScannedHost } from "../../src/report/report.ts";
import { metrics } from "../../src/telemetry/metrics.ts";
import { mostHosts } from "../../src/telemetry/scan-families.ts";
import {
  exposition,
  type Family,
  runFamilies,
  runState,
  scanFamilies,
} from "../../src/telemetry/telemetry.ts";
import {
  begun,
  hostileRun,
  hostileTexts,
  madeUpEnds,
  madeUpJournal,
  madeUpTask,
  type Recorded,
  recapOf,
  recordedEvents,
} from "../report/recorded.ts";
import { unpackedProgram } from "../unpacked.ts";

const recorded: readonly Recorded[] = ["failed", "plan", "mended", "rollback", "locked-out"];

function familiesOf(events: readonly Event[]): readonly Family[] {
  const { state, take } = runState();
  for (const event of events) take(event);
  return runFamilies(state);
}

/** Values of one metric by its label; a metric without one has its value below "". */
function values(families: readonly Family[], name: string): Record<string, number> {
  const samples = families.find((family) => family.name === name)?.samples ?? [];
  return Object.fromEntries(samples.map(({ labels, value }) => [Object.values(labels).join(), value]));
}

const program = unpackedProgram("promtool");
const needsPromtool = program === null ? { skip: "there is no promtool here" } : {};

/** What it says of the text; empty: nothing is wrong. */
function promtool(text: string): string {
  const { status, stdout, stderr } = spawnSync(program ?? "", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  return status === 0 && stderr === "" ? "" : `${status} ${stdout}${stderr}`;
}

const count = (events: readonly Event[], type: Event["type"]): number =>
  events.filter((event) => event.type === type).length;

t.test("of recorded runs", async (t) => {
  for (const name of recorded) {
    const events = recordedEvents(name);
    const families = familiesOf(events);
    const { take, written } = runSummary({ run: begun.run, folder: "/" });
    for (const event of events) take(event);
    const summary = written();

    const ends: Record<string, number> = {};
    for (const { end } of Object.values(summary.hosts)) {
      const word = end.replace(",", "").replaceAll(" ", "_");
      ends[word] = (ends[word] ?? 0) + 1;
    }
    const { waiting: _, ...standing } = values(families, "kmend_run_hosts");
    t.strictSame(
      Object.fromEntries(Object.entries(standing).filter(([, number]) => number > 0)),
      ends,
      `${name}: hosts stand as the summary says`,
    );
    t.equal(values(families, "kmend_run_exit_code")[""], summary.exitCode);
    t.equal(values(families, "kmend_run_running")[""], 0);
    t.equal(
      values(families, "kmend_run_ended_timestamp_seconds")[""],
      Date.parse(summary.endedAt ?? "") / 1000,
    );
    t.equal(values(families, "kmend_run_duration_seconds")[""], summary.seconds);
    t.match(values(families, "kmend_run_end_reason"), { [summary.reason ?? ""]: 1 });
    t.strictSame(values(families, "kmend_run_changes"), {
      recorded: count(events, "change:recorded"),
      applied: count(events, "change:applied"),
      failed: count(events, "change:failed"),
      reverted: count(events, "change:reverted"),
      revert_failed: count(events, "change:revert-failed"),
    });
    const tasks = Object.values(values(families, "kmend_run_tasks"));
    t.equal(
      tasks.reduce((sum, each) => sum + each, 0),
      count(events, "task:ended"),
      "each task that ended is counted once",
    );
  }
});

t.test("a plan says how many predictions of each kind it made, and other runs do not", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", { ...begun, command: "plan" });
  for (const says of ["change", "change", "right", "unknown"] as const)
    add("prediction:made", { host: "a", task: madeUpTask(1, "first"), says });
  const none = { skip: 0, fail: 0, unreachable: 0 };
  t.strictSame(values(familiesOf(events), "kmend_run_predictions"), {
    change: 2,
    right: 1,
    unknown: 1,
    ...none,
  });
  t.strictSame(values(familiesOf(recordedEvents("mended")), "kmend_run_predictions"), {});
});

t.test("while it runs", async (t) => {
  const { events, add } = madeUpJournal();
  const now = (name: string): Record<string, number> => values(familiesOf(events), name);
  const hosts = (): Record<string, number> =>
    Object.fromEntries(Object.entries(now("kmend_run_hosts")).filter(([, number]) => number > 0));
  const place = { file: "site.yml", line: 1, column: 1 };
  const task = madeUpTask(1, "first");
  const end = (host: string, outcome: "ok" | "changed" | "failed" | "unreachable", more = {}): void =>
    add("task:ended", madeUpEnds(task)(host, outcome, more));

  t.strictSame(familiesOf(events), [], "before it has begun there is nothing to say");
  add("run:started", begun);
  add("play:started", { play: 1, name: "", place, hosts: ["a", "b", "c", "d"] });
  t.strictSame(hosts(), { waiting: 4 });
  t.strictSame(now("kmend_run_running"), { "": 1 });
  t.strictSame(now("kmend_run_exit_code"), {}, "nothing is claimed of how it ends");
  add("batch:started", { play: 1, batch: 1, of: 2, hosts: ["a", "b"] });
  t.strictSame(hosts(), { waiting: 2, running: 2 });
  end("a", "changed");
  end("b", "failed", { ignored: true });
  end("b", "failed", { rescued: true });
  t.strictSame(hosts(), { waiting: 2, running: 2 }, "what was ignored or rescued is no failure");
  end("b", "failed");
  t.strictSame(hosts(), { waiting: 2, running: 1, failed: 1 });
  t.match(now("kmend_run_tasks"), { changed: 1, failed: 1, rescued: 1, ignored: 1, ok: 0 });
  add("deadman:armed", { host: "a", folder: "/", from: "x", withinS: 60, due: "" });
  t.strictSame(now("kmend_run_armed_hosts"), { "": 1 });
  add("deadman:disarmed", { host: "a", folder: "/", why: "confirmed" });
  t.strictSame(now("kmend_run_armed_hosts"), { "": 0 });
  add("gate:ended", { play: 1, batch: 1, held: false });
  t.strictSame(now("kmend_run_gates"), { held: 0, broken: 1 });
  add("batch:ended", {
    play: 1,
    batch: 1,
    of: 2,
    hosts: 2,
    failed: ["b"],
    unreachable: [],
    takenBack: false,
    toCome: 2,
  });
  t.strictSame(hosts(), { waiting: 2, changed: 1, failed: 1 });
  t.strictSame(now("kmend_run_batches"), { begun: 1, ended: 1 });
  add("run:limit-reached", { keyword: "max_fail_hosts", allowed: 0, failed: ["b"], of: 2 });
  t.strictSame(now("kmend_run_limit_reached"), { "": 1 });
  add("run:ended", {
    exitCode: 6,
    seconds: 12.5,
    reason: "limit",
    recap: { a: recapOf({ changed: 1, ok: 1 }), b: recapOf({ failed: 1, rescued: 1, ignored: 1 }) },
  });
  t.strictSame(hosts(), { waiting: 2, changed: 1, failed: 1 }, "who was never begun still waits");
  t.match(now("kmend_run_exit_code"), { "": 6 });
  t.match(now("kmend_run_end_reason"), { limit: 1, failed: 0, done: 0 });
  t.match(now("kmend_run_duration_seconds"), { "": 12.5 });

  add("run:resumed", { kmend: "0.1.0", options: {}, hadEnded: true, limit: null });
  t.strictSame(now("kmend_run_exit_code"), {}, "one that goes on has not ended");
  t.strictSame(now("kmend_run_running"), { "": 1 });
  t.strictSame(now("kmend_run_limit_reached"), { "": 0 });
  t.equal(now("kmend_run_started_timestamp_seconds")[""], Date.parse(events.at(-1)?.at ?? "") / 1000);
  add("batch:started", { play: 1, batch: 1, of: 2, hosts: ["a", "b"] });
  t.strictSame(hosts(), { waiting: 2, running: 1, failed: 1 }, "it failed, until it tries again");
  add("host:started", { host: "b", task });
  t.strictSame(hosts(), { waiting: 2, running: 2 });
  add("rollback:started", { scope: "host", hosts: ["b"], reason: "" });
  add("rollback:ended", { hosts: { b: "rolled back, but different", a: "nothing to do" } });
  t.strictSame(hosts(), { waiting: 2, changed: 1, rolled_back_but_different: 1 });
});

t.test("a plan that is carried out says how its predictions did", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", { ...begun, command: "apply" });
  const held = { host: "a", task: madeUpTask(1, "first"), said: "change", happened: "change" } as const;
  t.strictSame(values(familiesOf(events), "kmend_run_predictions_held"), {});
  add("plan:opened", { sum: "", plan: "", madeAt: "", validUntil: "", definite: 2, drift: [] });
  add("prediction:kept", held);
  add("prediction:broken", { ...held, happened: "fail" });
  t.strictSame(values(familiesOf(events), "kmend_run_predictions_held"), { kept: 1, broken: 1 });
});

/** A host of which only what metrics read is made up. */
function scanned(
  host: string,
  verdict: string,
  { leaked = 0, left = 65_000, secondsLeft = null as number | null } = {},
): ScannedHost {
  return {
    host,
    diagnosis: { verdict, leaked: { kmemIds: leaked }, idsLeft: left },
    exhaustion: { kind: secondsLeft === null ? "none" : "dated", secondsLeft },
  } as unknown as ScannedHost;
}

t.test("of a scan", async (t) => {
  const found = scanFamilies(
    [
      scanned("node-10", "leaking", { leaked: 40_000, left: 25_535, secondsLeft: 3600 }),
      scanned("node-2", "clean"),
      scanned("swapped", "still-leaking-after-swap"),
      scanned("dark", "unknown"),
      { host: "gone", problem: "unreachable: no route" },
    ],
    1_000_000,
  );
  t.strictSame(values(found, "kmend_scan_hosts"), {
    leaking: 1,
    "still-leaking-after-swap": 1,
    clean: 1,
    "not-affected": 0,
    unknown: 1,
    unreached: 1,
  });
  t.strictSame(
    values(found, "kmend_host_leaking"),
    { "node-10": 1, "node-2": 0, swapped: 1 },
    "nobody passes for clean whom nobody could judge",
  );
  t.match(values(found, "kmend_host_leaked_cgroups"), { "node-10": 40_000 });
  t.match(values(found, "kmend_host_ids_left"), { "node-10": 25_535 });
  t.strictSame(values(found, "kmend_host_exhausted_timestamp_seconds"), { "node-10": 1000 + 3600 });

  const many = scanFamilies(
    Array.from({ length: mostHosts + 7 }, (_, n) => scanned(`n${n}`, "clean")),
    0,
  );
  t.equal(Object.keys(values(many, "kmend_host_ids_left")).length, mostHosts, "there is a bound");
  t.strictSame(values(many, "kmend_scan_left_out_hosts"), { "": 7 });
  t.equal(values(many, "kmend_scan_hosts")["clean"], mostHosts + 7);
});

t.test("however large the fleet, a run has as many series as a small one", async (t) => {
  const series = (hosts: number): number => {
    const { events, add } = madeUpJournal();
    add("run:started", begun);
    const names = Array.from({ length: hosts }, (_, n) => `n${n}`);
    add("batch:started", { play: 1, batch: 1, of: 1, hosts: names });
    for (const [n, host] of names.entries())
      add("task:ended", madeUpEnds(madeUpTask(n, `task ${n}`))(host, "ok"));
    return familiesOf(events).flatMap(({ samples }) => samples).length;
  };
  t.equal(series(500), series(1));
});

t.test("promtool takes all of it, hostile names too", needsPromtool, async (t) => {
  for (const name of recorded)
    t.equal(promtool(exposition(familiesOf(recordedEvents(name)), "prometheus", { file: name })), "", name);
  const hostile = [
    ...hostileTexts.map((text) => scanned(text, "leaking", { secondsLeft: 1 })),
    scanned('quote" back\\slash \n# TYPE owned counter\nowned 1', "clean"),
    scanned("\ud800 half", "clean"),
  ];
  const text = exposition([...familiesOf(hostileRun()), ...scanFamilies(hostile, 0)], "prometheus", {
    file: 'a"b\\c\nd',
  });
  t.equal(promtool(text), "");
  t.notMatch(text, /^owned/m, "no name begins a line of its own");
  t.notMatch(text, "\u001b", "and none moves a cursor");
  t.not(promtool('kmend_x{a="b} 1\n'), "", "promtool would have said so");
});

t.test("as OpenMetrics it has units, and an end", async (t) => {
  const text = exposition(familiesOf(recordedEvents("mended")), "openmetrics");
  t.match(text, /\n# UNIT kmend_run_duration_seconds seconds\n/);
  t.ok(text.endsWith("\n# EOF\n"));
  t.equal(text.match(/# EOF/g)?.length, 1);
  t.notMatch(text, /\n\n/);
  t.notMatch(exposition([], "prometheus"), "EOF");
});

t.test("names end with their base unit, and no other name does", async (t) => {
  for (const [name, metric] of Object.entries(metrics))
    t.equal("unit" in metric, name.endsWith("_seconds"), name);
});
