/** What empties nodes of their pods: who is asked, what is offered, and what the run is told. */

import t from "tap";
import { mendWays, type Step } from "../../src/kmem/kmem.ts";
import { rollbackLine } from "../../src/report/rollback-lines.ts";
import { chooseDraining, type DrainingFacts } from "../../src/wizard/choose-draining.ts";
import { legsOf } from "../../src/wizard/leg.ts";
import { policyVariables, recommended } from "../../src/wizard/policy.ts";
import { evidenceOf } from "../kmem/made-up-node.ts";
import { answering } from "./answering.ts";
import { kubeletLeaks } from "./made-up.ts";

const all = mendWays(evidenceOf(kubeletLeaks)) ?? [];
const way = (name: string): readonly Step[] =>
  all.find((steps) => steps.map((step) => step.remedy).join(" + ") === name) ?? [];
const live = way("kubelet without kmem + renewal of kubepods, live");
const drained = way("kubelet without kmem + renewal of kubepods, drained");
const reboot = way("kubelet without kmem + reboot");
const parameter = way("boot parameter cgroup.memory=nokmem");
const took = { runs: 1, batchSeconds: [90] };
const nodes: DrainingFacts = { areNodes: async () => true, rolledOut: () => took };
const noNodes: DrainingFacts = { areNodes: async () => false, rolledOut: () => null };

t.test(
  "a way that leaves pods where they are asks nothing, and the cluster is not asked either",
  async (t) => {
    const never = { ...nodes, areNodes: async () => t.fail("asked the cluster") };
    t.strictSame(await chooseDraining(answering([]), live, never), { byCluster: false, settings: {} });
  },
);

t.test("what the inventory says holds: nothing is given over it", async (t) => {
  for (const steps of [drained, reboot, parameter]) {
    const asker = answering([[/What empties/, /^what the inventory says/]]);
    t.strictSame(await chooseDraining(asker, steps, noNodes), { byCluster: false, settings: {} });
    t.strictSame(asker.left, []);
  }
});

t.test("commands are asked for, and each way that drains or reboots is given them", async (t) => {
  for (const steps of [drained, reboot, parameter]) {
    const asker = answering([
      [/What empties/, /^commands/],
      [/drains a node/, "drain.sh {{ inventory_hostname }}"],
      [/gives it back/, "back.sh {{ inventory_hostname }}"],
    ]);
    const { byCluster, settings } = await chooseDraining(asker, steps, noNodes);
    t.notOk(byCluster);
    const [leg] = legsOf([{ hosts: ["a"], way: steps, settings, byCluster }]);
    t.match(leg?.variables, {
      kmem_drain_command: "drain.sh {{ inventory_hostname }}",
      kmem_uncordon_command: "back.sh {{ inventory_hostname }}",
    });
  }
});

t.test("nodes of a cluster are drained by it first, where rollout.yml does the whole way", async (t) => {
  const offered = async (steps: readonly Step[], facts: DrainingFacts): Promise<string> => {
    let first = "";
    const asker = answering([]);
    await chooseDraining(
      {
        ...asker,
        choose: async (_, choices) => {
          first = `${choices[0]?.name}: ${choices[0]?.about}`;
          return (choices.find(({ name }) => name.startsWith("what the inventory")) ?? choices[0])
            ?.value as never;
        },
      },
      steps,
      facts,
    );
    return first;
  };
  t.match(
    await offered(drained, nodes),
    /^the cluster itself \(recommended\): .*\nHow long: 90 s for one batch by the same playbook, in 1 earlier run$/,
  );
  t.match(await offered(reboot, nodes), "the cluster itself (recommended)");
  t.match(await offered(drained, noNodes), "what the inventory says", "hosts that no cluster names");
  t.match(await offered(parameter, nodes), "what the inventory says", "it sets no boot parameter");
});

t.test(
  "the cluster's way is one run of rollout.yml, with the batches and the wait in its own words",
  async (t) => {
    const policy = { ...recommended(12), soak: "5m" };
    for (const [steps, reboots] of [
      [drained, false],
      [reboot, true],
    ] as const) {
      const asker = answering([[/What empties/, /^the cluster itself/]]);
      const { byCluster, settings } = await chooseDraining(asker, steps, nodes);
      const legs = legsOf([{ hosts: ["a"], way: steps, settings, byCluster }]);
      t.match(legs, [{ playbooks: ["kmend.playbooks.rollout"], variables: { rollout_reboot: reboots } }]);
      t.equal(legs.length, 1);
      const [leg] = legs;
      t.strictSame(leg && policyVariables(policy, leg), {
        rollout_worker_batches: [1, "50%", "100%"],
        rollout_soak: "5m",
      });
    }
    t.match(policyVariables(policy, { playbooks: ["kmend.playbooks.kmem"] }), { kmem_soak: "5m" });
  },
);

t.test("a stop between batches is told as the choice that it was, a signal as a signal", async (t) => {
  const line = (signal: string): string | undefined =>
    rollbackLine({ n: 1, at: "", type: "run:interrupted", signal })?.text;
  t.equal(line("asked between batches"), "stopped between batches, as chosen: no other batch begins");
  t.equal(line("SIGTERM"), "interrupted by SIGTERM: the tasks under way end, nothing new starts");
});
