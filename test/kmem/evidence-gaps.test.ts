/** What a node tells beside its cgroups: files and commands that lie, are missing, or are another engine's. */

import t from "tap";
import type { Evidence } from "../../src/kmem/kmem.ts";
import { Node, shells } from "./fixture.ts";

interface Case {
  readonly node: (node: Node) => unknown;
  readonly is: (evidence: Evidence) => unknown;
  readonly equals: unknown;
}

const stopped =
  "echo LoadState=loaded; echo ActiveState=inactive; echo MainPID=0; echo 'ExecStart={ path=/bin/ls ; argv[]=/bin/ls }'";
const kubelet = "echo LoadState=loaded; echo ActiveState=active; echo MainPID=77";

const cases: Readonly<Record<string, Case>> = {
  "a kubelet that does not run has no --config, whatever rpm said last": {
    node: (node) =>
      node
        .command("systemctl", stopped)
        .command("rpm", "echo --config=/wrong.yaml")
        .file("var/lib/kubelet/config.yaml", "cgroupDriver: systemd")
        .file("wrong.yaml", "cgroupDriver: cgroupfs"),
    is: ({ kubelet: { driver, arguments: words } }) => [driver.value, words.reason],
    equals: ["systemd", "kubelet does not run"],
  },
  "a flag's value may be a word of its own": {
    node: (node) =>
      node
        .command("systemctl", kubelet)
        .process(77, "/usr/bin/kubelet", "--config", "/etc/kubelet.yaml")
        .file("etc/kubelet.yaml", "cgroupDriver: systemd"),
    is: ({ kubelet: { driver } }) => driver.value,
    equals: "systemd",
  },
  "kubelet's endpoint tells its engine, though docker runs too": {
    node: (node) =>
      kubeletOf(
        node,
        "--container-runtime=remote",
        "--container-runtime-endpoint=unix:///run/containerd/containerd.sock",
      ),
    is: ({ runtime: { ofKubelet, inUse } }) => [ofKubelet.value, inUse.value],
    equals: ["containerd", "runc"],
  },
  "the endpoint may stand in kubelet's file": {
    node: (node) =>
      kubeletOf(node).file(
        "var/lib/kubelet/config.yaml",
        "kind: KubeletConfiguration\ncontainerRuntimeEndpoint: unix:///var/run/crio/crio.sock",
      ),
    is: ({ runtime: { ofKubelet } }) => [ofKubelet.value, ofKubelet.source.endsWith("config.yaml")],
    equals: ["crio", true],
  },
  "an endpoint of nobody's is unknown, and is not docker": {
    node: (node) => kubeletOf(node, "--container-runtime-endpoint", "/run/pouch.sock"),
    is: ({ runtime: { ofKubelet, inUse } }) => [ofKubelet.reason, inUse.value],
    equals: ["no engine is known to listen at /run/pouch.sock", "unknown"],
  },
  "containerd, version 1: its own tables": {
    node: (node) =>
      containerd(
        node,
        `[plugins.cri.containerd]\n  default_runtime_name = "nvidia" # ours\n[plugins.cri.containerd.runtimes.nvidia.options]\n  BinaryName = "/opt/nv/runc"\n  SystemdCgroup = true`,
      ),
    is: settings,
    equals: ["nvidia", "systemd"],
  },
  "containerd, version 2: a driver set for another runtime is not that of the default": {
    node: (node) =>
      containerd(
        node,
        `version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata.options]\nSystemdCgroup = true\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\noptions = { SystemdCgroup = false, BinaryName = "" }`,
      ),
    is: settings,
    equals: ["runc", "cgroupfs"],
  },
  "containerd, version 3: the plugin's new name, in single quotes": {
    node: (node) =>
      containerd(
        node,
        `version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd]\ndefault_runtime_name = 'crun'\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.crun.options]\nSystemdCgroup = true`,
      ),
    is: settings,
    equals: ["crun", "systemd"],
  },
  "containerd: a table of version 2 in a file of version 1 counts for nothing": {
    node: (node) =>
      containerd(
        node,
        `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\nSystemdCgroup = true`,
      ),
    is: settings,
    equals: ["runc", "cgroupfs"],
  },
  "containerd: what it imports counts": {
    node: (node) =>
      containerd(
        node,
        `version = 2\n# imports = ["/nowhere"]\nroot = "/data/containerd"\nimports = [\n  "/etc/containerd/conf.d/*.toml"\n]`,
      ).file(
        "etc/containerd/conf.d/99-nvidia.toml",
        `version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "nvidia"`,
      ),
    is: ({ runtime: { inUse, dataRoot } }) => [
      inUse.value,
      dataRoot.value,
      inUse.source.includes("99-nvidia"),
    ],
    equals: ["nvidia", "/data/containerd", true],
  },
  "containerd: another file is read where it was started with one": {
    node: (node) =>
      containerd(node, `version = 2\nroot = "/not/this"`)
        .process(9, "/usr/bin/containerd", "-c", "/srv/containerd.toml")
        .file("srv/containerd.toml", `root = "/this"`),
    is: ({ runtime: { dataRoot } }) => dataRoot.value,
    equals: "/this",
  },
  "CRI-O: the last file of crio.conf.d wins": {
    node: (node) =>
      kubeletOf(node, "--container-runtime-endpoint=/var/run/crio/crio.sock")
        .file("etc/crio/crio.conf", `[crio]\nroot = "/data/crio"\n[crio.runtime]\ndefault_runtime = "runc"`)
        .file("etc/crio/crio.conf.d/01-crun.conf", `[crio.runtime]\ndefault_runtime = "crun"`)
        .file("etc/crio/crio.conf.d/02-driver.conf", `[crio.runtime]\ncgroup_manager = "systemd"`),
    is: (evidence) => [...settings(evidence), evidence.runtime.dataRoot.value],
    equals: ["crun", "systemd", "/data/crio"],
  },
  "CRI-O: a driver that is not set is unknown, as its default changed": {
    node: (node) => kubeletOf(node, "--container-runtime-endpoint=/var/run/crio/crio.sock"),
    is: settings,
    equals: ["runc", "unknown"],
  },
  "docker's data and kubelet's folder may lie elsewhere": {
    node: (node) =>
      kubeletOf(node, "--root-dir=/data/kubelet").command(
        "docker",
        `case $* in *DockerRootDir*) echo /data/docker ;; esac`,
      ),
    is: ({ runtime, kubelet: { rootDir } }) => [
      runtime.ofKubelet.value,
      runtime.dataRoot.value,
      rootDir.value,
    ],
    equals: ["docker", "/data/docker", "/data/kubelet"],
  },
  "docker's data, where docker does not answer, is what its flags and file say": {
    node: (node) =>
      kubeletOf(node)
        .command("docker", "exit 1")
        .file("etc/docker/daemon.json", `{"data-root": "/data/docker"}`),
    is: ({ runtime: { dataRoot } }) => dataRoot.value,
    equals: "/data/docker",
  },
  "cgroup v2 is known where there is no memory hierarchy at all": {
    node: (node) => node.unified("nr_descendants 12\nnr_dying_descendants 345"),
    is: ({ cgroups: { version } }) => version.value,
    equals: "v2",
  },
};

/** Kubelet and all three engines run; kubelet has these flags. */
function kubeletOf(node: Node, ...flags: readonly string[]): Node {
  const engines = ["docker", "containerd", "crio"].map(
    (name, index) => `echo Id=${name}.service; echo ActiveState=active; echo MainPID=${index + 8}; echo`,
  );
  return node
    .command("systemctl", `case $* in *docker*) ${engines.join("; ")} ;; *) ${kubelet} ;; esac`)
    .process(77, "/usr/bin/kubelet", ...flags);
}

function containerd(node: Node, config: string): Node {
  return kubeletOf(node, "--container-runtime-endpoint=unix:///run/containerd/containerd.sock").file(
    "etc/containerd/config.toml",
    config,
  );
}

function settings({ runtime: { inUse, driver } }: Evidence): unknown[] {
  return [inUse.value, driver.value];
}

for (const [shellName, shell] of Object.entries(shells))
  for (const [name, { node, is, equals }] of Object.entries(cases))
    t.test(`${name} (${shellName})`, async (t) => {
      const made = new Node();
      t.teardown(() => made.remove());
      node(made);
      t.strictSame(is(made.evidence(shell)), equals);
    });
