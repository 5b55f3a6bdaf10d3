/**
 * The long form: the rollout on a live cluster, whose control plane is real and whose nodes are the rehearsal fleet. What
 * `npm run demo:cluster` shows. The first time the control plane is built from Debian's sources, which takes ten minutes or more.
 */

import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster, Fleet } from "./fleet.ts";
import { check, claim, stage } from "./stage.ts";
import { tellWith } from "./tell.ts";

/** The host whose repository offers a kubelet that says it has no kmem, and has. */
const faulty = "app-2";
/** The node that somebody took out before, and that nobody may give back. */
const held = "clean-1";

await tellWith("demo-cluster", tell);

async function tell(fleet: Fleet): Promise<void> {
  stage("Six hosts, and a real API server, controller manager, scheduler and etcd of Kubernetes 1.20.2");
  await fleet.up();
  const cluster = await fleet.cluster();
  console.log(await cluster.ask("get nodes,deployments,daemonsets,poddisruptionbudgets --output=wide"));
  const nodes = inventoryOf(cluster);
  const inventory = ["-i", nodes, "-i", fleet.inventory];
  const before = await fleet.fingerprint(faulty);

  stage("The cluster's nodes are the inventory", "asked of the API: pools are groups");
  await fleet.kmend(["inventory", ...inventory, "--graph"]);

  stage("What the rollout would do to the canary", "pods that would leave, changes, and their way back");
  await fleet.kmend(["plan", ...inventory, "playbooks/rollout.yml", "--limit", "pool_canary"]);

  stage(
    `The rollout, with a planted fault: ${faulty} gets a mislabelled kubelet; and ${held} was cordoned by somebody`,
    "the canary is mended, the fault stops the rollout, and every node takes pods or takes none as before",
  );
  await cluster.ask(`cordon ${held}`);
  await fleet.plant(faulty, "kubelet-mislabelled");
  const first = watchBudget(cluster);
  await fleet.kmend(["run", ...inventory, "playbooks/rollout.yml", "-e", "@demo/rollout.yml"], {
    expect: [2],
  });
  const lowest = await first.end();
  const after = await fleet.fingerprint(faulty);
  const schedulable = await schedulableNodes(cluster);
  claim(`${faulty} is what it was, and takes pods; ${held} takes none, as before`, () => {
    check(after === before, `${faulty} differs:\n${after}`);
    check(
      schedulable.includes(faulty) && !schedulable.includes(held),
      `nodes that take pods: ${schedulable.join(", ")}`,
    );
  });
  claim(`the application's budget held: never fewer than 3 of its 4 pods were healthy (${lowest} seen)`, () =>
    check(lowest >= 3, `only ${lowest} were`),
  );

  stage("The fault is repaired, and the rollout finishes", "nodes that are mended are not drained again");
  await fleet.mend(faulty);
  const second = watchBudget(cluster);
  await fleet.kmend(["run", ...inventory, "playbooks/rollout.yml", "-e", "@demo/rollout.yml"]);
  const lowestAgain = await second.end();
  claim(`never fewer than 3 of the application's pods were healthy (${lowestAgain} seen)`, () =>
    check(lowestAgain >= 3, `only ${lowestAgain} were`),
  );
  await fleet.kmend(["scan", "-i", fleet.inventory]);
  const mended = await schedulableNodes(cluster);
  claim(`every node takes pods, but for ${held}`, () => {
    check(mended.length === 5 && !mended.includes(held), `nodes that take pods: ${mended.join(", ")}`);
  });
  console.log(await cluster.ask("get nodes,pods --output=wide"));

  stage(
    "The API server goes away for 20 seconds in the middle of a drain",
    "what asks it waits until it is back, and the rollout ends well",
  );
  await fleet.kmend(["rollback", "last", "--limit", faulty]);
  const mending = fleet.kmend([
    ...["run", ...inventory, "playbooks/rollout.yml", "-e", "@demo/rollout.yml", "--limit", faulty],
  ]);
  while ((await schedulableNodes(cluster)).includes(faulty)) await sleep(200);
  await Promise.all([fleet.apiAway("20s"), mending]);
  const kept = await schedulableNodes(cluster);
  claim(`${faulty} is mended, and takes pods`, () => check(kept.includes(faulty), kept.join(", ")));
}

/** A file that asks the cluster for its nodes. */
function inventoryOf({ kubeconfig, kubectl }: Cluster): string {
  const file = join(tmpdir(), "kmend-demo-nodes.yml");
  writeFileSync(
    file,
    `plugin: kmend.kubernetes
kubeconfig: ${kubeconfig}
kubectl: ${kubectl}
pool_label: kmend.dev/pool
vars:
  kmem_kubeconfig: ${kubeconfig}
  kmem_kubectl: ${kubectl}
`,
  );
  return file;
}

async function schedulableNodes(cluster: Cluster): Promise<readonly string[]> {
  const said = await cluster.ask(
    "get nodes --output=custom-columns=A:.metadata.name,B:.spec.unschedulable --no-headers",
  );
  return said
    .trim()
    .split("\n")
    .map((line) => line.split(/ +/))
    .flatMap(([name = "", isCordoned]) => (isCordoned === "true" ? [] : [name]));
}

/** Looks at the application's budget again and again; `end` gives the fewest healthy pods that it ever had. */
function watchBudget(cluster: Cluster): { end(): Promise<number> } {
  const currentHealthy = "get poddisruptionbudget web --output=jsonpath={.status.currentHealthy}";
  let [lowest, isOver] = [Number.POSITIVE_INFINITY, false];
  const watching = (async () => {
    while (!isOver) {
      const said = await cluster.ask(currentHealthy).catch(() => "");
      if (said !== "") lowest = Math.min(lowest, Number(said));
      await sleep(500);
    }
  })();
  return {
    async end() {
      isOver = true;
      await watching;
      return lowest;
    },
  };
}
