/** The rollout on a live cluster, as its owner runs it: killed and gone on with, by reboot, and taken back whole. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type Ended, kmend, lastRun, startKmend } from "../cli/kmend.ts";
import { raiseCluster, skip } from "./with-cluster.ts";

t.setTimeout(1_500_000);

const playbook = join(import.meta.dirname, "../../playbooks/rollout.yml");

t.test("a rollout on a real cluster", { skip, timeout: 1_500_000 }, async (t) => {
  const { lab, kubectl, admin, kubectlProgram } = await raiseCluster(t, { nodes: 3 }, { hasWorkloads: true });
  const state = join(lab.state, "state");
  const how = { cwd: lab.state, env: { KMEND_STATE: state } };
  const nodes = join(lab.state, "nodes.yml");
  writeFileSync(
    nodes,
    `plugin: kmend.kubernetes
kubeconfig: ${admin}
kubectl: ${kubectlProgram}
pool_label: kmend.dev/pool
vars: {kmem_kubeconfig: ${admin}, kmem_kubectl: ${kubectlProgram}, rollout_soak: 1s, kmem_settle_seconds: 3}
`,
  );
  const inventory = ["-i", nodes, "-i", lab.inventory];
  const ok = (ended: Ended): Ended => {
    t.equal(ended.code, 0, ended.stdout.slice(-6000) + ended.stderr);
    return ended;
  };
  const schedulable = async (): Promise<string> =>
    (
      await kubectl("get nodes --no-headers --output=custom-columns=A:.metadata.name,B:.spec.unschedulable")
    ).stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/ +/).join(" "))
      .join(", ");
  const verdicts = async (): Promise<string> => (await kmend(["scan", "-i", lab.inventory], how)).stdout;
  const before = await schedulable();
  t.equal(before, "app-1 <none>, app-2 <none>, compute-1 <none>");

  await t.test("killed while its node is drained, it is gone on with", async (t) => {
    const started = startKmend(
      ["run", ...inventory, playbook, "--limit", "app-1", "--output", "ndjson"],
      how,
    );
    let said = "";
    started.process.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/"type":"change:applied"[^\n]*"host":"localhost"/.test(said)) started.process.kill("SIGKILL");
    });
    await started.ended;
    t.match(await schedulable(), /app-1 true/, "nobody was left to give it back");
    ok(await kmend(["resume", "last", "--in-flight", "retry"], how));
    t.equal(await schedulable(), before);
    const drains = lastRun(state).filter(
      (event) => event.type === "change:recorded" && event.task.name?.includes("Cordon and drain"),
    );
    t.equal(drains.length, 1, "it was not drained again");
  });

  await t.test("by a reboot, which gives leaked ids back", async (t) => {
    const ended = ok(
      await kmend(["run", ...inventory, playbook, "--limit", "app-2", "-e", "rollout_reboot=true"], how),
    );
    t.match(ended.stdout, /Reboot the node\][\s\S]*changed: \[app-2\]/);
    t.equal(await schedulable(), before);
  });

  await t.test("the rest, and all of it is clean", async (t) => {
    ok(await kmend(["run", ...inventory, playbook], how));
    t.equal(await schedulable(), before);
    t.match(await verdicts(), /clean \(a pod costs nothing\): 3 hosts/);
  });

  await t.test("taken back whole: the node leaves while it is taken back, and is as before", async (t) => {
    const back = ok(await kmend(["rollback", "last"], how));
    const of = [...back.stdout.matchAll(/^reverted: \[(\S+)\] kmem : (.*)$/gm)].map(
      ([, host, task]) => `${host} ${task}`,
    );
    const place = (line: string): number => of.indexOf(line);
    t.ok(place("localhost Uncordon the node") < place("compute-1 Install the runtime without kmem"));
    t.ok(place("compute-1 Install the runtime without kmem") < place("localhost Cordon and drain the node"));
    t.equal(await schedulable(), before);
    t.match(await verdicts(), /compute-1/);
  });
});
