/** The shipped playbooks on real hosts: the leak is found, mended and proven by measurement, and all of it taken back. */

import t from "tap";
import {
  execOnNode,
  type LabOptions,
  labStatus,
  mendNodes,
  plantOnNodes,
  podsOnNodes,
  whatIsMissing,
} from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

const missing = whatIsMissing();
const pods = 3;

t.test(
  "the kmem playbooks on an app node and a compute node",
  { skip: missing ?? false, timeout: 280_000 },
  async (t) => {
    const { state, name, inventory } = await raiseLab(t, {
      nodes: { app_nodes: 1, compute_nodes: 1, clean_nodes: 0, both_nodes: 0 },
    });
    const lab = { state, name };
    const on = (host: string, script: string) => execOnNode(lab, host, script).then((end) => end.stdout);
    const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: lab.state } });
    const playbook = (name: string, ...args: string[]) =>
      run("run", "-i", inventory, `playbooks/${name}.yml`, ...args);

    await on("app-1", "dnf -q versionlock add kubelet-1.15.5-0.* >/dev/null");
    const before = { app: await on("app-1", fingerprint), compute: await on("compute-1", fingerprint) };

    t.same(
      await leakedPerPod(lab),
      { "app-1": 3, "compute-1": 2 },
      "an app node leaks 3 ids a pod, a compute node 2",
    );

    const scan = await run("scan", "-i", inventory, "--output", "json");
    t.equal(scan.code, 3, "a scan says by its exit code that hosts leak");
    const found = Object.fromEntries(
      JSON.parse(scan.stdout).hosts.map((each: Scanned) => [
        each.host,
        [each.diagnosis.switchedOnBy, each.diagnosis.leaked.kmemIds],
      ]),
    );
    t.same(
      found,
      { "app-1": ["kubelet", 9], "compute-1": ["runtime", 6] },
      "and the evidence counts what the kernel's model counts",
    );

    const plan = await run("plan", "-i", inventory, "playbooks/kmem.yml");
    t.equal(plan.code, 0, "a plan of it ends well");
    t.match(
      plan.stdout,
      /Install the kubelet without kmem\n +on: app-1\n +way back: kmend restores the state before/,
    );
    t.same(
      { app: await on("app-1", fingerprint), compute: await on("compute-1", fingerprint) },
      before,
      "a plan changes nothing",
    );

    await plantOnNodes({ ...lab, nodes: ["app-1"] }, "kubelet-unhealthy");
    const unhealthy = await playbook("kmem", "--limit", "app-1", "-e", "kmem_health_seconds=2");
    t.equal(unhealthy.code, 2, "a kubelet that never gets healthy fails its host");
    t.match(unhealthy.stdout, "rolled back: [app-1]");
    t.equal(await on("app-1", fingerprint), before.app, "which is rolled back to exactly what it was");
    await mendNodes({ ...lab, nodes: ["app-1"] });

    const mend = await playbook("kmem");
    t.equal(mend.code, 0, "the mend ends well");
    t.same(
      await leakedPerPod(lab),
      { "app-1": 0, "compute-1": 0 },
      "mended, a pod costs nothing, by the same measurement",
    );
    t.match(
      await on("app-1", "cat /etc/dnf/plugins/versionlock.list"),
      /kubelet-(0:)?1\.15\.5-1/,
      "the lock now holds the new version",
    );

    const again = await playbook("kmem");
    t.equal(again.code, 0, "a second run ends well");
    t.notMatch(again.stdout, "PLAY [Mend the nodes that leak]\n\nTASK", "a second run finds nothing to mend");

    const verify = await playbook("verify");
    t.equal(verify.code, 0, "the verification alone ends well");

    const runs = JSON.parse((await run("runs", "--output", "json")).stdout) as {
      run: string;
      command: string;
      changes: number;
    }[];
    const mended = runs.filter((each) => each.command === "run" && each.changes > 0).at(-2);
    const back = await run("rollback", mended?.run ?? "");
    t.equal(back.code, 0, "the rollback says that all is back");
    t.same(
      { app: await on("app-1", fingerprint), compute: await on("compute-1", fingerprint) },
      before,
      "the rollback brings back packages, locks, services and kubepods",
    );
  },
);

interface Scanned {
  readonly host: string;
  readonly diagnosis: { readonly switchedOnBy: string; readonly leaked: { readonly kmemIds: number } };
}

const fingerprint = `rpm -qa | sort
cd / && sha256sum usr/bin/kubelet usr/bin/runc etc/sysconfig/kubelet etc/docker/daemon.json
cat etc/dnf/plugins/versionlock.list
systemctl is-active kubelet docker
cat /sys/fs/cgroup/memory/kubepods/memory.kmem.slabinfo >/dev/null 2>&1 && echo on || echo off
ls /etc/kubernetes/manifests`;

async function leakedPerPod(lab: LabOptions): Promise<Record<string, number>> {
  const leaked = async () =>
    (await labStatus(lab)).nodes.map((node) => [node.name, node.counts?.leakedKmemIds ?? 0] as const);
  const before = new Map(await leaked());
  await podsOnNodes(lab, "create", pods);
  await podsOnNodes(lab, "delete", pods);
  return Object.fromEntries(
    (await leaked()).map(([name, ids]) => [name, (ids - (before.get(name) ?? 0)) / pods]),
  );
}
