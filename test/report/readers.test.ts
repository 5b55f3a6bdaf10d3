/** What each reader makes of a run's events, beyond the small run of report.test.ts: loops, retries, delegates, colours, levels. */

import t from "tap";
import type { Event, Events, Recap, TaskRef } from "../../src/journal/journal.ts";
import {
  ansibleJson,
  fleetView,
  ndjsonReader,
  type Paper,
  paintFleet,
  plainReader,
  prettyReader,
  type Reader,
} from "../../src/report/report.ts";
import { type Add, madeUpChange, madeUpEnds, madeUpJournal, madeUpTask, recapOf } from "./recorded.ts";

const place = { file: "site.yml", line: 1, column: 3 };
const task = madeUpTask(1, "write");
const steering = "\u001b[2J\u202e";
const controls = /[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/;

type Ended = Events["task:ended"];
const endedOn = madeUpEnds(task);
const ended = (outcome: Ended["outcome"], more: Partial<Ended> = {}): Ended => endedOn("a", outcome, more);
const item = (outcome: Ended["outcome"], more: Partial<Events["item:ended"]> = {}): Events["item:ended"] => ({
  host: "a",
  task,
  item: 1,
  index: 0,
  label: "1",
  outcome,
  ignored: false,
  result: {},
  ...more,
});

async function said(
  make: (paper: Paper) => Reader,
  fill: (add: Add) => void,
  { colour = false, columns = 80 } = {},
): Promise<string> {
  const { events, add } = madeUpJournal();
  fill(add);
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const reader = make({ write, colour, columns, rows: 24 });
  for (const event of events) reader.read(event);
  await reader.end();
  return text;
}

const plain =
  (verbosity = 0, diff = false) =>
  (paper: Paper): Reader =>
    plainReader(paper, { verbosity, diff });
const pretty =
  (diff = false) =>
  (paper: Paper): Reader =>
    prettyReader(paper, { diff });

t.test("paper: each round of a loop, and of the whole only what they did not say", async (t) => {
  t.equal(
    await said(plain(), (add) => {
      add("item:ended", item("ok"));
      add("item:ended", item("failed", { label: "2", result: { msg: "no", failed: true } }));
      add("item:ended", item("failed", { label: "3", ignored: true, result: { msg: "never mind" } }));
      add("task:ended", ended("failed", { result: { msg: "One or more items failed" } }));
      add("task:ended", ended("changed", { host: "b" }));
      add("item:ended", item("skipped", { host: "c" }));
      add("task:ended", ended("skipped", { host: "c" }));
    }),
    `ok: [a] => (item=1)
failed: [a] (item=2) => {"msg": "no"}
failed: [a] (item=3) => {"msg": "never mind"}
...ignoring
changed: [b]
skipping: [c] => (item=1)
skipping: [c]
`,
  );
});

t.test(
  "paper: where it was done, what is tried again, and each level of a message at its place",
  async (t) => {
    t.equal(
      await said(plain(), (add) => {
        add("task:ended", ended("failed", { delegate: "b", result: { msg: "no" } }));
        add("task:retrying", { host: "a", task, attempt: 1, retriesLeft: 2 });
        add("task:retrying", { host: "a", task, attempt: 2, retriesLeft: 1, said: "half" });
        add("message:said", { level: "info", text: "included", place });
        add("message:said", { level: "warning", text: "old", place });
        add("message:said", { level: "error", text: "gone" });
      }),
      `fatal: [a -> b]: FAILED! => {"msg": "no"}
FAILED - RETRYING: [a]: write (2 retries left).
FAILED - RETRYING: [a]: write (1 retries left). half
site.yml:1:3: included
[WARNING]: site.yml:1:3: old
ERROR! gone
`,
    );
  },
);

t.test(
  "paper: results of what went well from -v on, and stars to the edge, at most to column 80",
  async (t) => {
    const well = (add: Add): void => add("task:ended", ended("ok", { result: { rc: 0 } }));
    t.equal(await said(plain(0), well), "ok: [a]\n");
    t.equal(await said(plain(1), well), 'ok: [a] => {"rc": 0}\n');
    const begins = (add: Add): void => add("play:started", { play: 1, name: "p", place, hosts: [] });
    for (const [columns, width] of [
      [40, 40],
      [80, 80],
      [200, 80],
    ] as const)
      t.equal((await said(plain(), begins, { columns })).trim().length, width, `${columns} columns`);
  },
);

t.test("a change without a way back is told of once, and not where a rollback makes it", async (t) => {
  const wayBack = { kind: "none", reason: "a command" } as const;
  const ofRollback: TaskRef = { ...madeUpTask(2, "back"), kind: "rollback" };
  const fill = (add: Add): void => {
    add("change:recorded", madeUpChange("1", "a", task, { wayBack }));
    add("change:recorded", madeUpChange("2", "b", task, { wayBack }));
    add("change:recorded", madeUpChange("3", "a", ofRollback, { wayBack }));
  };
  t.equal(await said(plain(), fill), "no way back: a command\n");
  t.equal(await said(pretty(), fill), "  write: no way back: a command\n");
});

t.test("a terminal names a failure that counts, and none that is ignored", async (t) => {
  const shown = await said(pretty(), (add) => {
    add("play:started", { play: 1, name: "Mend", place, hosts: ["a"] });
    add("task:started", { task, hosts: ["a"] });
    add("task:ended", ended("failed", { ignored: true, result: { msg: "soft" } }));
    add("task:ended", ended("failed", { result: { msg: "hard", stderr: "because" } }));
    add("run:ended", { exitCode: 2, seconds: 1, recap: { a: recapOf({ failed: 1 }) } });
  });
  t.match(shown, /^Mend {2}1 host$/m);
  t.match(shown, /^ {2}✖ a: write: hard: because$/m);
  t.equal(shown.match(/✖ a: write/g)?.length, 1);
});

t.test(
  "a terminal ticks no task off that some host was lost on, and a way out stands below its host",
  async (t) => {
    const hosts = ["a", "b"];
    const shown = await said(pretty(), (add) => {
      add("task:started", { task, hosts });
      add("task:ended", ended("ok", { host: "b" }));
      add("task:ended", ended("failed", { result: { msg: "no such name\n  Did you mean 'b'?" } }));
      add("task:started", { task: madeUpTask(2, "later"), hosts: ["b"] });
      const ignored = { ignored: true, result: { msg: "not there\nand more" } };
      add("task:ended", ended("failed", { host: "b", task: madeUpTask(2, "later"), ...ignored }));
    });
    t.equal(
      shown,
      "✖ write  1 ok, 1 failed\n  ✖ a: write: no such name\n      Did you mean 'b'?\n✔ later  1 failed\n  ignored: b: later: not there\n",
    );
  },
);

t.test("more failures than are shown are counted anew for each task", async (t) => {
  const hosts = Array.from({ length: 11 }, (_, i) => `node-${i}`);
  const shown = await said(pretty(), (add) => {
    for (const each of [task, madeUpTask(2, "later")]) {
      add("task:started", { task: each, hosts });
      for (const host of hosts) add("task:ended", ended("failed", { host, task: each }));
    }
  });
  t.strictSame(shown.match(/and \d+ more hosts?/g), ["and 1 more host", "and 1 more host"]);
  const ignored = await said(pretty(), (add) => {
    add("task:started", { task, hosts });
    for (const host of hosts) add("task:ended", ended("failed", { host, ignored: true }));
  });
  t.match(ignored, /^✔ .*\n(?: {2}ignored: node-\d: write: .*\n){10} {2}ignored: and 1 more host\n$/);
});

t.test("a terminal has one line for tasks in a row that every host skipped", async (t) => {
  const hosts = ["a", "b"];
  const shown = await said(pretty(), (add) => {
    const run = (number: number, ...outcomes: readonly ("ok" | "skipped")[]): void => {
      const each = madeUpTask(number, `task ${number}`);
      add("task:started", { task: each, hosts });
      for (const [i, outcome] of outcomes.entries())
        add("task:ended", ended(outcome, { task: each, host: hosts[i] ?? "" }));
    };
    run(1, "skipped", "skipped");
    run(2, "ok", "skipped");
    for (const number of [3, 4, 5]) run(number, "skipped", "skipped");
    const nobody = { failed: [], unreachable: [], takenBack: false };
    add("batch:ended", { play: 1, batch: 1, of: 2, hosts: 2, toCome: 2, ...nobody });
    add("message:said", { level: "warning", text: "look out" });
    run(6, "skipped", "skipped");
    run(7, "skipped", "skipped");
  });
  t.equal(
    shown,
    "– task 1  skipped\n✔ task 2  1 ok, 1 skipped\n– 3 tasks skipped: task 3 … task 5\n\nbatch 1 of 2 ended at 2026-11-25T00:00:00Z: 2 well; 2 hosts to come\nlook out\n– 2 tasks skipped: task 6 … task 7\n",
  );
});

t.test("a terminal keeps a soak's own words when it is over", async (t) => {
  const shown = await said(pretty(), (add) => {
    add("task:started", { task, hosts: ["a"] });
    add("task:ended", ended("ok"));
    add("soak:started", { play: 1, batch: 1, of: 2, seconds: 60, until: "2026-11-25T00:01:00.000Z" });
    add("task:started", { task: madeUpTask(2, "later"), hosts: ["a"] });
    add("task:ended", ended("ok", { task: madeUpTask(2, "later") }));
  });
  t.strictSame(shown.match(/(?<=✔ ).*/g), [
    "write  1 ok",
    "soak of 1 min after batch 1 of 2, until 2026-11-25T00:01:00Z",
    "later  1 ok",
  ]);
});

t.test(
  "a recap of up to twelve hosts has a line for each, whoever is unreachable is in trouble",
  async (t) => {
    const recap = (count: number): Record<string, Recap> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`node-${i + 1}`, recapOf({ ok: 1 })]));
    const lines = async (given: Record<string, Recap>): Promise<string[]> =>
      (await said(pretty(), (add) => add("run:ended", { exitCode: 0, seconds: 1, recap: given })))
        .trim()
        .split("\n");
    t.equal((await lines(recap(12))).length, 12);
    t.strictSame(await lines(recap(13)), ["✔ 13 hosts (node-1, node-2, node-3, …): 1 ok"]);
    const lost = Object.fromEntries(
      Object.keys(recap(13)).map((host) => [host, recapOf({ unreachable: 1 })]),
    );
    t.match((await lines(lost))[0], /^✖ 13 hosts \(.*node-13\): 1 unreachable$/);
  },
);

t.test("colours are those of Ansible's output, and take no room", async (t) => {
  const fill = (add: Add): void => {
    add("run:ended", {
      exitCode: 4,
      seconds: 1,
      recap: { a: recapOf({ ok: 1 }), b: recapOf({ changed: 1 }), c: recapOf({ unreachable: 1 }) },
    });
  };
  const [coloured, bare] = [await said(plain(), fill, { colour: true }), await said(plain(), fill)];
  t.match(coloured, "\u001b[32ma\u001b[0m");
  t.match(coloured, "\u001b[33mb\u001b[0m");
  t.match(coloured, "\u001b[31mc\u001b[0m");
  t.equal(coloured.replaceAll(/\u001b\[\d+m/g, ""), bare);
  const diff = [{ beforeHeader: "x", afterHeader: "x", before: "one\n", after: "two\n" }];
  const changed = (add: Add): void => add("task:ended", ended("changed", { diff }));
  t.match(
    await said(plain(0, true), changed, { colour: true }),
    "\u001b[31m-one\u001b[0m\n\u001b[32m+two\u001b[0m",
  );
});

t.test("a diff of equal texts is nothing, of others it has three lines around", async (t) => {
  const lines = Array.from({ length: 9 }, (_, i) => `${i}\n`).join("");
  const diff = [
    { beforeHeader: "same", afterHeader: "same", before: "x\n", after: "x\n" },
    { beforeHeader: "", afterHeader: "", before: lines, after: lines.replace("4", "four") },
  ];
  t.equal(
    await said(plain(0, true), (add) => add("task:ended", ended("changed", { diff }))),
    "--- before\n+++ after\n@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n\nchanged: [a]\n",
  );
});

t.test("no word of a host or a playbook steers the terminal, whatever it is part of", async (t) => {
  const name = `x${steering}`;
  const bad = madeUpTask(1, name);
  const diff = [{ beforeHeader: name, afterHeader: name, before: "one\n", after: `${name}\n` }];
  const fill = (add: Add): void => {
    add("play:started", { play: 1, name, place, hosts: ["a"] });
    add("task:started", { task: bad, hosts: ["a"] });
    add("change:recorded", madeUpChange("1", "a", bad, { wayBack: { kind: "none", reason: name } }));
    for (const outcome of ["ok", "failed"] as const)
      add("item:ended", item(outcome, { task: bad, label: name }));
    add("task:retrying", { host: "a", task: bad, attempt: 1, retriesLeft: 1, said: name });
    add("task:ended", ended("failed", { task: bad, result: { msg: name }, diff }));
    add("task:ended", ended("ok", { task: { ...bad, module: "debug" }, result: { msg: name } }));
    for (const level of ["info", "warning", "error"] as const) add("message:said", { level, text: name });
  };
  const readers = { plain: plain(4, true), pretty: pretty(true), ndjson: ndjsonReader, json: ansibleJson };
  for (const [reader, make] of Object.entries(readers)) {
    const shown = await said(make, fill);
    t.notMatch(shown, controls, reader);
    t.match(shown, /\\(x1b|u001b)\[2J\\u202e/, `${reader} shows it`);
  }
});

t.test("json: each outcome as Ansible's callback marks it, in its own play", async (t) => {
  const json = JSON.parse(
    await said(ansibleJson, (add) => {
      for (const play of [1, 2]) {
        add("play:started", { play, name: `p${play}`, place, hosts: ["a"] });
        add("task:started", { task: madeUpTask(play, `t${play}`), hosts: ["a"] });
      }
      const later = madeUpTask(2, "t2");
      const outcomes = ["ok", "changed", "skipped", "failed", "unreachable"] as const;
      const diff = [{ beforeHeader: "x", afterHeader: "x", before: "", after: "1" }];
      for (const outcome of outcomes)
        add(
          "task:ended",
          ended(outcome, { host: outcome, task: later, ...(outcome === "changed" ? { diff } : {}) }),
        );
      add("message:said", { level: "info", text: "by the way" });
      add("message:said", { level: "warning", text: "old" });
      add("change:revert-failed", { change: "1", host: "a", task, kind: "failed", message: "no" });
    }),
  );
  t.strictSame(
    json.plays.map(({ tasks }: { tasks: { task: { name: string } }[] }) =>
      tasks.map((each) => each.task.name),
    ),
    [["t1"], ["t2"]],
  );
  const action = "command";
  t.strictSame(json.plays[1].tasks[0].hosts, {
    ok: { action, changed: false },
    changed: {
      action,
      changed: true,
      diff: [{ beforeHeader: "x", afterHeader: "x", before: "", after: "1" }],
    },
    skipped: { action, changed: false, skipped: true },
    failed: { action, changed: false, failed: true },
    unreachable: { action, changed: false, unreachable: true },
  });
  t.strictSame(json.kmend.messages, [{ level: "warning", text: "old" }]);
  t.match(json.kmend.rollback, [{ type: "change:revert-failed", message: "no" }]);
});

t.test("the live view: the newest failures, how fast it goes, how long it takes", async (t) => {
  const hosts = Array.from({ length: 8 }, (_, i) => `node-${i + 1}`);
  const { events, add } = madeUpJournal();
  add("batch:started", { play: 1, batch: 1, of: 2, hosts });
  add("task:started", { task, hosts });
  add("host:started", { host: "left over", task });
  add("task:started", { task, hosts });
  for (const host of hosts.slice(1, 4))
    add("task:ended", ended("failed", { host, result: { msg: `no ${host}` } }));
  add("task:ended", ended("failed", { host: "node-1", ignored: true, result: { msg: "soft" } }));
  const { view, take } = fleetView();
  for (const event of events) take(event);
  const at = (seconds: number, columns = 120): string[] =>
    paintFleet(view, { columns, rows: 6, now: view.startedAt + seconds * 1000 });
  t.strictSame(at(60), [
    "batch 1/2 [████████████············] 4/8 hosts  4 failed  0.1/s  1m00s left",
    "✖ node-3: write: no node-3",
    "✖ node-4: write: no node-4",
  ]);
  t.match(at(59)[0], /0\.1\/s {2}59s left$/);
  const width = at(60)[1]?.length ?? 0;
  t.equal(at(60, width)[1], "✖ node-3: write: no node-3", "what just fits is whole");
  t.equal(at(60, width - 1)[1], "✖ node-3: write: no node…");
  add("play:started", { play: 2, name: "second", place, hosts });
  take(events.at(-1) as Event);
  t.notMatch(at(60)[0], "batch", "the next play has its own batches");
});
