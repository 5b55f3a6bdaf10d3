/** What can be wrong on a node, planted on real hosts: each is found and named, and the node is what it was. */

import t from "tap";
import {
  execOnNode,
  type FaultName,
  faultNames,
  mendNodes,
  plantOnNodes,
  whatIsMissing,
} from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

interface Survived {
  readonly host: "both-1" | "compute-1";
  /** What is run on the host that has the fault. */
  readonly run: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  /** The run changes the node, as it should. */
  readonly changes?: true;
}

const kmemRun = [
  "run",
  "playbooks/kmem.yml",
  "-e",
  "kmem_health_seconds=3",
  "-e",
  "kmem_renewal=live",
  "-e",
  "kmem_settle_seconds=1",
];
/** What only a control plane notices: test/cluster shows these. */
const ofClusters = ["kubelet-cut-off", "kubelet-unknown"] as const satisfies readonly FaultName[];

const cases: Readonly<Record<Exclude<FaultName, (typeof ofClusters)[number]>, Survived>> = {
  "kubelet-mislabelled": {
    host: "both-1",
    run: kmemRun,
    code: 2,
    says: /is mislabelled: the kubelet that it installed switches kmem accounting on.*rolled back: \[both-1\]/s,
  },
  "kubelet-unhealthy": {
    host: "both-1",
    run: kmemRun,
    code: 2,
    says: /Ask kubelet whether it is healthy.*rolled back: \[both-1\]/s,
  },
  "kubelet-dead": { host: "both-1", run: kmemRun, code: 2, says: /FAILED!.*rolled back: \[both-1\]/s },
  "no-way-back": {
    host: "both-1",
    run: kmemRun,
    code: 2,
    says: /Cannot secure the way back of kubelet: the RPM of kubelet-1\.15\.5-0\.x86_64, this very build, is in no repository/,
  },
  "full-disk": {
    host: "both-1",
    run: kmemRun,
    code: 2,
    says: /Cannot begin on the host: its way back needs 64 MiB of room/,
  },
  "runtime-not-restarted": {
    host: "both-1",
    run: ["scan", "--explain", "both-1"],
    code: 3,
    says: /containers start with "runc", the configuration says "other": the engine was not restarted/,
  },
  "inherited-kubepods": {
    host: "both-1",
    run: ["scan", "--explain", "both-1"],
    code: 3,
    says: /still leaking after the swap/,
    changes: true,
  },
  "stale-runtime": {
    host: "compute-1",
    run: ["run", "playbooks/fix-runtime.yml"],
    code: 2,
    says: /\/usr\/bin\/docker-runc starts containers, and switches kmem accounting on.*rolled back: \[compute-1\]/s,
  },
  locked: {
    host: "both-1",
    run: ["run", "playbooks/fix-kubelet.yml"],
    code: 0,
    says: /PLAY RECAP/,
    changes: true,
  },
};

t.test("each fault", { skip: whatIsMissing() ?? false, timeout: 280_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 0, compute_nodes: 1, clean_nodes: 0, both_nodes: 1 },
  });
  const lab = { state, name };
  // A host is up before its kubelet has made kubepods.
  for (const host of ["both-1", "compute-1"])
    await execOnNode(lab, host, "until [ -d /sys/fs/cgroup/memory/kubepods/besteffort ]; do sleep 0.1; done");
  for (const [fault, { host, run, code, says, changes }] of Object.entries(cases) as [FaultName, Survived][])
    t.test(`${fault} is named, and survived`, async (t) => {
      const [command = "", ...rest] = run;
      await plantOnNodes({ ...lab, nodes: [host] }, fault);
      const before = await execOnNode(lab, host, fingerprint);
      const end = await kmend([command, "-i", inventory, "-l", host, ...rest], {
        cwd: process.cwd(),
        env: { KMEND_STATE: state },
      });
      t.equal(end.code, code, end.stdout + end.stderr);
      t.match(end.stdout, says);
      if (!changes) t.equal((await execOnNode(lab, host, fingerprint)).stdout, before.stdout);
      await mendNodes({ ...lab, nodes: [host] });
    });

  t.test("that is every fault", async (t) =>
    t.strictSame([...Object.keys(cases), ...ofClusters].sort(), [...faultNames].sort()),
  );
});

const fingerprint = `rpm -qa | sort; cat /etc/dnf/plugins/versionlock.list
sha256sum /usr/bin/kubelet /usr/bin/runc /etc/sysconfig/kubelet /etc/docker/daemon.json; systemctl is-active kubelet docker
cat /sys/fs/cgroup/memory/kubepods/memory.kmem.slabinfo >/dev/null 2>&1 && echo on || echo off`;
