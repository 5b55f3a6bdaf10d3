/** What the wizard's parts come to: patterns of hosts, legs, batches, how long it took before, lines that fit. */

import t from "tap";
import { mendWays, type Step } from "../../src/kmem/kmem.ts";
import { firstHosts } from "../../src/report/report.ts";
import { wrap, wrapAll } from "../../src/report/wrap.ts";
import { tookBefore, tookLine } from "../../src/wizard/elsewhere.ts";
import { legsOf, wantedBy } from "../../src/wizard/leg.ts";
import { likeHosts } from "../../src/wizard/like-hosts.ts";
import { matching } from "../../src/wizard/matching.ts";
import { policyOptions, recommended } from "../../src/wizard/policy.ts";
import { diagnosisScreen } from "../../src/wizard/screens/diagnosis.ts";
import { evidenceOf, type NodeRow } from "../kmem/made-up-node.ts";
import { clean, kubeletLeaks, runOf, runtimeLeaks, scanOf } from "./made-up.ts";

const ways = (node: NodeRow): readonly (readonly Step[])[] => mendWays(evidenceOf(node)) ?? [];
const names = (way: readonly Step[]): string => way.map((step) => step.remedy).join(" + ");

t.test("every way to mend a node is told, the cheapest first, and none that does too much", async (t) => {
  t.strictSame(ways(runtimeLeaks).map(names), [
    "runtime without kmem",
    "boot parameter cgroup.memory=nokmem",
  ]);
  const kubelet = ways(kubeletLeaks).map(names);
  t.equal(kubelet[0], "kubelet without kmem + renewal of kubepods, live");
  t.ok(kubelet.includes("kubelet without kmem + reboot"));
  t.notOk(
    kubelet.some((way) => /boot parameter.*\+|\+.*boot parameter/.test(way)),
    "the parameter is enough alone",
  );
  t.strictSame(ways(clean).map(names), [""], "nothing is enough where nothing leaks");
  t.equal(mendWays(evidenceOf({ kubepods: "unknown", kubelet: "unknown", runtime: "unknown" })), null);
});

t.test(
  "groups that the same playbook mends are one leg; what has to reboot is another, and comes later",
  async (t) => {
    const [swap = []] = ways(runtimeLeaks);
    const [live = []] = ways(kubeletLeaks);
    const reboot = ways(kubeletLeaks).find((way) => names(way) === "kubelet without kmem + reboot") ?? [];
    const legs = legsOf([
      { hosts: ["a"], way: reboot, settings: {}, byCluster: false },
      { hosts: ["b"], way: live, settings: {}, byCluster: false },
      { hosts: ["c"], way: swap, settings: {}, byCluster: false },
    ]);
    t.match(legs, [
      {
        hosts: ["b", "c"],
        playbooks: ["kmend.playbooks.kmem"],
        variables: { kmem_renewal: "live" },
        needs: "restart",
      },
      {
        hosts: ["a"],
        playbooks: ["kmend.playbooks.fix-kubelet", "kmend.playbooks.reboot", "kmend.playbooks.verify"],
        needs: "reboot",
      },
    ]);
  },
);

t.test("a way by another kernel asks which, and reboots into it", async (t) => {
  const old = { ...kubeletLeaks, kernel: "3.10.0-514.el7.x86_64" };
  const way = ways(old).find((each) => names(each).startsWith("newer EL7 kernel")) ?? [];
  t.equal(names(way), "newer EL7 kernel + boot parameter cgroup.memory=nokmem");
  t.strictSame(
    wantedBy(way).map(({ variable }) => variable),
    ["kmem_kernel_package"],
  );
  t.strictSame(legsOf([{ hosts: ["a"], way, settings: {}, byCluster: false }])[0]?.variables, {
    kmem_reboot: true,
  });
});

t.test("hosts by a pattern", async (t) => {
  const hosts = ["app-1", "app-2", "app-10", "web-1"];
  for (const [pattern, named] of [
    ["*", hosts],
    ["app-*", ["app-1", "app-2", "app-10"]],
    ["app-?", ["app-1", "app-2"]],
    ["web", ["web-1"]],
    ["app-* !app-1", ["app-2", "app-10"]],
    ["!web-1", ["app-1", "app-2", "app-10"]],
    ["app-1,web-1", ["app-1", "app-10", "web-1"]],
    ["db", []],
    ["", []],
  ] as const)
    t.strictSame(matching(hosts, pattern), named, pattern);
});

t.test("groups: the worst first, who is well last, by name within", async (t) => {
  const { hosts, events } = scanOf({
    "b-10": runtimeLeaks,
    ok: clean,
    "b-2": runtimeLeaks,
    a: kubeletLeaks,
    gone: "no",
  });
  const groups = likeHosts(hosts, events);
  t.strictSame(
    groups.map((group) => group.hosts.map((host) => host.host)),
    [["b-2", "b-10"], ["a"], ["ok"]],
  );
  const lines = diagnosisScreen(groups, hosts, 80);
  t.match(lines[0], "5 hosts looked at: 3 leak, 1 could not be read.");
  t.ok(lines.every((line) => line.length <= 80));
});

t.test("how long a mend took is that of batches in which hosts were changed", async (t) => {
  const runs = [runOf([["a"], ["b", "c"]], { seconds: 40 }), runOf([["d"]], { seconds: 300 })];
  const took = tookBefore(runs, "kmend.playbooks.kmem");
  t.strictSame(took, { runs: 2, batchSeconds: [40, 40, 300] });
  t.equal(tookLine(took), "40 s to 5 min for each of 3 batches by the same playbook, in 2 earlier runs");
  const applied = runs.map((events) =>
    events.map((event) => (event.type === "run:started" ? { ...event, command: "apply" as const } : event)),
  );
  t.strictSame(tookBefore(applied, "kmend.playbooks.kmem"), took, "a plan that was carried out is a run");
  t.equal(tookBefore(runs, "kmend.playbooks.reboot"), null);
  const nothingChanged = runOf([["a"]]).filter((event) => event.type !== "change:applied");
  t.equal(tookBefore([nothingChanged], "kmend.playbooks.kmem"), null);
});

t.test("batches grow with the fleet, and begin with one host", async (t) => {
  t.strictSame(
    [2, 12, 200].map((count) => recommended(count).batches),
    [[1], [1, "50%", "100%"], [1, "10%", "25%"]],
  );
  for (const count of [1, 12, 200])
    for (const options of Object.values(policyOptions(count)))
      for (const { because } of options) t.not(because, "", "each choice has its reason");
});

t.test("lines fit, and what goes on stands below its text", async (t) => {
  t.strictSame(wrap("  - one two three", 11), ["  - one two", "  three"]);
  t.strictSame(wrapAll(["  - one two three"], 11), ["  - one two", "    three"]);
  t.strictSame(wrapAll(["10. one two three"], 11), ["10. one two", "  three"]);
  t.strictSame(wrap("one two", 7), ["one two"]);
  t.strictSame(wrap("one two x", 7), ["one two", "x"]);
  t.strictSame(wrap("one twos", 7), ["one", "twos"]);
  t.strictSame(wrap("one  ", 10), ["one"], "no blank is left at its end");
  t.strictSame(wrap("", 10), [""]);
  t.strictSame(wrap("abcdefghijkl mn", 5), ["abcdefghijkl", "mn"], "a word is never cut");
  t.equal(firstHosts(["a", "b", "c"], 2), "a, b and 1 more");
});
