/** The plan file's sum and form, and what is compared with it. */

import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import {
  checkOptions,
  checkTime,
  driftBetween,
  type PlanFile,
  planFrom,
  predictionsOf,
  readPlan,
  sourcesOf,
} from "../../src/plan/plan.ts";

const place = { file: "/w/play.yml", line: 3, column: 7 };
const task = { id: "1.1", name: "a file", module: "copy", place, kind: "task" } as const;
const bodies = [
  {
    type: "run:started",
    format: 2,
    run: "20261127-000000-00000",
    kmend: "0.1.0",
    command: "plan",
    playbooks: ["/w/play.yml"],
    inventories: ["/elsewhere/hosts", "a,b,"],
    check: true,
    diff: true,
    options: {},
    sources: { "/w/play.yml": "0".repeat(64) },
  },
  { type: "play:started", play: 1, name: "all", place, hosts: ["a"] },
  { type: "batch:started", play: 1, batch: 1, of: 1, hosts: ["a"] },
  { type: "prediction:made", host: "a", task, says: "change", from: "1".repeat(64) },
  { type: "prediction:made", host: "a", task: { ...task, id: "1.2" }, says: "right" },
  { type: "prediction:made", host: "a", task: { ...task, id: "1.3" }, index: 1, says: "unknown" },
  { type: "run:ended", exitCode: 0, recap: {}, seconds: 1 },
];
const events = bodies.map((body, n) => ({
  n: n + 1,
  at: "2026-11-27T00:00:00.000Z",
  ...body,
})) as unknown as readonly Event[];

const plan = (timings: { name: string; module: string; isChanged: boolean; ms: number }[] = []): PlanFile =>
  planFrom(events, {
    from: { folder: "/w" },
    validForMs: 60_000,
    inventorySum: "2".repeat(64),
    extraVars: { names: ["colour"], salt: "s", sum: "v" },
    keywords: () => ({}),
    lockWaitMs: 0,
    notAfterMs: null,
    forks: 5,
    timings,
  });

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return "none";
  } catch (error) {
    return (error as { code?: string }).code ?? "another error";
  }
};

t.test("a plan file is taken whole or not at all", async (t) => {
  const text = JSON.stringify(plan(), null, 2);
  const reversed = Object.fromEntries(Object.entries(plan()).reverse());
  t.strictSame(readPlan(text, "p"), plan(), "as it was written");
  t.strictSame(readPlan(JSON.stringify(reversed), "p"), plan(), "formatted anew, its keys in another order");
  const codes = {
    cut: codeOf(() => readPlan(text.slice(0, -20), "p")),
    changed: codeOf(() => readPlan(text.replace('"change"', '"right"'), "p")),
    otherForm: codeOf(() => readPlan(text.replace('"format": 1', '"format": 9'), "p")),
    noPlan: codeOf(() => readPlan("[]", "p")),
    empty: codeOf(() => readPlan("", "p")),
  };
  t.strictSame(codes, {
    cut: "plan-damaged",
    changed: "plan-damaged",
    otherForm: "plan-format",
    noPlan: "plan-damaged",
    empty: "plan-damaged",
  });
});

t.test("each byte of the file counts", async (t) => {
  const text = JSON.stringify(plan());
  const letters = [...text.matchAll(/[a-z0-9]/g)].map(({ index }) => index);
  const taken = letters.filter(
    (at) => codeOf(() => readPlan(`${text.slice(0, at)}Z${text.slice(at + 1)}`, "p")) === "none",
  );
  t.strictSame(taken, []);
});

t.test("paths below the folder are relative, others stay", async (t) => {
  const { playbooks, sources, inventory } = plan();
  t.strictSame(
    { playbooks, sources: Object.keys(sources), inventory: inventory.sources },
    { playbooks: ["play.yml"], sources: ["play.yml"], inventory: ["/elsewhere/hosts", "a,b,"] },
  );
});

t.test("a plan holds until its time, and with its own variables", async (t) => {
  const made = Date.parse(plan().madeAt);
  t.equal(
    codeOf(() => checkTime(plan(), "p", made + 60_000)),
    "none",
  );
  t.equal(
    codeOf(() => checkTime(plan(), "p", made + 60_001)),
    "plan-expired",
  );
  const given = (names: string[], sum: string): string =>
    codeOf(() => checkOptions(plan(), "p", { names, sum }));
  t.equal(given(["colour"], "v"), "none");
  t.equal(given([], ""), "missing-extra-vars");
  t.equal(given(["colour", "size"], "v"), "plan-outdated");
  t.equal(given(["colour"], "w"), "plan-outdated");
});

t.test("what has a name is told by it, wherever it lies", async (t) => {
  const lies = (shipped: string) => ({
    folder: "/w",
    names: new Map([
      ["kmend.playbooks.a", `${shipped}/a.yml`],
      ["kmend.roles.b", `${shipped}/roles/b`],
    ]),
  });
  const sourcesIn = (shipped: string) =>
    sourcesOf(
      {
        sources: {
          [`${shipped}/a.yml`]: "1",
          [`${shipped}/roles/b/tasks/main.yml`]: "2",
          "/w/roles/bb/x.yml": "3",
        },
      },
      lies(shipped),
    );
  const told = { "kmend.playbooks.a": "1", "kmend.roles.b/tasks/main.yml": "2", "roles/bb/x.yml": "3" };
  t.strictSame(sourcesIn("/usr/lib/kmend"), told);
  t.strictSame(sourcesIn("/w"), told, "also below the folder: others have it elsewhere");
});

t.test("drift is what was definite and is otherwise now", async (t) => {
  const planned = predictionsOf(events, { folder: "/w" });
  const now = (at: number, more: object): typeof planned =>
    planned.map((each, n) => (n === at ? { ...each, ...more } : each));
  t.strictSame(driftBetween(planned, planned), []);
  t.match(driftBetween(planned, now(0, { from: "3".repeat(64) })), [/^a: task "a file".*from another state/]);
  t.match(driftBetween(planned, now(1, { says: "fail", why: "no room" })), [
    /^a: task "a file", play.yml:3:7: the plan said "right already", now it is "would fail" \(no room\)$/,
  ]);
  t.match(driftBetween(planned, planned.slice(1)), [/it is not reached now$/]);
  t.match(driftBetween(planned.slice(1), planned), [/is not in the plan$/]);
  t.strictSame(driftBetween(planned, now(2, { says: "right" })), [], "what nobody claimed to know");
});

t.test("how long it takes is the median of earlier runs, as far as there were any", async (t) => {
  const took = (ms: number, isChanged = true) => ({ name: "a file", module: "copy", isChanged, ms });
  t.strictSame(plan([took(1000), took(9000), took(5000), took(70_000, false)]).estimate, {
    seconds: 80,
    unknown: [],
  });
  t.strictSame(plan().estimate, { seconds: null, unknown: ["a file"] });
});
