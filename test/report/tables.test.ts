/** Lists for the terminal: a run's changes, the runs, and what a plan comes to. */

import t from "tap";
import type { Events, ResolvedTask, RunSummary, WayBack } from "../../src/journal/journal.ts";
import { changesTable, planSummary } from "../../src/report/report.ts";
import { runsTable } from "../../src/report/runs-table.ts";
import { madeUpChange, madeUpEnds, madeUpJournal, madeUpTask } from "./recorded.ts";

const task = madeUpTask(1, "write");
const place = { file: "site.yml", line: 1, column: 3 };
const undo: ResolvedTask = { name: "undo", module: "command", args: {}, become: null, place };
const steering = "\u001b[2J";

const recorded = (change: string, wayBack: WayBack) => madeUpChange(change, "a", task, { wayBack });

t.test("each change is told with its fate and its way back", async (t) => {
  const { events, add } = madeUpJournal();
  const ways: readonly WayBack[] = [
    { kind: "revert" },
    { kind: "tasks", tasks: [] },
    { kind: "tasks", tasks: [undo] },
    { kind: "tasks", tasks: [undo, { ...undo, masked: true }] },
    { kind: "again" },
    { kind: "none", reason: "a command" },
    { kind: "none", reason: "not yet known" },
  ];
  ways.forEach((way, i) => {
    add("change:recorded", recorded(String(i), way));
    add("change:applied", { change: String(i), host: "a" });
  });
  add("change:failed", { change: "0", host: "a", message: `no${steering}` });
  add("change:revert-failed", { change: "1", host: "a", task, kind: "foreign", message: "somebody's" });
  add("change:wayback", { change: "6", host: "a", wayBack: { kind: "tasks", tasks: [undo] } });
  t.equal(
    changesTable(events),
    `0  a  write  failed: no\\x1b[2J; way back: revert
1  a  write  not reverted (foreign): somebody's; way back: none needed
2  a  write  applied; way back: rollback tasks
3  a  write  applied; way back: rollback tasks (by on_failure only: they hold a secret)
4  a  write  applied; way back: made once more
5  a  write  applied; way back: none (a command)
6  a  write  applied; way back: rollback tasks`,
  );
});

t.test("each run is told in a line: what it was, how many, how it ended", async (t) => {
  const ran: RunSummary = {
    run: "20261125-000000-abcde",
    at: "2026-11-25T00:00:00.000Z",
    command: "run",
    playbooks: ["site.yml", "more.yml"],
    check: false,
    exitCode: 0,
    state: "ended",
    hosts: 1,
    changes: 2,
    recorded: 2,
  };
  t.equal(
    runsTable([
      ran,
      { ...ran, command: "run", check: true, hosts: 12, changes: 0 },
      { ...ran, command: "plan", check: true, exitCode: null, state: "live" },
      { ...ran, exitCode: null, state: "died" },
      { ...ran, exitCode: null, state: "damaged", playbooks: [] },
      { ...ran, command: "rollback", of: "20261124-000000-fffff", exitCode: 2, changes: 1 },
    ]),
    `20261125-000000-abcde  2026-11-25 00:00:00  run          1 host    2 changes  exit 0                       site.yml more.yml
20261125-000000-abcde  2026-11-25 00:00:00  run --check  12 hosts  0 changes  exit 0                       site.yml more.yml
20261125-000000-abcde  2026-11-25 00:00:00  plan         1 host    2 changes  running                      site.yml more.yml
20261125-000000-abcde  2026-11-25 00:00:00  run          1 host    2 changes  stopped: resume or rollback  site.yml more.yml
20261125-000000-abcde  2026-11-25 00:00:00  run          1 host    2 changes  DAMAGED: show RUN --verify
20261125-000000-abcde  2026-11-25 00:00:00  rollback     1 host    1 change   exit 2                       of 20261124-000000-fffff`,
  );
});

type Ended = Events["task:ended"];

/** A dry run on five hosts of which each fares otherwise. @param foretells it says what it cannot know, as `kmend plan` does */
function dryRun(foretells: boolean) {
  const { events, add } = madeUpJournal();
  const hosts = ["node-10", "node-9", "node-3", "node-2", "node-1"];
  const ended = (host: string, of: typeof task, outcome: Ended["outcome"], more: Partial<Ended> = {}): void =>
    add("task:ended", madeUpEnds(of)(host, outcome, more));
  const [group, write, ask, loop, try_] = ["group", "write", "ask", "loop", "try"].map((name, i) =>
    madeUpTask(i, name),
  ) as [typeof task, typeof task, typeof task, typeof task, typeof task];
  add("play:started", { play: 1, name: "all", place, hosts });
  for (const host of hosts) ended(host, group, "changed");
  ended("node-10", write, "changed", { wayBack: { kind: "revert" } });
  ended("node-9", write, "changed", { wayBack: { kind: "revert" } });
  ended("node-9", { ...write, id: "1.99" }, "changed", { wayBack: { kind: "none", reason: "a command" } });
  const wouldRun = { msg: "Command would have run if not in check mode" };
  for (const host of ["node-9", "node-3"]) ended(host, ask, "skipped", { result: wouldRun });
  ended("node-9", loop, "skipped", {
    result: { msg: "All items skipped", results: [{ msg: "no", skip_reason: "when" }, wouldRun] },
  });
  ended("node-1", loop, "skipped", {
    result: { msg: "All items skipped", results: [{ msg: "no", skip_reason: "when" }] },
  });
  ended("node-2", try_, "failed", { result: { msg: `no room${steering}` } });
  ended("node-1", try_, "failed", { ignored: true, result: { msg: "soft" } });
  if (foretells) {
    for (const host of ["node-9", "node-3"])
      add("prediction:made", { host, task: ask, says: "unknown", why: wouldRun.msg });
    add("prediction:made", { host: "node-9", task: loop, says: "unknown", why: `it reads "x"${steering}` });
    add("prediction:made", { host: "node-1", task: loop, says: "skip" });
    const round = { host: "node-9", task: write, says: "change" } as const;
    for (const [index, act] of (["stops", "stops", "reboots"] as const).entries())
      add("prediction:made", { ...round, index, act });
  }
  return events;
}

t.test("a plan without foresight knows only of commands that they are unknown", async (t) => {
  t.equal(
    planSummary(dryRun(false)),
    `PLAN for 5 hosts

Would change:
  - write
      on: node-9, node-10
      way back: kmend restores the state before
  - write
      on: node-9
      way back: NONE: a command

Cannot be known before it runs:
  - ask
      on: node-3, node-9
      way back: kmend restores the state before
  - loop
      on: node-9
      way back: kmend restores the state before

Would fail:
  - node-2: try: no room\\x1b[2J

Right already:
  - node-1`,
  );
});

t.test("a plan with foresight says why, and only so many hosts are named", async (t) => {
  const text = planSummary(dryRun(true), 1);
  t.match(
    planSummary(dryRun(true)),
    `  - write
      on: node-10
      way back: kmend restores the state before
  - write
      stops a service, reboots the host
      on: node-9
      way back: kmend restores the state before
`,
    "what those who use a host will notice is said beside it",
  );
  t.match(
    text,
    `Cannot be known before it runs:
  - ask
      on: node-3 and 1 more
      way back: kmend restores the state before
  - loop
      on: node-9
      why: it reads "x"\\x1b[2J

Would fail:`,
  );
  t.match(planSummary(dryRun(true), 2), "on: node-3, node-9\n", "all, where they fit");
});

t.test("a plan that would change nothing is right everywhere, and one that is lost is not", async (t) => {
  const { events, add } = madeUpJournal();
  add("play:started", { play: 1, name: "all", place, hosts: ["a", "b"] });
  add("task:ended", madeUpEnds(task)("b", "unreachable"));
  t.equal(
    planSummary(events),
    "PLAN for 2 hosts\n\nWould fail:\n  - b: write: no message\n\nRight already:\n  - a",
  );
  add("run:cut-short", {
    run: "1",
    reason: "failed",
    done: [],
    halfDone: [],
    untouched: ["a"],
    goOn: "retry",
  });
  t.match(
    planSummary(events),
    /no message\n\nNot asked, as the run ended before:\n {2}- a$/,
    "nobody knows of it",
  );
});
