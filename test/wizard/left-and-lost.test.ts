/** The wizard where something stops half way: a scan, a plan, a run that ends badly, one that was done before, a second thought. */

import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { mendWays } from "../../src/kmem/kmem.ts";
import { fix } from "../../src/wizard/fix.ts";
import type { Kept } from "../../src/wizard/kept.ts";
import { legsOf } from "../../src/wizard/leg.ts";
import { changedHosts } from "../../src/wizard/screens/batch.ts";
import { wouldFail } from "../../src/wizard/screens/plan.ts";
import { evidenceOf } from "../kmem/made-up-node.ts";
import { madeUpEnds } from "../report/recorded.ts";
import { type Answer, type Answering, answering } from "./answering.ts";
import { kubeletLeaks, runOf, scanOf } from "./made-up.ts";
import { fleet, MadeUpWork } from "./made-up-work.ts";

/** Two legs: the runtime of one host, then two hosts that are drained. */
const twoLegs: readonly Answer[] = [
  [/by kubelet: 2 hosts/, /^kubelet without kmem \+ renewal of kubepods, drained/],
  [/Which of them/, /^all 2 hosts/],
  [/What empties/, /^what the inventory says/],
  [/by runtime: 1 host/, /^runtime without kmem/],
  [/Go through them like this/, "yes"],
];

function go(
  work: MadeUpWork,
  answers: readonly Answer[],
  kept: Kept | null = null,
): { asker: Answering; code: Promise<number> } {
  const asker = answering(answers);
  return {
    asker,
    code: fix(work, asker, { width: 80, inventory: null, kept, comeBack: "kmend fix --resume" }),
  };
}

t.test(
  "a scan that is interrupted, and a plan, leave with nothing changed and nothing more asked",
  async (t) => {
    const scanned = new MadeUpWork({ ...scanOf(fleet), isInterrupted: true });
    const first = go(scanned, []);
    t.equal(await first.code, 99);
    t.match(first.asker.said.join("\n"), "Left. Nothing was changed on any host.");
    const planned = new MadeUpWork(scanOf(fleet));
    planned.plan = async () => ({ run: "p-1", folder: "/p-1", events: runOf([]), exitCode: 99 });
    const second = go(planned, twoLegs);
    t.equal(await second.code, 99);
    t.strictSame(planned.ranWith, []);
  },
);

t.test("a leg that ended badly asks before the next one begins", async (t) => {
  for (const [answer, runs] of [
    [/^stop here/, 1],
    [/^go on with app-1, app-2/, 2],
  ] as const) {
    const work = new MadeUpWork(scanOf(fleet));
    const run = work.run;
    work.run = async (given, watched) => {
      const ran = await run(given, watched);
      return given.leg.hosts.includes("compute-1") ? { ...ran, exitCode: 2 } : ran;
    };
    const { asker, code } = go(work, [
      ...twoLegs,
      [/Change 3 hosts now/, /^yes/],
      [/did not end well/, answer],
      ...(runs === 2 ? ([[/Batch 2 of 2/, /^go on/]] as const) : []),
    ]);
    await code;
    t.equal(work.ranWith.length, runs);
    t.strictSame(asker.left, []);
  }
});

t.test("come back to the second leg, the first, which is done, is not asked about", async (t) => {
  const work = new MadeUpWork(scanOf(fleet));
  const confirmed: readonly Answer[] = [...twoLegs, [/Change 3 hosts now/, /^yes/]];
  t.equal(await go(work, [...confirmed, [/Batch 2 of 2/, "leave"]]).code, 99);
  work.scans = [];
  const again = go(work, [[/What is to become of it/, "go on with it"]], work.kept);
  t.equal(await again.code, 0);
  t.strictSame(
    work.done.filter((each) => each.startsWith("resume")),
    ["resume r-2"],
  );
});

t.test("who wants something else at the confirmation chooses it anew", async (t) => {
  const work = new MadeUpWork(scanOf(fleet), scanOf(fleet));
  const { asker, code } = go(work, [
    ...twoLegs,
    [/Change 3 hosts now/, "choose something else"],
    [/by kubelet: 2 hosts/, /^not now/],
    [/by runtime: 1 host/, /^runtime without kmem/],
    [/Go through them like this/, "yes"],
    [/Change 1 host now/, /^no/],
  ]);
  t.equal(await code, 0);
  t.strictSame(asker.left, []);
});

t.test("where no host answers in the end, it did not end well", async (t) => {
  const work = new MadeUpWork(scanOf(fleet), { hosts: [], events: [], isInterrupted: false });
  const { asker, code } = go(work, [...twoLegs, [/Change 3 hosts now/, /^yes/], [/Batch 2 of 2/, /^go on/]]);
  t.equal(await code, 2);
  t.strictSame(asker.left, []);
});

t.test("where no host answers at the beginning, there is none to go on with", async (t) => {
  const offered: string[] = [];
  const asker = answering([[/1 of 1 could not be read/, "leave"]]);
  const choose = asker.choose.bind(asker);
  asker.choose = (question, choices) => {
    offered.push(...choices.map(({ name }) => name));
    return choose(question, choices);
  };
  const work = new MadeUpWork(scanOf({ a: "No route to host" }));
  t.equal(
    await fix(work, asker, { width: 80, inventory: null, kept: null, comeBack: "kmend fix --resume" }),
    99,
  );
  t.strictSame(offered, ["try again", "leave"]);
});

t.test("who would fail by the dry run is named before anything is confirmed", async (t) => {
  const work = new MadeUpWork(scanOf(fleet));
  const plan = work.plan;
  work.plan = async (given) => {
    const planned = await plan(given);
    const lost = given.leg.hosts.includes("app-2") ? scanOf({ "app-2": "No route to host" }).events : [];
    return { ...planned, events: [...planned.events, ...lost] };
  };
  const { asker, code } = go(work, [...twoLegs, [/Change 3 hosts now/, /^no/]]);
  t.equal(await code, 0);
  t.ok(asker.said.includes("By the dry run 1 host would fail: app-2"));
});

t.test("what was chosen for a host that does not answer any more is not gone on with", async (t) => {
  const work = new MadeUpWork(scanOf(fleet));
  t.equal(await go(work, [...twoLegs, [/Change 3 hosts now/, "leave"]]).code, 99);
  work.scans = [scanOf({ ...fleet, "app-2": "No route to host" })];
  const again = go(
    work,
    [
      [/1 of 4 could not be read/, /^go on without/],
      [/by kubelet: 1 host/, /^not now/],
      [/by runtime: 1 host/, /^not now/],
    ],
    work.kept,
  );
  t.equal(await again.code, 0);
  t.strictSame(again.asker.left, []);
});

t.test("kmem.yml is told to drain where that was chosen", async (t) => {
  const ways = mendWays(evidenceOf(kubeletLeaks)) ?? [];
  for (const [remedy, renewal] of [
    ["renewal of kubepods, drained", "drained"],
    ["renewal of kubepods, live", "live"],
  ]) {
    const way = ways.find((steps) => steps.some((step) => step.remedy === remedy)) ?? [];
    const [leg] = legsOf([{ hosts: ["a"], way, settings: {}, byCluster: false }]);
    t.equal(leg?.variables["kmem_renewal"], renewal);
  }
});

t.test("what was taken back does not stand, and a failure that is ignored is none", async (t) => {
  const events = runOf([["a"], ["b"]]);
  const change = events.find((event) => event.type === "change:recorded" && event.host === "a");
  if (change?.type !== "change:recorded") throw new Error("Nothing was recorded");
  const { task } = change;
  const back = { n: 99, at: "", type: "change:reverted", change: change.change, host: "a", task };
  t.strictSame(changedHosts(events), ["a", "b"]);
  t.strictSame(changedHosts([...events, back as never]), ["b"]);
  const ended = madeUpEnds(task);
  const lost = (host: string, more: object = {}): Event =>
    ({ n: 1, at: "", type: "task:ended", ...ended(host, "failed", more) }) as Event;
  t.strictSame(wouldFail([lost("a", { ignored: true }), lost("b", { rescued: true }), lost("c")]), ["c"]);
});
