/** A plan against the run that carries it out: where tasks stand, what was kept, what changed meanwhile, how long it takes. */

import t from "tap";
import type { Event, Events, Outcome, TaskRef } from "../../src/journal/journal.ts";
import {
  checkOptions,
  checkUnchanged,
  driftBetween,
  holding,
  type PlanFile,
  planFrom,
  predictionsOf,
  type Timing,
  timings,
  unforeseen,
} from "../../src/plan/plan.ts";
import type { KmendError } from "../../src/problem/problem.ts";
import { type Add, begun, madeUpEnds, madeUpJournal, madeUpTask } from "../report/recorded.ts";

const from = { folder: "/w" };
const place = { file: "/w/site.yml", line: 1, column: 3 };
const copy = { ...madeUpTask(1, "copy it", "copy"), place: { ...place, line: 3 } };
const ask: TaskRef = { ...madeUpTask(2, "ask", "command"), place: { ...place, line: 5 } };

function journal(fill: (add: Add) => void, head: Partial<Events["run:started"]> = {}): readonly Event[] {
  const { events, add } = madeUpJournal();
  add("run:started", { ...begun, command: "plan", check: true, ...head });
  fill(add);
  return events;
}
const foretells = (
  add: Add,
  host: string,
  task: TaskRef,
  says: Events["prediction:made"]["says"],
  more = {},
): void => add("prediction:made", { host, task, says, ...more });
const ended = (add: Add, host: string, task: TaskRef, outcome: Outcome): void =>
  add("task:ended", madeUpEnds(task)(host, outcome));
const batch = (add: Add, play: number, number: number, hosts: readonly string[]): void =>
  add("batch:started", { play, batch: number, of: 2, hosts });

function planOf(events: readonly Event[], more: Partial<Parameters<typeof planFrom>[1]> = {}): PlanFile {
  return planFrom(events, {
    from,
    validForMs: 60_000,
    inventorySum: "2",
    extraVars: { names: [], salt: "s", sum: "" },
    keywords: () => ({}),
    lockWaitMs: 7000,
    notAfterMs: Date.UTC(2026, 10, 27, 4),
    forks: 2,
    timings: [],
    ...more,
  });
}

function problemsOf(act: () => void): readonly { code: string; message: string }[] {
  try {
    act();
  } catch (error) {
    return (error as KmendError).problems;
  }
  return [];
}

/** Two plays; the first has two batches, and its second host comes to one task twice. */
const two = journal((add) => {
  add("play:started", { play: 1, name: "first", place, hosts: ["a", "b"] });
  batch(add, 1, 1, ["a"]);
  foretells(add, "a", copy, "change");
  foretells(add, "a", ask, "unknown");
  batch(add, 1, 2, ["b"]);
  foretells(add, "b", { ...copy, id: "1.3" }, "right");
  foretells(add, "b", { ...copy, id: "1.4" }, "skip");
  foretells(add, "b", { ...ask, id: "1.5" }, "change", { index: 0 });
  foretells(add, "b", { ...ask, id: "1.5" }, "fail", { index: 1 });
  foretells(add, "b", { ...ask, id: "1.6" }, "skip");
  add("play:started", { play: 2, name: "second", place, hosts: ["c"] });
  foretells(add, "c", copy, "unknown");
  add("run:ended", { exitCode: 2, recap: {}, seconds: 1 });
});

t.test(
  "a plan has each play's own batches, who is locked and how long, and what the dry run ended with",
  async (t) => {
    const plan = planOf(two);
    t.strictSame(
      plan.plays.map(({ name, batches }) => [name, batches]),
      [
        ["first", [["a"], ["b"]]],
        ["second", []],
      ],
    );
    t.match(plan, {
      madeAt: "2026-11-25T00:00:00.000Z",
      validUntil: "2026-11-25T00:01:00.000Z",
      locks: { hosts: ["a", "b", "c"], waitMs: 7000 },
      notAfter: "2026-11-27T04:00:00.000Z",
      exitCode: 2,
    });
    t.equal(planOf(two, { notAfterMs: null }).notAfter, null);
    t.equal(planOf(two.slice(0, -1)).exitCode, 1, "a dry run without a last word did not end well");
    const where = plan.predictions.map(({ play, batch, key }) => [play, batch, key]);
    t.strictSame(where, [
      [1, 1, "1.1 task site.yml:3:3 copy a 1"],
      [1, 1, "1.1 task site.yml:5:3 command a 1"],
      [1, 2, "1.2 task site.yml:3:3 copy b 1"],
      [1, 2, "1.2 task site.yml:3:3 copy b 2"],
      [1, 2, "1.2 task site.yml:5:3 command b 1#0"],
      [1, 2, "1.2 task site.yml:5:3 command b 1#1"],
      [1, 2, "1.2 task site.yml:5:3 command b 2"],
      [2, 0, "2.0 task site.yml:3:3 copy c 1"],
    ]);
  },
);

t.test("a key below the folder goes with it, one named by itself or elsewhere stays", async (t) => {
  const key = (privateKeyFile: string): unknown =>
    (
      planOf(journal(() => {}, { options: { forks: 5, connection: { user: "root", privateKeyFile } } }))
        .options as {
        connection: unknown;
      }
    ).connection;
  t.strictSame(key("/w/keys/id"), { user: "root", privateKeyFile: "keys/id" });
  t.strictSame(key("/elsewhere/id"), { user: "root", privateKeyFile: "/elsewhere/id" });
  t.strictSame(key("id"), { user: "root", privateKeyFile: "id" });
  t.strictSame(planOf(journal(() => {}, { playbooks: ["/v/site.yml"] })).playbooks, ["/v/site.yml"]);
});

t.test("a run is held to each definite prediction once, and to what each item came to", async (t) => {
  const { take, tally } = holding(planOf(two).predictions, from);
  const done = journal((add) => {
    add("play:started", { play: 1, name: "first", place, hosts: ["a", "b"] });
    batch(add, 1, 1, ["a"]);
    ended(add, "a", { ...copy, id: "9.1" }, "changed");
    ended(add, "a", { ...copy, id: "9.1" }, "ok");
    ended(add, "a", { ...ask, id: "9.2" }, "changed");
    batch(add, 1, 2, ["b"]);
    ended(add, "b", { ...copy, id: "9.3" }, "unreachable");
    ended(add, "b", { ...copy, id: "9.4" }, "skipped");
    for (const [index, outcome] of (["changed", "ok"] as const).entries())
      add("item:ended", {
        host: "b",
        task: { ...ask, id: "9.5" },
        item: index,
        index,
        label: String(index),
        outcome,
        ignored: false,
        result: {},
      });
    ended(add, "b", { ...ask, id: "9.5" }, "changed");
    ended(add, "b", { ...ask, id: "9.6" }, "skipped");
  });
  const held = done.flatMap((event) => take(event) ?? []);
  t.strictSame(
    held.map(({ host, said, happened, index, isKept }) => [host, said, happened, index, isKept]),
    [
      ["a", "change", "change", undefined, true],
      ["b", "right", "unreachable", undefined, false],
      ["b", "skip", "skip", undefined, true],
      ["b", "change", "change", 0, true],
      ["b", "fail", "right", 1, false],
      ["b", "skip", "skip", undefined, true],
    ],
  );
  t.equal(tally().kept, 4);
  t.strictSame(tally().untested, []);
  const { tally: nothing } = holding(planOf(two).predictions, from);
  t.equal(nothing().untested.length, 6, "what nobody claimed to know is not waited for");
});

t.test("a change that no prediction is of is found, and none that one is of", async (t) => {
  const planned = journal((add) => {
    add("play:started", { play: 1, name: "first", place, hosts: ["a", "b"] });
    batch(add, 1, 1, ["a"]);
    foretells(add, "a", copy, "right");
    foretells(add, "a", ask, "unknown", { mayNotify: ["told"] });
    batch(add, 1, 2, ["b"]);
    foretells(add, "b", copy, "change", { index: 0 });
  });
  const rescue = { ...madeUpTask(7, "mend it", "copy"), place: { ...place, line: 7 } };
  const handler: TaskRef = { ...madeUpTask(8, "told", "command"), kind: "handler" };
  const gate: TaskRef = { ...madeUpTask(9, "gate", "command"), kind: "gate" };
  const { take, found } = unforeseen(planOf(planned).predictions, from);
  const done = journal((add) => {
    const changed = (host: string, task: TaskRef, more = {}): void =>
      add("task:ended", madeUpEnds(task)(host, "changed", { wayBack: { kind: "revert" }, ...more }));
    add("play:started", { play: 1, name: "first", place, hosts: ["a", "b"] });
    batch(add, 1, 1, ["a", "b"]);
    for (const host of ["a", "b"]) changed(host, { ...copy, id: "9.1" });
    changed("a", { ...ask, id: "9.2" });
    changed("a", { ...ask, id: "9.3" });
    changed("a", rescue, { outcome: "ok" });
    ended(add, "a", rescue, "changed");
    changed("b", rescue);
    for (const host of ["a", "b"]) changed(host, handler);
    changed("a", gate);
  });
  const named = done.flatMap((event) => take(event) ?? []).map(({ host, task }) => [host, task.name]);
  t.strictSame(named, [
    ["b", "mend it"],
    ["b", "told"],
  ]);
  t.strictSame(
    found().map(({ host, task }) => [host, task.name]),
    named,
  );
});

t.test("each file that is new, gone or otherwise is named, and the inventory", async (t) => {
  const sum = (text: string): string => text.repeat(64);
  const plan = planOf(journal(() => {}, { sources: { "/w/a.yml": sum("a"), "/w/b.yml": sum("b") } }));
  const now = (sources: Record<string, string>, inventorySum = "2") =>
    problemsOf(() => checkUnchanged(plan, "p", { sources, inventorySum })).map(({ message }) => message);
  const same = { "a.yml": sum("a"), "b.yml": sum("b") };
  t.strictSame(now(same), []);
  t.strictSame(now({ "a.yml": sum("x"), "c.yml": sum("c") }), [
    "Cannot apply p: a.yml was changed since",
    "Cannot apply p: b.yml is not read any more since",
    "Cannot apply p: c.yml is new since",
  ]);
  t.strictSame(now(same, "3"), [
    "Cannot apply p: the inventory (hosts.yml) has other hosts, groups or variables than it had",
  ]);
  t.match(
    problemsOf(() => checkOptions(plan, "p", { names: ["x"], sum: "" })),
    [{ code: "plan-outdated", message: "Cannot apply p: it was made without the variables x" }],
  );
});

t.test("drift names the item, and leaves what is new and changes nothing", async (t) => {
  const planned = predictionsOf(
    journal((add) => foretells(add, "a", copy, "change", { index: 0, label: "one", from: "1" })),
    from,
  );
  const [was] = planned;
  if (!was) throw new Error("it foretells something");
  t.strictSame(driftBetween(planned, [{ ...was, says: "right" }]), [
    'a: task "copy it" (item one), site.yml:3:3: the plan said "would change", now it is "right already"',
  ]);
  const others = ["node-10", "node-9"].map((host) => ({ ...was, host, key: host }));
  t.strictSame(
    driftBetween([...others, was], [{ ...was, says: "fail", why: "no" }]),
    [
      'node-9, node-10: task "copy it" (item one), site.yml:3:3: the plan said "would change", and it is not reached now',
      'a: task "copy it" (item one), site.yml:3:3: the plan said "would change", now it is "would fail" (no)',
    ],
    "what is alike is said once",
  );
  const more = { ...was, key: "another", says: "right" } as const;
  t.strictSame(driftBetween(planned, [was, more]), []);
});

t.test(
  "how long it takes: rounds of forks, the median of what did the same, each task of a batch once",
  async (t) => {
    const took = (ms: number, more: Partial<Timing> = {}): Timing => ({
      name: "copy it",
      module: "copy",
      isChanged: true,
      ms,
      ...more,
    });
    const on = (
      hosts: readonly string[],
      says: (host: string) => Events["prediction:made"]["says"],
      known: Timing[],
    ) =>
      planOf(
        journal((add) => {
          for (const host of hosts)
            for (const index of [0, 1]) foretells(add, host, copy, says(host), { index });
        }),
        { timings: known },
      ).estimate;
    const change = (): "change" => "change";
    t.equal(on(["a", "b", "c"], change, [took(10_000)]).seconds, 20, "three hosts by two at once");
    t.equal(on(["a"], change, [took(1000), took(200_000), took(30_000)]).seconds, 30);
    t.equal(
      on(["a", "b"], (host) => (host === "a" ? "change" : "right"), [
        took(9000),
        took(1000, { isChanged: false }),
      ]).seconds,
      9,
    );
    t.equal(on(["a"], () => "right", [took(9000)]).seconds, 9, "what is known at all");
    t.strictSame(on(["a"], change, [took(9000, { module: "template" })]), {
      seconds: null,
      unknown: ["copy it"],
    });
    for (const says of ["skip", "unreachable"] as const)
      t.strictSame(
        on(["a"], () => says, [took(9000)]),
        { seconds: null, unknown: [] },
        says,
      );
    t.strictSame(
      on(["a"], () => "right", []),
      { seconds: null, unknown: [] },
      "it does nothing",
    );
  },
);

t.test("what earlier runs took is what tasks took that did something or found it right", async (t) => {
  const events = journal((add) => {
    for (const outcome of ["ok", "changed", "skipped", "failed", "unreachable"] as const)
      ended(add, "a", copy, outcome);
  });
  t.strictSame(
    timings(events).map(({ isChanged }) => isChanged),
    [false, true],
  );
});
