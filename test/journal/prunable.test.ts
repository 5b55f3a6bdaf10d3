/** Which runs may go: as rows of a table, by what decides of each. */

import t from "tap";
import { factsOf, prunable, type RunFacts, type WayBack } from "../../src/journal/journal.ts";
import { begun, madeUpChange, madeUpJournal, madeUpTask } from "../report/recorded.ts";

/** A run that changed something and ended well. */
const run = (name: string, given: Partial<RunFacts> = {}): RunFacts => ({
  run: name,
  of: null,
  hasChanged: true,
  isLive: false,
  isDamaged: false,
  exitCode: 0,
  standing: ["000001"],
  reverted: [],
  ...given,
});
const looked = { hasChanged: false, standing: [] };
const failed = { exitCode: 2, standing: ["000001", "000002"] };

const rows: readonly {
  readonly name: string;
  readonly runs: readonly RunFacts[];
  readonly keep?: number;
  readonly goes: readonly (readonly string[])[];
  readonly why?: RegExp;
}[] = [
  { name: "one that ended well", runs: [run("1")], goes: [["1"]] },
  { name: "the newest stay", runs: [run("1"), run("2"), run("3")], keep: 2, goes: [["1"]] },
  {
    name: "runs that only looked push none out that changed something",
    runs: [run("1"), run("2", looked), run("3", looked), run("4", looked)],
    keep: 2,
    goes: [["2"]],
  },
  { name: "one that failed", runs: [run("1", failed)], goes: [], why: /^it failed, and was neither/ },
  {
    name: "one that failed and was taken back whole",
    runs: [run("1", failed), run("2", { of: "1", reverted: ["000001", "000002"] })],
    goes: [["1", "2"]],
  },
  {
    name: "one that failed and was taken back in two parts",
    runs: [
      run("1", failed),
      run("2", { of: "1", reverted: ["000001"] }),
      run("3", { of: "1", reverted: ["000002"] }),
    ],
    goes: [["1", "2", "3"]],
  },
  {
    name: "one that failed, of which a part was taken back",
    runs: [run("1", failed), run("2", { of: "1", reverted: ["000001"] })],
    goes: [],
    why: /^it failed/,
  },
  { name: "one that took itself back", runs: [run("1", { exitCode: 2, standing: [] })], goes: [["1"]] },
  {
    name: "one that ended well, whose rollback failed",
    runs: [run("1"), run("2", { of: "1", exitCode: 2 })],
    goes: [],
    why: /^it failed/,
  },
  {
    name: "an old run with a new rollback is as new as that",
    runs: [run("1"), run("2"), run("3"), run("4", { of: "1", reverted: ["000001"] })],
    keep: 1,
    goes: [["2"], ["3"]],
  },
  {
    name: "the rollback of a rollback belongs to it, too",
    runs: [run("1"), run("2", { of: "1", reverted: ["000001"] }), run("3", { of: "2" })],
    goes: [["1", "2", "3"]],
  },
  {
    name: "one that stopped in the middle",
    runs: [run("1", { exitCode: null })],
    goes: [],
    why: /in the middle/,
  },
  {
    name: "one that died before it changed anything",
    runs: [run("1", { ...looked, exitCode: null })],
    goes: [["1"]],
  },
  { name: "a look that failed", runs: [run("1", { ...looked, exitCode: 4 })], goes: [["1"]] },
  { name: "one that is being written", runs: [run("1", { isLive: true })], goes: [], why: /being written/ },
  {
    name: "one that can't be trusted",
    runs: [run("1", { ...looked, isDamaged: true })],
    goes: [],
    why: /as it was written/,
  },
];

for (const { name, runs, keep = 0, goes, why } of rows)
  t.test(`${name}${why ? " stays" : ""}`, async (t) => {
    const { go, unsettled } = prunable([...runs].reverse(), keep);
    t.strictSame(go, goes);
    t.equal(unsettled.length, why ? 1 : 0);
    if (why) t.match(unsettled[0]?.why, why);
  });

t.test("what its author says changes nothing stands in no way: no rollback takes it back", async (t) => {
  const { events, add } = madeUpJournal();
  const made = (change: string, wayBack: WayBack) => {
    add("change:recorded", madeUpChange(change, "a", madeUpTask(Number(change), "do"), { wayBack }));
  };
  add("run:started", begun);
  made("1", { kind: "revert" });
  made("2", { kind: "tasks", tasks: [] });
  made("3", { kind: "none", reason: "" });
  made("4", { kind: "revert" });
  add("change:reverted", { change: "4", host: "a", task: madeUpTask(4, "do") });
  const recorded = { run: begun.run, folder: "/", events, damage: [], writer: null };
  t.strictSame(factsOf(recorded).standing, ["1"]);
});
