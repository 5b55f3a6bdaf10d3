import t from "tap";
import type { Event, EventName, Events, TaskRef } from "../../src/journal/journal.ts";
import {
  ansibleJson,
  changesTable,
  fleetView,
  ndjsonReader,
  type Paper,
  paintFleet,
  plainReader,
  planSummary,
  prettyReader,
  type Reader,
} from "../../src/report/report.ts";
import { madeUpChange, madeUpEnds, recapOf } from "./recorded.ts";

const place = { file: "site.yml", line: 3, column: 5 };
const task = (name: string, module = "command"): TaskRef => ({
  id: `1.${name}`,
  name,
  module,
  place,
  kind: "task",
});
const ended = (
  host: string,
  ref: TaskRef,
  outcome: Events["task:ended"]["outcome"],
  more: Partial<Events["task:ended"]> = {},
) => event("task:ended", madeUpEnds(ref)(host, outcome, more));

let n = 0;
function event<Name extends EventName>(type: Name, body: Events[Name]): Event {
  n += 1;
  return { n, at: `2026-11-25T00:00:0${n % 10}.000Z`, type, ...body } as unknown as Event;
}

/** A small run: one host changes a file, one fails, one cannot be reached, a loop, a skip, an ignored failure. */
const run: readonly Event[] = [
  event("play:started", { play: 1, name: "first", place, hosts: ["a", "b"] }),
  event("batch:started", { play: 1, batch: 1, of: 2, hosts: ["a", "b"] }),
  event("task:started", { task: task("write"), hosts: ["a", "b"] }),
  ended("a", task("write"), "changed", {
    diff: [{ beforeHeader: "/etc/x", afterHeader: "/etc/x", before: "one\n", after: "two\n" }],
    wayBack: { kind: "revert" },
  }),
  ended("b", task("write"), "failed", {
    result: { rc: 1, msg: "non-zero return code", stderr: "\u001b[31mno" },
  }),
  event("task:started", { task: task("say", "debug"), hosts: ["a"] }),
  ended("a", task("say", "debug"), "ok", { result: { msg: "hello", changed: false } }),
  event("task:started", { task: task("loop"), hosts: ["a"] }),
  event("item:ended", {
    host: "a",
    task: task("loop"),
    item: 1,
    index: 0,
    label: "1",
    outcome: "changed",
    ignored: false,
    result: {},
  }),
  ended("a", task("loop"), "changed", {
    result: { results: [] },
    wayBack: { kind: "none", reason: "a command" },
  }),
  event("task:started", { task: task("maybe"), hosts: ["a"] }),
  ended("a", task("maybe"), "skipped", { result: { skip_reason: "Conditional result was False" } }),
  event("task:started", { task: task("try"), hosts: ["a"] }),
  ended("a", task("try"), "failed", { ignored: true, result: { msg: "no" } }),
  ended("c", task("try"), "unreachable", { result: { msg: "refused", unreachable: true } }),
  event("run:ended", {
    exitCode: 4,
    seconds: 1,
    recap: {
      b: recapOf({ failed: 1 }),
      a: recapOf({ ok: 4, changed: 2, skipped: 1, ignored: 1 }),
      c: recapOf({ unreachable: 1 }),
    },
  }),
];

const plain = `
PLAY [first] *******************************************************************

TASK [write] *******************************************************************
--- /etc/x
+++ /etc/x
@@ -1,1 +1,1 @@
-one
+two

changed: [a]
fatal: [b]: FAILED! => {"msg": "non-zero return code", "rc": 1, "stderr": "\\u001b[31mno"}

TASK [say] *********************************************************************
ok: [a] => {
    "msg": "hello"
}

TASK [loop] ********************************************************************
changed: [a] => (item=1)

TASK [maybe] *******************************************************************
skipping: [a]

TASK [try] *********************************************************************
fatal: [a]: FAILED! => {"msg": "no"}
...ignoring
fatal: [c]: UNREACHABLE! => {"msg": "refused", "unreachable": true}

PLAY RECAP *********************************************************************
a                          : ok=4    changed=2    unreachable=0    failed=0    skipped=1    rescued=0    ignored=1   
b                          : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   
c                          : ok=0    changed=0    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0   

`;

async function written(
  make: (paper: Paper) => Reader,
  events: readonly Event[],
  columns = 80,
): Promise<string> {
  let text = "";
  const paper = { write: (more: string) => (text += more), colour: false, columns, rows: 24 };
  const reader = make(paper);
  for (const each of events) reader.read(each);
  await reader.end();
  return text;
}

t.test("plain output has the lines that people's scripts know from Ansible", async (t) => {
  t.equal(await written((paper) => plainReader(paper, { verbosity: 0, diff: true }), run), plain);
});

t.test("no control character of a host reaches the terminal", async (t) => {
  const hostile = [
    ended("a", task("\u001b]0;title\u0007"), "failed", { result: { msg: "\u001b[2J\r\u0000" } }),
  ];
  for (const make of [
    (paper: Paper) => plainReader(paper, { verbosity: 4, diff: true }),
    (paper: Paper) => prettyReader(paper, { diff: true }),
  ])
    t.notMatch(await written(make, hostile), /[\u0000-\u0008\u000b-\u001f]/);
});

t.test("json output has the shape of Ansible's json callback", async (t) => {
  const json = JSON.parse(await written(ansibleJson, run));
  t.same(Object.keys(json).sort(), ["custom_stats", "global_custom_stats", "kmend", "plays", "stats"]);
  t.same(json.stats.b, {
    ok: 0,
    changed: 0,
    unreachable: 0,
    failures: 1,
    skipped: 0,
    rescued: 0,
    ignored: 0,
  });
  t.equal(json.plays[0].tasks[0].hosts.b.msg, "non-zero return code");
  t.equal(json.plays[0].tasks[0].hosts.a.changed, true);
});

t.test("ndjson output is the journal's events, line by line", async (t) => {
  const lines = (await written(ndjsonReader, run)).trimEnd().split("\n");
  t.same(
    lines.map((line) => JSON.parse(line)),
    run,
  );
});

t.test("a plan names each change with its hosts and its way back, and what would fail", async (t) => {
  const text = planSummary(run);
  t.match(text, "write\n      on: a\n      way back: kmend restores the state before");
  t.match(text, "loop\n      on: a\n      way back: NONE: a command");
  t.match(text, "b: write: non-zero return code");
  t.match(text, "c: try: refused");
});

t.test("the fleet's view fits the screen whatever the fleet's size", async (t) => {
  const hosts = Array.from({ length: 300 }, (_, i) => `node-${i}`);
  const { view, take } = fleetView();
  take(event("batch:started", { play: 1, batch: 2, of: 3, hosts }));
  take(event("task:started", { task: task("swap"), hosts }));
  for (const host of hosts) take(event("host:started", { host, task: task("swap") }));
  for (const host of hosts.slice(0, 100))
    take(ended(host, task("swap"), "failed", { result: { msg: "x".repeat(500) } }));
  for (const [columns, rows] of [
    [80, 24],
    [40, 6],
    [200, 60],
  ] as const) {
    const lines = paintFleet(view, { columns, rows, now: view.startedAt + 5000 });
    t.ok(lines.length <= rows, `${lines.length} lines in ${rows}`);
    t.ok(lines.every((line) => line.length <= columns));
  }
  t.match(
    paintFleet(view, { columns: 120, rows: 24, now: view.startedAt + 5000 })[0],
    /batch 2\/3 .*100\/300 hosts .*100 failed/,
  );
});

t.test(
  "the recap of a large fleet folds hosts that ended alike, and names each one in trouble",
  async (t) => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`node-${i}`, recapOf({ ok: 5, changed: i < 2 ? 1 : 0 })]),
    );
    const text = await written(
      (paper) => prettyReader(paper, { diff: false }),
      [
        event("run:ended", {
          exitCode: 2,
          seconds: 1,
          recap: { ...many, bad: recapOf({ ok: 1, failed: 1 }) },
        }),
      ],
    );
    t.same(text.trim().split("\n"), [
      "✖ bad: 1 ok, 1 failed",
      "✔ 2 hosts (node-0, node-1): 5 ok, 1 changed",
      "✔ 298 hosts (node-2, node-3, node-4, …): 5 ok",
    ]);
  },
);

t.test("a terminal shows what a rollback would do, as paper does", async (t) => {
  const would = [
    event("message:said", { level: "info", text: "a: write: its module restores the state before" }),
  ];
  for (const reader of [prettyReader, plainReader])
    t.equal(
      await written((paper) => reader(paper, { diff: false, verbosity: 0 }), would),
      "a: write: its module restores the state before\n",
    );
});

t.test("the list of changes tells each one's fate", async (t) => {
  const recorded = (change: string) => event("change:recorded", madeUpChange(change, "a", task("write")));
  const text = changesTable([
    recorded("1"),
    event("change:applied", { change: "1", host: "a" }),
    recorded("2"),
    recorded("3"),
    event("change:applied", { change: "3", host: "a" }),
    event("change:reverted", { change: "3", host: "a", task: task("write") }),
  ]);
  t.match(text, /^1 .*applied; way back: revert$/m);
  t.match(text, /^2 .*unknown: the link or the run ended while it was under way/m);
  t.match(text, /^3 .*reverted; way back: revert$/m);
});
