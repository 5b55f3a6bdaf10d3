/** What the wizard's screens say of hosts and of batches, word by word. */

import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import type { ScannedHost } from "../../src/report/report.ts";
import { tookLine } from "../../src/wizard/elsewhere.ts";
import { nothingKept } from "../../src/wizard/kept.ts";
import { likeHosts } from "../../src/wizard/like-hosts.ts";
import { rolloutReader } from "../../src/wizard/rollout-reader.ts";
import { batchLines, changedHosts, lastBatch } from "../../src/wizard/screens/batch.ts";
import { diagnosisScreen } from "../../src/wizard/screens/diagnosis.ts";
import { endScreen, isWell, verifiedScreen } from "../../src/wizard/screens/end.ts";
import { leftScreen } from "../../src/wizard/screens/left.ts";
import { begun, madeUpChange, madeUpEnds, madeUpJournal, madeUpTask } from "../report/recorded.ts";
import { judged, runOf } from "./made-up.ts";

const task = madeUpTask(1, "write", "copy");
const place = { file: "/somewhere/playbooks/kmem.yml", line: 1, column: 1 };

t.test("after it, who is not well stands first, and no host's text steers the terminal", async (t) => {
  const hosts = [
    judged("node-10", "clean", 0),
    judged("node-9", "not-affected", 3),
    judged("node-8", "unknown", null),
    { host: "node-7", problem: "failed: no\u001b[2J" },
  ];
  t.strictSame(hosts.map(isWell), [true, true, false, false]);
  t.strictSame(verifiedScreen({ "node-10": "leaking, 5 ids leaked" }, hosts, 80), [
    "Verified by the same evidence: 2 of 4 hosts no longer leak.",
    "   node-7: was not read; is now failed: no\\x1b[2J",
    "   node-8: was not read; is now unknown, an unknown number of ids leaked",
    "   node-9: was not read; is now not affected, 3 ids leaked",
    "   node-10: was leaking, 5 ids leaked; is now clean, 0 ids leaked",
  ]);
  const many = Array.from({ length: 12 }, (_, i) => judged(`node-${i}`, "clean", 0));
  t.equal(verifiedScreen({}, many, 80).at(-1), "   and 2 more that no longer leak");
});

t.test("in the end each run is told with its journal, its report and the way back", async (t) => {
  const ran = { run: "r-1", folder: "/f", exitCode: 0, report: "/r.html" };
  t.strictSame(endScreen([ran, { ...ran, run: "r-2", exitCode: null, report: null }], ["kmend run"], 80), [
    "Run r-1 ended with 0; its journal is /f",
    "  its report, to be read in a browser: /r.html",
    "Run r-2 ended with no last word; its journal is /f",
    "To read it again, and to take it back:",
    "    kmend show r-1",
    "    kmend rollback r-1",
    "    kmend show r-2",
    "    kmend rollback r-2",
    "The same without being asked:",
    "    kmend run",
  ]);
});

t.test("a batch is told of by who was lost in it, and is its own play's", async (t) => {
  const { events, add } = madeUpJournal();
  t.strictSame(batchLines(events), ["No batch has ended: see the journal for what was begun."]);
  add("batch:started", { play: 1, batch: 1, of: 2, hosts: ["a", "b", "c"] });
  add("batch:started", { play: 2, batch: 1, of: 1, hosts: ["z"] });
  const ended = { play: 1, batch: 1, of: 2, hosts: 3, takenBack: true, toCome: 1 };
  add("batch:ended", { ...ended, failed: ["a"], unreachable: ["b"] });
  t.strictSame(batchLines(events), [
    "Batch 1 of 2 ended: 1 of 3 hosts well; what failed was taken back.",
    "Failed: a",
    "Not reached: b",
    "1 host to come.",
  ]);
  t.strictSame(lastBatch(events)?.hosts, ["a", "b", "c"]);
});

t.test("hosts whose changes stand are those that were not taken back", async (t) => {
  const { events, add } = madeUpJournal();
  for (const [i, host] of ["node-10", "node-9", "node-8"].entries())
    add("change:recorded", madeUpChange(String(i), host, task));
  add("change:reverted", { change: "2", host: "node-8", task });
  add("change:recorded", madeUpChange("3", "x", { ...task, kind: "rollback" }));
  t.strictSame(changedHosts(events), ["node-9", "node-10"]);
});

t.test("a rollout is read in words that need no screen", async (t) => {
  const said = (events: readonly Event[]): string[] => {
    const lines: string[] = [];
    const reader = rolloutReader({ write: (text) => lines.push(text.trimEnd()) });
    for (const event of events) reader.read(event);
    return lines;
  };
  const { events, add } = madeUpJournal();
  const ended = madeUpEnds(task);
  add("play:started", { play: 1, name: "Mend", place, hosts: ["a"] });
  add("task:ended", ended("a", "changed"));
  add("task:ended", ended("a", "failed", { result: { msg: "no\u001b[2J", stderr: "why" } }));
  add("task:ended", ended("a", "failed", { ignored: true, result: { msg: "soft" } }));
  const tell = { ...task, module: "debug" };
  add("item:ended", {
    ...{ host: "a", task: tell, item: 1, index: 0, label: "1" },
    ...{ outcome: "ok", ignored: false, result: { msg: "0 leaked" } },
  });
  add("task:ended", ended("a", "ok", { task: tell, result: { left: 3 } }));
  add("batch:ended", {
    play: 1,
    batch: 1,
    of: 1,
    hosts: 1,
    failed: [],
    unreachable: [],
    takenBack: false,
    toCome: 0,
  });
  t.strictSame(said(events), [
    "Mend: 1 host",
    "a: changed: write",
    "a: failed: write: no\\x1b[2J: why",
    "a: 0 leaked",
    "a: left: 3",
  ]);
  const dry = madeUpJournal();
  dry.add("run:started", { ...begun, check: true });
  dry.add("task:ended", ended("a", "changed"));
  t.strictSame(said(dry.events), ["a: would change: write"]);
  t.ok(said(runOf([["a"], ["b"]])).some((line) => line.startsWith("Batch 1 of 2 ended:")));
});

t.test(
  "what was found: the worst of a group by name, of those that were not read the first five",
  async (t) => {
    const host = (name: string, kmemIds: number): ScannedHost => judged(name, "leaking", kmemIds);
    const unread = (count: number): ScannedHost[] =>
      Array.from({ length: count }, (_, i) => ({ host: `gone-${i}`, problem: "failed: no\u001b[2J" }));
    const screen = (count: number): string[] => {
      const hosts = [...Array.from({ length: 6 }, (_, i) => host(`node-${i}`, i)), ...unread(count)];
      return diagnosisScreen(likeHosts(hosts, []), hosts, 200);
    };
    t.strictSame(
      screen(0).flatMap((line) => /^ {3}- (node-\d): (\S+) cgroups leaked/.exec(line)?.[1] ?? []),
      ["node-5", "node-4", "node-3", "node-2", "node-1"],
    );
    t.ok(screen(0).includes("   and 1 more, which leaked less"));
    t.equal(screen(5).at(-1), "   gone-4: failed: no\\x1b[2J");
    t.equal(screen(6).at(-1), "   and 1 more");
  },
);

t.test("whoever leaves is told what stands of each run, and how to take back the last", async (t) => {
  const ran = (run: string) => ({
    run,
    folder: "/f",
    exitCode: 0,
    events: run === "r-2" ? runOf([["a"]]) : [],
  });
  const left = (runs: readonly string[]) =>
    leftScreen(
      { ...nothingKept, runs },
      { recorded: async (run) => ran(run) },
      { width: 80, comeBack: "kmend fix --resume" },
    );
  t.strictSame(await left([]), [
    "Left. Nothing was changed on any host.",
    "To come back to here:",
    "    kmend fix --resume",
  ]);
  t.strictSame(await left(["r-1", "r-2"]), [
    "Left in the middle. What stands:",
    "- run r-1: changes on no host",
    "- run r-2: changes on a",
    "To come back to here:",
    "    kmend fix --resume",
    "To take back the last run instead:",
    "    kmend rollback r-2",
  ]);
});

t.test("how long it took is told in seconds below two minutes", async (t) => {
  const line = (...batchSeconds: number[]): string => tookLine({ runs: 1, batchSeconds });
  t.equal(line(119), "119 s for one batch by the same playbook, in 1 earlier run");
  t.match(line(0.2, 120), /^1 s to 2 min for each of 2 batches/);
  t.match(line(40, 40.4), /^40 s for each/);
  t.equal(tookLine(null), "not known: no earlier run here did it");
});
