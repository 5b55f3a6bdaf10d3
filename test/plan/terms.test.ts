/** What a plan says to whoever has to decide: in which batches, under which keywords, how long, until when. */

import t from "tap";
import { type PlanFile, planFrom, planTerms } from "../../src/plan/plan.ts";
import { begun, madeUpJournal } from "../report/recorded.ts";

const place = { file: "/w/site.yml", line: 1, column: 3 };

function plan(more: Partial<PlanFile> = {}): PlanFile {
  const { events, add } = madeUpJournal();
  add("run:started", { ...begun, command: "plan", check: true });
  add("play:started", { play: 1, name: "look", place, hosts: ["a", "b", "c"] });
  add("batch:started", { play: 1, batch: 1, of: 1, hosts: ["a", "b", "c"] });
  add("play:started", { play: 2, name: "mend\u001b[2J", place, hosts: ["a", "b", "c"] });
  add("batch:started", { play: 2, batch: 1, of: 2, hosts: ["a"] });
  add("batch:started", { play: 2, batch: 2, of: 2, hosts: ["b", "c"] });
  add("play:started", { play: 3, name: "nobody", place, hosts: [] });
  const file = planFrom(events, {
    from: { folder: "/w" },
    validForMs: 60_000,
    inventorySum: "2",
    extraVars: { names: [], salt: "s", sum: "" },
    keywords: (play): Record<string, string> => (play === 2 ? { serial: "[1, 2]", soak: "10m" } : {}),
    lockWaitMs: 0,
    notAfterMs: null,
    forks: 2,
    timings: [],
  });
  return { ...file, locks: { hosts: ["a"], waitMs: 0 }, ...more };
}

t.test("batches, keywords, locks, and the command that carries it out", async (t) => {
  t.equal(
    planTerms(plan(), "plan.json"),
    `How it is carried out:
  - look: one batch of 3 hosts
  - mend\\x1b[2J: 2 batches, of 1, 2 hosts
      soak: 10m
  - locks 1 host
  - how long it takes is not known: none of it was ever run from this state folder

The plan is in plan.json, and holds until 2026-11-25T00:01:00.000Z:
    kmend apply plan.json`,
  );
});

t.test("how long it takes, until when a batch may start, and what has to be given again", async (t) => {
  const text = planTerms(
    plan({
      locks: { hosts: ["a", "b"], waitMs: 90_000 },
      notAfter: "2026-11-27T04:00:00.000Z",
      estimate: { seconds: 74, unknown: ["x"] },
      extraVars: { names: ["colour", "size"], salt: "s", sum: "0" },
    }),
    "p",
  );
  t.match(text, "  - locks 2 hosts, and waits 1 min 30 s for one that is locked\n");
  t.match(text, "  - starts no batch after 2026-11-27T04:00:00.000Z\n");
  t.match(text, "takes about 1 min 14 s; waits and soaks are not in it, nor 1 task that never ran from");
  t.match(
    text,
    "The plan is in p, and holds until 2026-11-25T00:01:00.000Z (with -e again: colour, size):\n",
  );
  const many = Array.from({ length: 12 }, () => ["a"]);
  t.match(
    planTerms(plan({ plays: [{ play: 1, name: "all", batches: many, keywords: {} }] }), "p"),
    "all: 12 batches, of 1, 1, 1, 1, 1, 1, 1, 1, ... hosts\n",
  );
});
