/** Nodes that are laid out otherwise than the incident's: containerd in docker's place, the systemd driver, an EL8 kernel. */

import t from "tap";
import { execOnNode, labStatus, podsOnNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

t.test("a fleet of layouts", { skip: whatIsMissing() ?? false, timeout: 290_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 2, compute_nodes: 1, clean_nodes: 0, both_nodes: 2 },
    kernel: { all: "1160", byNode: { "both-2": "el8" } },
    engine: { all: "containerd", byNode: { "app-2": "docker" } },
    driver: { all: "cgroupfs", byNode: { "app-1": "systemd", "app-2": "systemd" } },
  });
  const lab = { state, name };
  const on = (host: string, script: string) => execOnNode(lab, host, script).then((end) => end.stdout);
  const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
  const playbook = (of: string, host: string, ...set: string[]) =>
    run(
      "run",
      "-i",
      inventory,
      "-l",
      host,
      `playbooks/${of}.yml`,
      ...["kmem_probe_pods=1", ...set].flatMap((each) => ["-e", each]),
    );
  const scan = async () => {
    const { stdout } = await run("scan", "-i", inventory, "--output", "json");
    return new Map((JSON.parse(stdout).hosts as Scanned[]).map((host) => [host.host, host]));
  };
  const leakPerPod = async (host: string, pods = 2) => {
    const leaked = async () => (await labStatus(lab)).nodes.find((node) => node.name === host)?.counts;
    const before = await leaked();
    await podsOnNodes({ ...lab, nodes: [host] }, "create", pods);
    await podsOnNodes({ ...lab, nodes: [host] }, "delete", pods);
    const after = await leaked();
    return {
      memcgIds: ((after?.leakedMemcgIds ?? -1) - (before?.leakedMemcgIds ?? 0)) / pods,
      kmemIds: ((after?.leakedKmemIds ?? -1) - (before?.leakedKmemIds ?? 0)) / pods,
    };
  };

  await t.test("pods' cgroups lie where engine and driver put them", async (t) => {
    await podsOnNodes(lab, "create", 1);
    for (const [host, shape] of Object.entries(shapes)) {
      const groups = (await on(host, "cd /sys/fs/cgroup/memory && find kubepods* -type d"))
        .trim()
        .split("\n");
      t.equal(groups.filter((path) => shape.test(path)).length, 2, `${host}: the pause and the container`);
      t.equal(groups.length, 6, `${host}: with their pod, two classes and the top`);
    }
  });

  await t.test(
    "scan says of each who leaks and why, and what a pod costs, as the kernel counts it",
    async (t) => {
      const scanned = await scan();
      for (const [host, { verdict, by, because, mend }] of Object.entries(verdicts)) {
        const found = scanned.get(host);
        t.match(found?.diagnosis, { verdict, switchedOnBy: by, contradictions: [], surer: [] }, host);
        t.equal(found?.diagnosis.reasons[0]?.says, because, host);
        t.strictSame(
          found?.mend.map((step) => step.playbook.replace("kmend.playbooks.", "")),
          mend,
          `${host}: what mends it`,
        );
        const { memcgIds, kmemIds } = found?.diagnosis.perPod ?? {};
        t.strictSame(await leakPerPod(host), { memcgIds, kmemIds }, `${host}: ids a pod`);
      }
      const after = await scan();
      t.equal(after.get("both-1")?.diagnosis.leaked.kmemIds, 6);
      t.equal(after.get("compute-1")?.diagnosis.leaked.kmemIds, 4);
    },
  );

  await t.test("containerd's runc is swapped under running pods, and taken back", async (t) => {
    const before = await on("both-1", fingerprint);
    const end = await playbook("fix-runtime", "both-1");
    t.equal(end.code, 0, end.stdout);
    t.equal(
      await on("both-1", "rpm -q containerd.io; systemctl is-active containerd; runc --version | head -n 1"),
      "containerd.io-1.3.9-3.1.el7.x86_64\nactive\nrunc version 1.0.0-rc92\n",
    );
    t.equal(await on("both-1", podProcesses), before.slice(before.indexOf("pods:")), "the pods run on");
    t.equal((await run("rollback", "last")).code, 0);
    t.equal(await on("both-1", fingerprint), before);
  });

  await t.test(
    "NVIDIA's runtime is swapped where containerd starts it, and a pod costs nothing",
    async (t) => {
      const end = await playbook("fix-runtime", "compute-1");
      t.equal(end.code, 0, end.stdout);
      // The pod from before leaks once more, when it goes.
      await podsOnNodes({ ...lab, nodes: ["compute-1"] }, "delete", 1);
      t.strictSame(await leakPerPod("compute-1"), { memcgIds: 0, kmemIds: 0 });
      t.equal((await scan()).get("compute-1")?.diagnosis.verdict, "clean");
    },
  );

  await t.test("a containerd node is mended and renewed under its pods", async (t) => {
    const pods = await on("both-1", startedProcesses);
    const end = await playbook("kmem", "both-1", "kmem_renewal=live", "kmem_settle_seconds=5");
    t.equal(end.code, 0, end.stdout);
    t.match(end.stdout, /"2 processes moved, 0 ended by themselves meanwhile"/);
    t.match(end.stdout, /Verified: 1 fresh pods came and went/);
    t.equal(await on("both-1", startedProcesses), pods, "the same processes run on, since when they did");
    t.strictSame(await leakPerPod("both-1"), { memcgIds: 0, kmemIds: 0 });
    t.equal((await scan()).get("both-1")?.diagnosis.verdict, "clean");
  });

  await t.test("under the systemd driver nothing is swapped or renewed", async (t) => {
    const before = await on("app-1", fingerprint);
    const end = await playbook("kmem", "app-1,app-2");
    t.equal(end.code, 0, end.stdout);
    t.equal(await on("app-1", fingerprint), before);
  });

  await t.test("on an EL8 kernel nothing is swapped, and accounting at work is no finding", async (t) => {
    const before = await on("both-2", fingerprint);
    const end = await playbook("kmem", "both-2");
    t.equal(end.code, 0, end.stdout);
    t.equal(await on("both-2", fingerprint), before);
    const verified = await playbook("verify", "both-2");
    t.equal(verified.code, 0, verified.stdout);
    t.match(verified.stdout, "Not verified by pods: this leak is not this kernel's");
  });

  await t.test("verify reads fresh pods in slices too, and says so when one has accounting on", async (t) => {
    const clean = await playbook("verify", "app-1");
    t.equal(clean.code, 0, clean.stdout);
    t.match(clean.stdout, "born without accounting; 0 kmem ids leaked before them and after");
    // A kernel memory limit of its own switches a container's accounting on under either driver.
    await on(
      "app-1",
      `dnf -q -y install containerd.io-1.2.13 >/dev/null 2>&1; mv /usr/bin/runc /usr/bin/runc.real
printf '%s\\n' '#!/bin/sh' 'case $1 in run) shift; set -- run --kernel-memory 104857600 "$@" ;; esac' 'exec /usr/bin/runc.real "$@"' >/usr/bin/runc
chmod 755 /usr/bin/runc`,
    );
    const leaking = await playbook("verify", "app-1");
    t.equal(leaking.code, 2, leaking.stdout);
    t.match(
      leaking.stdout,
      /A fresh pod is born with accounting on: kubepods\.slice\/\S*\/cri-containerd-\w+\.scope/,
    );
  });
});

interface Scanned {
  readonly host: string;
  readonly mend: readonly { readonly playbook: string }[];
  readonly diagnosis: {
    readonly verdict: string;
    readonly perPod: { readonly memcgIds: number; readonly kmemIds: number };
    readonly leaked: { readonly kmemIds: number };
    readonly reasons: readonly { readonly says: string }[];
  };
}

const id = "[0-9a-f]{64}";
const slices =
  "kubepods\\.slice/kubepods-burstable\\.slice/kubepods-burstable-pod[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}\\.slice";
const shapes = {
  "app-1": new RegExp(`^${slices}/cri-containerd-${id}\\.scope$`),
  "app-2": new RegExp(`^${slices}/docker-${id}\\.scope$`),
  "both-1": new RegExp(`^kubepods/burstable/pod[0-9a-f-]{36}/${id}$`),
};

const bySystemd = {
  verdict: "clean",
  by: "nobody",
  because: "kubelet uses the systemd cgroup driver, which does not switch accounting on",
  mend: [],
};
const verdicts = {
  "both-2": {
    verdict: "not-affected",
    by: "nobody",
    because: "kernel 4.18.0-147.el8.x86_64 is not EL7's 3.10: this leak is EL7's own",
    mend: [],
  },
  "app-1": bySystemd,
  "app-2": bySystemd,
  "compute-1": {
    verdict: "leaking",
    by: "runtime",
    because:
      "the runtime /usr/bin/nvidia-container-runtime is built with kernel memory accounting: it switches it on",
    mend: ["fix-runtime"],
  },
  "both-1": {
    verdict: "leaking",
    by: "both",
    because: "kubepods has accounting on, and hands it down to every pod made below it",
    mend: ["fix-kubelet", "fix-runtime", "renew-live"],
  },
};

const podProcesses = `echo pods:; find /sys/fs/cgroup/memory/kubepods* -name cgroup.procs -exec cat {} + | sort -n`;
const startedProcesses = `for p in $(find /sys/fs/cgroup/memory/kubepods* -name cgroup.procs -exec cat {} + | sort -n); do
  echo "$p $(sed 's/.*) //' /proc/$p/stat | cut -d ' ' -f 20)"
done`;
const fingerprint = `rpm -qa | sort; sha256sum /usr/bin/kubelet /usr/bin/containerd /usr/bin/runc /etc/containerd/config.toml
systemctl is-active kubelet containerd; ${podProcesses}`;
