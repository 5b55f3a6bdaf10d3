/** The wizard's way from what is found to what is verified, over hosts that are data. */

import t from "tap";
import { KmendError } from "../../src/problem/problem.ts";
import { fix } from "../../src/wizard/fix.ts";
import { type Kept, nothingKept } from "../../src/wizard/kept.ts";
import type { Work } from "../../src/wizard/work.ts";
import { type Answer, type Answering, answering } from "./answering.ts";
import { clean, kubeletLeaks, runOf, runtimeLeaks, scanOf } from "./made-up.ts";
import { fleet, MadeUpWork } from "./made-up-work.ts";

const chosen: readonly Answer[] = [
  [
    /How are they mended\? \(leaking, by kubelet: 2 hosts\)/,
    /^kubelet without kmem \+ renewal of kubepods, live/,
  ],
  [/Which of them/, /^all 2 hosts/],
  [/How are they mended\? \(leaking, by runtime: 1 host\)/, /^runtime without kmem/],
  [/Go through them like this/, "yes"],
];

function go(
  work: Work,
  answers: readonly Answer[],
  kept: Kept | null = null,
): { asker: Answering; code: Promise<number> } {
  const asker = answering(answers);
  return {
    asker,
    code: fix(work, asker, {
      width: 80,
      inventory: null,
      kept,
      comeBack: "kmend fix --resume",
    }),
  };
}

t.test(
  "it asks for what is mended and how, plans, confirms once, mends, verifies, and says how to do it unasked",
  async (t) => {
    const work = new MadeUpWork(scanOf(fleet));
    const { asker, code } = go(work, [
      ...chosen,
      [/Change 3 hosts now/, /^yes/],
      [/Batch 2 of 2 is next/, /^go on/],
    ]);
    t.equal(await code, 0);
    const all = "app-1,app-2,compute-1";
    t.strictSame(work.done, ["scan all", `plan ${all}`, `run ${all}`, `scan ${all}`]);
    t.strictSame(asker.left, []);
    t.match(work.ranWith[0], {
      inventory: ["hosts.yml"],
      leg: { playbooks: ["kmend.playbooks.kmem"], variables: { kmem_renewal: "live" } },
      policy: { batches: [1], onFailure: "rollback_host", asks: true },
    });
    const said = asker.said.join("\n");
    t.match(said, "Inventory: hosts.yml: 4 hosts");
    t.match(said, "Verified by the same evidence: 3 of 3 hosts no longer leak.");
    t.match(said, /its report, to be read in a browser:\s+\/state\/fix\/r-1\.html/);
    t.match(said, "The same without being asked:\n    kmend run --limit app-1,app-2,compute-1");
    t.ok(work.kept?.isOver, "and there is nothing to come back to");
  },
);

t.test("a no changes nothing", async (t) => {
  const work = new MadeUpWork(scanOf(fleet));
  const { asker, code } = go(work, [...chosen, [/Change 3 hosts now/, /^no/]]);
  t.equal(await code, 0);
  t.equal(work.ranWith.length, 0);
  t.match(asker.said.join("\n"), "Nothing was changed on any host.");
});

t.test("of more than ten hosts the number has to be typed", async (t) => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`compute-${i + 1}`, runtimeLeaks]));
  for (const [typed, runs] of [
    ["12", 1],
    ["no", 0],
  ] as const) {
    const work = new MadeUpWork(scanOf(many));
    const { code } = go(work, [
      [/How are they mended/, /^runtime without/],
      [/Which of them/, /^all 12 hosts/],
      [/Go through/, "yes"],
      [/Change 12 hosts now/, /^yes/],
      [/Type the number of hosts/, typed],
      ...(runs === 1 ? ([[/Batch 2 of 2/, /^go on/]] as const) : []),
    ]);
    await code;
    t.equal(work.ranWith.length, runs, typed);
  }
});

t.test("of many hosts a pattern names some, and others are taken out of a list", async (t) => {
  const many = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`app-${i + 1}`, kubeletLeaks]));
  const work = new MadeUpWork(scanOf(many));
  await go(work, [
    [/How are they mended/, /^kubelet without kmem \+ renewal of kubepods, drained/],
    [/Which of them/, /pattern/],
    [/Pattern/, "app-* !app-5"],
    [/Which of these/, "app-2 app-4"],
    [/What empties the nodes/, /^what the inventory says/],
    [/Go through/, "yes"],
    [/Change 2 hosts/, /^no/],
  ]).code;
  t.strictSame(work.done, ["scan all", "plan app-1,app-3"]);
});

t.test("where nothing leaks, nothing is asked", async (t) => {
  const work = new MadeUpWork(scanOf({ "web-1": clean }));
  const { asker, code } = go(work, []);
  t.equal(await code, 0);
  t.match(asker.said.join("\n"), "No host that could be read leaks");
});

t.test("hosts that do not answer are told of, and tried again", async (t) => {
  const work = new MadeUpWork(scanOf({ ...fleet, "app-2": "No route to host" }), scanOf({ "web-1": clean }));
  const { asker, code } = go(work, [[/1 of 4 could not be read/, "try again"]]);
  t.equal(await code, 0);
  t.match(asker.said.join("\n"), /Not read: 1 host\n +app-2: unreachable: No route to host/);
  t.strictSame(work.done, ["scan all", "scan all"]);
});

t.test("Ctrl-C says that nothing was changed, and --resume comes back with what was chosen", async (t) => {
  const work = new MadeUpWork(scanOf(fleet), scanOf(fleet));
  const first = go(work, [...chosen, [/Change 3 hosts now/, "leave"]]);
  t.equal(await first.code, 99);
  t.match(first.asker.said.slice(-3), [
    /Nothing was changed on any host/,
    /To come back/,
    /kmend fix --resume/,
  ]);
  const again = go(
    work,
    [
      [/Go on with that/, "yes"],
      [/Go through/, "yes"],
      [/Change 3 hosts now/, /^yes/],
      [/Batch 2 of 2/, /^go on/],
    ],
    work.kept,
  );
  t.equal(await again.code, 0);
  t.match(again.asker.said.join("\n"), "You had chosen:");
});

t.test("stopped between batches, it says what stands, and --resume goes on with the same run", async (t) => {
  const work = new MadeUpWork(scanOf(fleet));
  for (const how of [/^stop here/, "leave"] as const) {
    const first = go(work, [...chosen, [/Change 3 hosts now/, /^yes/], [/Batch 2 of 2/, how]]);
    t.equal(await first.code, 99);
    t.match(first.asker.said.join("\n"), /What stands:\n- run r-\d: changes on app-1\n/);
    work.scans = [scanOf(fleet)];
  }
  work.scans = [];
  const again = go(work, [[/What is to become of it/, "go on with it"]], work.kept);
  t.equal(await again.code, 0);
  t.strictSame(work.done.slice(-2), ["resume r-2", "scan app-1,app-2,compute-1"]);
});

t.test("between batches the last one, or all of the run, is taken back", async (t) => {
  for (const [answer, done] of [
    [/take back the last batch \(app-1\)/, "rollback r-1 app-1"],
    [/take back everything/, "rollback r-1 all"],
  ] as const) {
    const work = new MadeUpWork(scanOf(fleet), scanOf({ ...fleet }));
    const { code } = go(work, [...chosen, [/Change 3 hosts now/, /^yes/], [/Batch 2 of 2/, answer]]);
    t.equal(await code, 2, "hosts that were chosen still leak");
    t.equal(work.done[3], done);
  }
});

t.test(
  "the play after a canary is asked about, once; what goes on with the same hosts, or changed none, is not",
  async (t) => {
    const work = new MadeUpWork(scanOf(fleet));
    const canary = runOf([["app-1"]]).slice(0, -1);
    const looked = canary.filter(({ type }) => type !== "change:applied");
    const nothing = canary.slice(0, 2);
    const told: boolean[] = [];
    work.run = async (_, { begun, asks, between }) => {
      await begun("r-1");
      for (const [play, events, hosts = ["app-2", "compute-1"]] of [
        ["Detect", nothing],
        ["Canary", looked],
        ["Prove the canary", canary, ["app-1"]],
        ["Workers", canary],
        ["Control plane", canary],
      ] as const) {
        const next = { play, number: 1, of: 3, hosts, events };
        told.push(asks(next));
        if (told.at(-1) && !(await between(next))) break;
      }
      return { run: "r-1", folder: "/state/runs/r-1", events: canary, exitCode: 0 };
    };
    const { asker, code } = go(work, [
      ...chosen,
      [/Change 3 hosts now/, /^yes/],
      [/^"Workers" is next, its batch 1 of 3\.$/, /^go on with it \(2 hosts: app-2, compute-1\)/],
    ]);
    t.equal(await code, 0);
    t.strictSame(told, [false, false, false, true, false]);
    t.strictSame(asker.left, []);
  },
);

t.test("come back to a run that stopped, it can be taken back", async (t) => {
  const work = new MadeUpWork(scanOf(fleet));
  await go(work, [...chosen, [/Change 3 hosts now/, /^yes/], [/Batch 2 of 2/, "leave"]]).code;
  work.scans = [scanOf(fleet)];
  await go(work, [[/What is to become of it/, /^take back everything/]], work.kept).code;
  t.equal(work.done.at(-2), "rollback r-1 all");
});

t.test("without an inventory one is asked for", async (t) => {
  const work = new MadeUpWork(scanOf({ "web-1": clean }));
  work.sources = async () => [];
  await go(work, [[/^Inventory: a file/, "host1,host2"]]).code;
  t.strictSame(work.kept?.inventory, ["host1,host2"]);
  t.equal(nothingKept.inventory.length, 0);
});

t.test("an inventory that cannot be read is told of, and another is chosen", async (t) => {
  const work = new MadeUpWork(scanOf({ "web-1": clean }));
  work.sources = async () => [
    { inventory: ["hosts.yml"], name: "hosts.yml", hosts: 4 },
    { inventory: ["cluster.yml"], name: "the cluster", hosts: null },
  ];
  work.hostsOf = async ([inventory]) => {
    if (inventory === "cluster.yml")
      throw new KmendError({ code: "inventory-cluster", message: "Cannot read it" });
    return 4;
  };
  const { asker, code } = go(work, [
    [/Which inventory/, "the cluster"],
    [/Which inventory/, "hosts.yml: 4 hosts"],
  ]);
  t.equal(await code, 0);
  t.match(asker.said.join("\n"), "Cannot read it");
  t.strictSame(work.kept?.inventory, ["hosts.yml"]);
});
