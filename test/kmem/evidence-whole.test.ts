/** What the evidence tells beside what decides: hierarchies, workloads by name, engines, their files, what repositories leave out. */

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { diagnose, isKnown } from "../../src/kmem/kmem.ts";
import { explainText, type ScannedHost } from "../../src/report/report.ts";
import { Node, shells } from "./fixture.ts";

const id = (letter: string) => letter.repeat(64);
const uid = "0f3b0000-1111-2222-3333-444455556666";
const pod = `kubepods/burstable/pod${uid}`;
const older = "kubepods/podaaaa0000-1111-2222-3333-444455556666";

/** Two pods that leak and one container that did; kubelet's logs name one of each by another kind of name. */
function leaking(): Node {
  const node = new Node()
    .group("kubepods", { accounting: "on", limit: "8589934592" })
    .group(pod, { accounting: "on" })
    .group(`${pod}/${id("a")}`, { accounting: "on", limit: "104857600" })
    .group(older, { accounting: "off" })
    .group(`${older}/${id("b")}`, { accounting: "on" })
    .group("kubepods/podcccc0000-1111-2222-3333-444455556666", { accounting: "off" })
    .slab(`dentry(2:${id("a")})`)
    .slab(`dentry(7:${id("d")})`)
    .slab("dentry(8:unnamed)");
  return node
    .file(`var/log/pods/shop_cart-0_${uid}/x`, "")
    .file(`var/log/containers/db-1_data_postgres-${id("b")}.log`, "")
    .file(`var/log/containers/web-7_shop_nginx-${id("d")}.log`, "");
}

for (const [name, shell] of Object.entries(shells))
  t.test(`workloads are known by name, those that leak and one that did (${name})`, async (t) => {
    const node = leaking();
    t.teardown(() => node.remove());
    const evidence = node.evidence(shell);
    t.strictSame(
      (isKnown(evidence.pods) ? evidence.pods.value : []).map(({ name }) => name ?? "").sort(),
      ["", "data/db-1", "shop/cart-0"],
      "by its folder of logs, by its container's, not at all",
    );
    const { workloads, silent } = diagnose(evidence);
    t.strictSame(workloads.leaking.map(({ name, hasMemoryLimit }) => [name, hasMemoryLimit]).sort(), [
      ["data/db-1", false],
      ["shop/cart-0", true],
    ]);
    t.strictSame(workloads.gone.map(({ cgroup, pod }) => [cgroup.slice(0, 3), pod]).sort(), [
      ["ddd", "shop/web-7"],
      ["unn", null],
    ]);
    t.equal(workloads.goneOthers, 0);
    t.match(
      silent.map(({ says }) => says),
      [
        /^the root's slabinfo answers/,
        /^num_cgroups is 9/,
        /^the kernel memory limit of kubepods.* reads as none/,
      ],
    );
  });

t.test("a host's explanation names them, and what says nothing", async (t) => {
  const node = leaking().command(
    "dmesg",
    "echo 'mkdir /sys/fs/cgroup/memory/kubepods/x: no space left on device'",
  );
  t.teardown(() => node.remove());
  const host = {
    host: "app-1",
    diagnosis: diagnose(node.evidence()),
    summary: "leaking",
    mend: [],
    giveBack: [],
    exhaustion: {
      kind: "unknown",
      says: "once",
      certainty: null,
      idsPerDay: null,
      secondsLeft: null,
      date: null,
      basis: null,
    },
    awaitsReboot: [],
  } satisfies ScannedHost;
  const text = explainText(host);
  t.match(text, /\nLeak when they are deleted: (data\/db-1, shop\/cart-0|shop\/cart-0, data\/db-1)\n/);
  t.match(text, /\nContainers that leaked: .*dddddddddddd of shop\/web-7/);
  t.match(text, /\nWhat kernel and services said:\n {2}- mkdir \/sys\/fs\/cgroup.*\n {6}read from dmesg\n/);
  t.match(text, /\nSigns that say nothing here:\n {2}- the root's slabinfo/);
});

t.test("of a node that is not affected nothing is said to leak", async (t) => {
  const node = leaking();
  t.teardown(() => node.remove());
  const evidence = node.evidence();
  const elsewhere = { ...evidence.kernel, release: { value: "4.18.0-305.el8.x86_64", source: "osrelease" } };
  const { workloads, silent } = diagnose({ ...evidence, kernel: elsewhere });
  t.strictSame([workloads.leaking, workloads.gone, silent], [[], [], []]);
});

const v1 = "cgroup /sys/fs/cgroup/memory cgroup rw,nosuid,memory 0 0";
const v2 = (at: string) => `cgroup2 ${at} cgroup2 rw 0 0`;
const hierarchies: Readonly<Record<string, readonly [mounts: string, is: unknown]>> = {
  "v1 alone, as EL7 and EL8 have it": [
    v1,
    { kind: "legacy", memory: "/sys/fs/cgroup/memory", countsBelow: null },
  ],
  "v1 with v2 beside it, as Debian 10 and Ubuntu 20.04 have it": [
    `${v1}\n${v2("/sys/fs/cgroup/unified")}`,
    { kind: "hybrid", memory: "/sys/fs/cgroup/memory", countsBelow: null },
  ],
  "v2 alone, as EL9 has it": [v2("/sys/fs/cgroup"), { kind: "unified", memory: null, countsBelow: null }],
};
for (const [name, [mounts, is]] of Object.entries(hierarchies))
  t.test(name, async (t) => {
    const node = new Node();
    t.teardown(() => node.remove());
    symlinkSync("../mounts", join(node.roots.proc, "mounts"));
    node.file("../mounts", `tmpfs /run tmpfs rw 0 0\n${mounts}`);
    t.strictSame(node.evidence().cgroups.hierarchy.value, is);
  });

t.test(
  "whether a memory cgroup counts what is below it is read, and mounts that can't be are unknown",
  async (t) => {
    const node = new Node().file("../memory/memory.use_hierarchy", "1");
    t.teardown(() => node.remove());
    t.match(node.evidence().cgroups.hierarchy, { value: "unknown", reason: /No such file/ });
    node.file("../proc/mounts", v1);
    t.match(node.evidence().cgroups.hierarchy.value, { countsBelow: true });
  },
);

t.test("engines have their versions, packages and files, whichever runs", async (t) => {
  const node = new Node()
    .command("dockerd", "echo 'Docker version 18.06.1-ce, build e68fc7a'")
    .command(
      "containerd",
      "echo 'containerd github.com/containerd/containerd v1.2.13 7ad184331fa3e55e52b890ea95e65ba581ae3429'",
    )
    .command("crio", "exit 3")
    .command(
      "rpm",
      'case $* in *containerd) printf "containerd.io-1.2.13-3.2.el7.x86_64\\tDocker\\tbuild\\tcontainerd.io\\n" ;; *) exit 1 ;; esac',
    )
    .file("etc/docker/daemon.json", "{}")
    .file("etc/containerd/config.toml", 'imports = ["conf.d/*.toml"]')
    .file("etc/containerd/conf.d/more.toml", "");
  t.teardown(() => node.remove());
  const { enginePrograms, configFiles } = node.evidence().runtime;
  const at = (name: string) => enginePrograms.find(({ path }) => path.endsWith(`/${name}`));
  t.match(at("crio")?.version, { value: "unknown", reason: "exited with 3" });
  t.match(at("dockerd"), { version: { value: "18.06.1-ce" }, package: { value: "unknown" } });
  t.match(at("containerd"), {
    version: { value: "1.2.13" },
    package: { value: { name: "containerd.io" } },
  });
  t.strictSame(
    configFiles.map((path) => path.replace(/^.*\/host/, "")),
    ["/etc/docker/daemon.json", "/etc/containerd/config.toml", "/etc/containerd/conf.d/more.toml"],
  );
});

for (const [name, shell] of Object.entries(shells))
  t.test(`what yum, dnf or a repository leaves out is told with its file (${name})`, async (t) => {
    const node = new Node()
      .file("etc/yum.conf", "[main]\n#exclude=old\nkeepcache=0\nexclude = kernel*")
      .file(
        "etc/yum.repos.d/kubernetes.repo",
        "[kubernetes]\nexclude=kubelet kubeadm kubectl\nexcludepkgs=\n",
      );
    t.teardown(() => node.remove());
    t.strictSame(node.evidence(shell).packages.excludes.value, [
      "/etc/yum.conf:exclude = kernel*",
      "/etc/yum.repos.d/kubernetes.repo:exclude=kubelet kubeadm kubectl",
    ]);
  });
