/**
 * The stand-ins on real hosts: what each group leaks a pod, counted in the kernel's model, and what a swap, a
 * renewal, a faulty package and a reboot do to it. Needs what a lab needs.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import {
  down,
  execOnNode,
  labStatus,
  podsOnNodes,
  rebootNodes,
  up,
  whatIsMissing,
} from "../../src/lab/lab.ts";
import { type Counts, readCounts } from "../../src/lab/memcg/memcg.ts";
import { labPlace, nodePlace } from "../../src/lab/place.ts";
import { buildRepositories, offerRepository, type RepositoryName } from "../../src/lab/standins/standins.ts";

t.setTimeout(300_000);
const missing = whatIsMissing();
if (missing !== null) {
  t.plan(0, `no lab here: ${missing}`);
  process.exit();
}
process.env["KMEND_LAB_CACHE"] ??= join(tmpdir(), "kmend-lab-cache");
const state = mkdtempSync(join(tmpdir(), "kmend-standins-"));
const lab = { state, name: "standins" };
const place = labPlace(state, lab.name);
t.teardown(async () => {
  await down(lab);
  rmSync(state, { recursive: true, force: true });
});

/** A host's counts in the kernel's model. */
const counts = (node: string): Promise<Counts> => readCounts(nodePlace(place, node).kernel);

/** What one pod leaks on a host, as the mean over a few. */
async function leakPerPod(
  node: string,
  pods = 4,
): Promise<{ readonly memcg: number; readonly kmem: number }> {
  const before = await counts(node);
  await podsOnNodes({ ...lab, nodes: [node] }, "create", pods);
  await podsOnNodes({ ...lab, nodes: [node] }, "delete", pods);
  const after = await counts(node);
  return {
    memcg: (after.leakedMemcgIds - before.leakedMemcgIds) / pods,
    kmem: (after.leakedKmemIds - before.leakedKmemIds) / pods,
  };
}

/** Runs a script as the host's root and gives what it says; a failure is the test's. */
async function on(node: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await execOnNode(lab, node, `set -e\n${script}`);
  if (code !== 0) throw new Error(`${node}: exit ${code}: ${stderr}`);
  return stdout.trim();
}

const restartKubelet = "systemctl daemon-reload; systemctl restart kubelet";
const renew = `systemctl stop kubelet
cd /sys/fs/cgroup/memory; rmdir kubepods/burstable kubepods/besteffort kubepods
systemctl start kubelet
until [ -d kubepods/besteffort ]; do sleep 0.1; done`;
const isActive = "head -n 1 /sys/fs/cgroup/memory/kubepods/memory.kmem.slabinfo 2>&1 || true";

/** The status of a host's kubelet, once it answers at all. */
async function health(node: string): Promise<number> {
  const address = (await labStatus(lab)).nodes.find(({ name }) => name === node)?.address;
  for (;;) {
    const status = await new Promise<number | null>((resolve) => {
      get({ host: address, port: 10248, path: "/healthz" }, ({ statusCode = 0 }) => resolve(statusCode)).on(
        "error",
        () => resolve(null),
      );
    });
    if (status !== null) return status;
    await pause(50);
  }
}

async function offer(node: string, name: RepositoryName): Promise<void> {
  await offerRepository({ root: nodePlace(place, node).root }, await buildRepositories(place.cache), name);
}

t.before(() =>
  up({
    ...lab,
    nodes: { app_nodes: 1, compute_nodes: 1, clean_nodes: 1, both_nodes: 1 },
    kernel: { all: "1160", byNode: { "app-1": "514" } },
  }),
);

const groups = [
  { node: "app-1", memcg: 3, kmem: 3, is: "kubelet with accounting" },
  { node: "compute-1", memcg: 3, kmem: 2, is: "NVIDIA's runtime with accounting" },
  { node: "clean-1", memcg: 0, kmem: 0, is: "neither with accounting" },
  { node: "both-1", memcg: 3, kmem: 3, is: "both with accounting" },
];
t.test("each group leaks as it is equipped: 3, 2, 0 and 3 kmem ids a pod", async (t) => {
  const measured = await Promise.all(groups.map(({ node }) => leakPerPod(node)));
  groups.forEach(({ node, is, ...leak }, index) => {
    t.same(measured[index], leak, `${node}, ${is}`);
  });
});

t.test("app-1: a swapped kubelet leaves pods running, and leaks until kubepods is made again", async (t) => {
  await podsOnNodes({ ...lab, nodes: ["app-1"] }, "create", 2);
  const pids = await on("app-1", "pgrep -x sleep");
  await on("app-1", `dnf -q -y install kubelet-1.15.5-1; ${restartKubelet}`);
  t.equal(await health("app-1"), 200);
  t.equal(await on("app-1", "pgrep -x sleep"), pids, "the same processes");
  t.equal(
    await on("app-1", "kubelet --version; rpm -q kubelet"),
    "Kubernetes v1.15.5\nkubelet-1.15.5-1.x86_64",
  );
  await podsOnNodes({ ...lab, nodes: ["app-1"] }, "delete", 2);
  t.same(await leakPerPod("app-1"), { memcg: 3, kmem: 3 }, "the swap alone changes nothing");
  await on("app-1", renew);
  t.match(await on("app-1", isActive), /Input\/output error/);
  t.same(await leakPerPod("app-1"), { memcg: 0, kmem: 0 });
});

t.test(
  "app-1: rpm puts the old kubelet back, its settings kept, and it leaks again once renewed",
  async (t) => {
    const settings = await on("app-1", "cat /etc/sysconfig/kubelet");
    await on(
      "app-1",
      `rpm -U --oldpackage /srv/repo/kubelet-1.15.5-0.x86_64.rpm 2>/dev/null; ${restartKubelet}`,
    );
    t.equal(await on("app-1", "cat /etc/sysconfig/kubelet"), settings);
    await on("app-1", renew);
    t.same(await leakPerPod("app-1"), { memcg: 3, kmem: 3 });
  },
);

t.test("compute-1: the newer NVIDIA runtime leaks nothing once docker has been restarted", async (t) => {
  t.equal(await on("compute-1", "docker info --format '{{.DefaultRuntime}}'"), "nvidia");
  await on("compute-1", "dnf -q -y install nvidia-container-runtime-3.4.0; systemctl restart docker");
  t.same(await leakPerPod("compute-1"), { memcg: 0, kmem: 0 });
});

t.test("clean-1: a pod whose cgroup goes, or whose process does, is killed and made again", async (t) => {
  await podsOnNodes({ ...lab, nodes: ["clean-1"] }, "create", 1);
  const [first, second] = (await on("clean-1", "pgrep -x sleep")).split("\n");
  await on(
    "clean-1",
    // Both must be gone: the one that was killed is counted until it is reaped.
    `kill -9 ${first}
until [ "$(pgrep -x sleep | wc -l)" = 2 ] && ! kill -0 ${first} 2>/dev/null && ! kill -0 ${second} 2>/dev/null; do sleep 0.1; done`,
  );
  t.equal(await on("clean-1", "find /sys/fs/cgroup/memory/kubepods -type d | wc -l"), "6");
  await podsOnNodes({ ...lab, nodes: ["clean-1"] }, "delete", 1);
});

t.test("clean-1: a kubelet whose package says the wrong thing is told by kubepods alone", async (t) => {
  await offer("clean-1", "mislabelled");
  await on("clean-1", "rpm -U --replacepkgs /srv/repo/kubelet-1.15.5-1.x86_64.rpm 2>/dev/null");
  await on("clean-1", renew);
  t.equal(await on("clean-1", "rpm -q kubelet"), "kubelet-1.15.5-1.x86_64");
  t.match(await on("clean-1", isActive), /^slabinfo/);
});

t.test("clean-1: a sick kubelet never passes its health check; the good one mends it", async (t) => {
  await offer("clean-1", "unhealthy");
  await on(
    "clean-1",
    `rpm -U --replacepkgs /srv/repo/kubelet-1.15.5-1.x86_64.rpm 2>/dev/null; ${restartKubelet}`,
  );
  t.equal(await health("clean-1"), 500);
  await offer("clean-1", "good");
  await on(
    "clean-1",
    `rpm -U --replacepkgs /srv/repo/kubelet-1.15.5-1.x86_64.rpm 2>/dev/null; ${restartKubelet}`,
  );
  t.equal(await health("clean-1"), 200);
});

t.test("both-1: with all ids used up a pod fails in the kernel's own words", async (t) => {
  await writeFile(join(nodePlace(place, "both-1").kernel, "control"), "preload 65535");
  await on(
    "both-1",
    `echo '{"metadata":{"uid":"x"},"spec":{"containers":[{}]}}' >/etc/kubernetes/manifests/x.json`,
  );
  const said = await on(
    "both-1",
    "until journalctl -q -o cat -u kubelet | grep FailedCreate; do sleep 0.1; done; rm /etc/kubernetes/manifests/x.json",
  );
  t.match(
    said,
    /unable to ensure pod container exists: .* mkdir \/sys\/fs\/cgroup\/memory\/kubepods\/.*: cannot allocate memory/,
  );
});

t.test("both-1: a reboot frees every id, and makes pods again", async (t) => {
  await rebootNodes({ ...lab, nodes: ["both-1"] });
  await on("both-1", "until [ -d /sys/fs/cgroup/memory/kubepods/besteffort ]; do sleep 0.1; done");
  t.match(await counts("both-1"), { directories: 4, leakedMemcgIds: 0, leakedKmemIds: 0, memcgIds: 4 });
});
