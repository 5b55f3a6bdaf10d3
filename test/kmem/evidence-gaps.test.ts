/** What a node tells beside its cgroups: files and commands that lie, are missing, or are another engine's. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Evidence, Program } from "../../src/kmem/kmem.ts";
import { Node, shells } from "./fixture.ts";

interface Case {
  readonly node: (node: Node) => unknown;
  readonly is: (evidence: Evidence) => unknown;
  readonly equals: unknown;
}

const stopped =
  "echo LoadState=loaded; echo ActiveState=inactive; echo MainPID=0; echo 'ExecStart={ path=/bin/ls ; argv[]=/bin/ls }'";
const kubelet = "echo LoadState=loaded; echo ActiveState=active; echo MainPID=77";

const goId = ["aZ09_-aZ09_-aZ09_-aa", "b", "c", "d"].map((part) => part.padEnd(20, part)).join("/");

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
  "containerd, version 1 as 1.2 wrote it: the default runtime is a table of its own": {
    node: (node) =>
      containerd(
        node,
        `[plugins.cri]\n  systemd_cgroup = true\n[plugins.cri.containerd.default_runtime]\n  runtime_type = "io.containerd.runtime.v1.linux"\n  runtime_engine = "/opt/nv/runc"`,
      ),
    is: (evidence) => [...settings(evidence), evidence.runtime.program.reason],
    equals: ["default", "systemd", 'runtime "default" at /opt/nv/runc was not found'],
  },
  "containerd: a runtime of any name starts runc where its table names no program": {
    node: (node) =>
      containerd(
        node,
        `version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "ours"\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.ours]\nruntime_type = "io.containerd.runc.v2"`,
      ),
    is: ({ runtime: { inUse, program } }) => [inUse.value, program.reason],
    equals: ["ours", 'runtime "ours" at runc was not found'],
  },
  "containerd: a default runtime's table without a type counts for nothing": {
    node: (node) =>
      containerd(
        node,
        `[plugins.cri.containerd]\n  default_runtime_name = "nvidia"\n[plugins.cri.containerd.default_runtime]\n  runtime_type = ""\n  runtime_engine = "/opt/nv/runc"`,
      ),
    is: settings,
    equals: ["nvidia", "cgroupfs"],
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
  "cgroup v2 counts what was removed and is still held": {
    node: (node) => node.unified("nr_descendants 12\nnr_dying_descendants 345"),
    is: ({ cgroups: { unified } }) => unified.value,
    equals: { descendants: 12, dying: 345 },
  },
  "cgroup v1 has no such count": {
    node: (node) => node,
    is: ({ cgroups: { unified } }) => unified.reason,
    equals: "cgroup v1 has no such count",
  },
  "a newer kernel in /boot waits for a reboot; one to rescue or debug with does not": {
    node: (node) =>
      kernels(
        node,
        "3.10.0-514.el7.x86_64",
        "3.10.0-1160.31.1.el7.x86_64",
        "0-rescue-3f",
        "3.10.0-1200.el7.x86_64.debug",
      ),
    is: pending,
    equals: ["kernel 3.10.0-1160.31.1.el7.x86_64 is installed, 3.10.0-1160.el7.x86_64 runs"],
  },
  "versions are compared by number: 957 is older than 1160": {
    node: (node) => kernels(node, "3.10.0-957.el7.x86_64", "3.10.0-1160.el7.x86_64"),
    is: pending,
    equals: [],
  },
  "rpm knows a kernel that /boot, not mounted, does not show": {
    node: (node) =>
      kernels(node).command(
        "rpm",
        "case $* in *kernel) echo 3.10.0-1160.el7.x86_64; echo 3.10.0-1160.119.1.el7.x86_64 ;; *) exit 1 ;; esac",
      ),
    is: pending,
    equals: ["kernel 3.10.0-1160.119.1.el7.x86_64 is installed, 3.10.0-1160.el7.x86_64 runs"],
  },
  "an older kernel that boots next waits for a reboot, as after a rollback": {
    node: (node) =>
      kernels(node, "3.10.0-514.el7.x86_64", "3.10.0-1160.el7.x86_64").command(
        "grubby",
        "echo /boot/vmlinuz-3.10.0-514.el7.x86_64",
      ),
    is: pending,
    equals: ["kernel 3.10.0-514.el7.x86_64 boots next, 3.10.0-1160.el7.x86_64 runs"],
  },
  "a newer kernel that does not boot next waits for nothing": {
    node: (node) =>
      kernels(node, "3.10.0-1160.el7.x86_64", "3.10.0-1160.119.1.el7.x86_64").command(
        "grubby",
        "echo /boot/vmlinuz-3.10.0-1160.el7.x86_64",
      ),
    is: pending,
    equals: [],
  },
  "with no kernel to be seen, whether a reboot waits is unknown": {
    node: (node) => kernels(node).command("rpm", "exit 1"),
    is: ({ kernel: { pendingReboot } }) => pendingReboot.reason,
    equals: "no installed kernel was found: is /boot mounted?",
  },
  "a package may have asked for a reboot": {
    node: (node) =>
      kernels(node, "3.10.0-1160.el7.x86_64")
        .file("var/run/reboot-required", "*** System restart required ***")
        .file("var/run/reboot-required.pkgs", "libc6\ndbus"),
    is: ({ kernel: { pendingReboot } }) => String(pendingReboot.value).replace(/^.*\/host/, ""),
    equals: "/var/run/reboot-required is there, for libc6 dbus",
  },
  "grub's defaults are those that its shell would have": {
    node: (node) =>
      node.file(
        "etc/default/grub",
        `GRUB_CMDLINE_LINUX="cgroup.memory=nokmem"\n#GRUB_CMDLINE_LINUX="old"\nGRUB_CMDLINE_LINUX='crashkernel=auto'\nGRUB_CMDLINE_LINUX_DEFAULT=quiet`,
      ),
    is: ({ kernel: { bootDefaults } }) => bootDefaults.value,
    equals: "crashkernel=auto quiet",
  },
  "a copy of a cache that a cgroup could not fill is a sign; a plain cache is none": {
    node: (node) => node.command("dmesg", `cat <<'END'\n${slub}\nEND`),
    is: ({ kernel: { messages } }) => told(messages),
    equals: [1, ["no cgroup's copy of a cache is named: the whole node was short of memory"]],
  },
  "inotify's limit and conntrack's memory look like the leak, and are named as what they are": {
    node: (node) =>
      node
        .command(
          "dmesg",
          "echo 'kmem_cache_create(nf_conntrack_ffff88) failed with error -12'; echo 'eth0: link up'",
        )
        .command("journalctl", `cat <<'END'\n${journal}\nEND`),
    is: ({ kernel: { messages, serviceMessages } }) => [told(messages), told(serviceMessages)],
    equals: [
      [0, ["the kernel found no piece of memory large enough: it is fragmented"]],
      [2, ["the limit of inotify watches (fs.inotify.max_user_watches) is reached, not that of cgroups"]],
    ],
  },
  "a log that may not be read is unknown, and is not a log without signs": {
    node: (node) =>
      node.command("dmesg", "echo 'dmesg: read kernel buffer failed: Operation not permitted' >&2; exit 1"),
    is: ({ kernel: { messages } }) => messages.reason,
    equals: "Operation not permitted",
  },
  "a binary's build id is the linker's": {
    node: (node) => installed(node, "/bin/ls").command("readelf", "echo '    Build ID: 15dfff32'"),
    is: (evidence) => program(evidence)?.buildId.value,
    equals: "gnu 15dfff32",
  },
  "a build id is read by file where readelf is of no use": {
    node: (node) =>
      installed(node, "/bin/ls")
        .command("readelf", "exit 127")
        .command("file", "echo 'ELF 64-bit LSB executable, BuildID[sha1]=0x15dfff32, stripped'"),
    is: (evidence) => program(evidence)?.buildId.value,
    equals: "gnu 15dfff32",
  },
  "Go's build id stands at the head of the file": {
    node: (node) =>
      installed(
        node.file("bin/kubelet", `ELF\0\0Go\0\0${goId}\0\0text`),
        join(node.roots.host, "bin/kubelet"),
      ),
    is: (evidence) => program(evidence)?.buildId.value,
    equals: `go ${goId}`,
  },
  "a binary without a build id says so": {
    node: (node) => installed(node.file("bin/kubelet", "#!/bin/sh"), join(node.roots.host, "bin/kubelet")),
    is: (evidence) => program(evidence)?.buildId.reason,
    equals: "it has none",
  },
  "dpkg tells a binary's package, found by the folder that dpkg knows it in": {
    node: (node) =>
      debian(
        installed(node, "/usr/bin/env"),
        "[ $2 != /bin/env ] || { echo 'diversion by dash from: /bin/env'; echo 'kubelet:amd64: /bin/env'; }",
      ),
    is: (evidence) => [program(evidence)?.package.value, evidence.kubelet.verify.value],
    equals: [
      {
        name: "kubelet",
        nevra: "kubelet-1.15.5-00.amd64",
        vendor: "The Team <team@example.org>",
        buildHost: "",
      },
      "",
    ],
  },
  "a package's name is the package manager's, whatever its version looks like": {
    node: (node) => debian(installed(node, "/usr/bin/env"), "echo 'kubelet: /usr/bin/env'", "1.15.5"),
    is: (evidence) => program(evidence)?.package.value,
    equals: {
      name: "kubelet",
      nevra: "kubelet-1.15.5.amd64",
      vendor: "The Team <team@example.org>",
      buildHost: "",
    },
  },
  "a binary that no package owns": {
    node: (node) => debian(installed(node, "/usr/bin/env"), "exit 1"),
    is: (evidence) => program(evidence)?.package.reason,
    equals: "no package owns it",
  },
  "apt's holds are locks": {
    node: (node) => node.command("dpkg", "echo kubelet hold; echo adduser install; echo runc hold"),
    is: ({ packages: { locks } }) => [locks.value, locks.source],
    equals: [["kubelet", "runc"], "dpkg --get-selections"],
  },
  "holds that apt does not tell are unknown": {
    node: (node) => node.command("dpkg", "exit 2"),
    is: ({ packages: { locks } }) => locks.reason,
    equals: "exited with 2",
  },
  "the disk for the way back is that of kmend's own folder, where it has one": {
    node: (node) => disk(node.file("var/lib/kmend/packages/x", ""), "/mnt rw,relatime"),
    is: ({ disk: { value, source } }) => [value, source],
    equals: [{ path: "/var/lib/kmend", freeKb: 64, isReadOnly: false }, "df -Pk /var/lib/kmend"],
  },
  "a disk that is mounted read-only keeps no way back": {
    node: (node) => disk(node.file("var/log/x", ""), "/mnt ro,noatime"),
    is: ({ disk: { value } }) => value,
    equals: { path: "/var", freeKb: 64, isReadOnly: true },
  },
};

/** Kubelet's service names this program, and does not run. */
function installed(node: Node, path: string): Node {
  return node
    .command("systemctl", `echo MainPID=0; echo 'ExecStart={ path=${path} ; argv[]=${path} }'`)
    .command("rpm", "exit 1");
}

function program({ kubelet }: Evidence): Program | undefined {
  return kubelet.program.reason === undefined ? kubelet.program.value : undefined;
}

function debian(node: Node, search: string, version = "1.15.5-00"): Node {
  return node
    .command("dpkg", `case $1 in -S) ${search} ;; -V) ;; esac`)
    .command(
      "dpkg-query",
      `case $4 in kubelet) printf "$(printf %s "$3" | sed 's/[$]{Package}/kubelet/g; s/[$]{Version}/${version}/; s/[$]{Architecture}/amd64/; s/[$]{Maintainer}/The Team <team@example.org>/')" ;; *) exit 1 ;; esac`,
    );
}

/** Of df's and the kernel's words for the mount. */
function disk(node: Node, mount: string): Node {
  const [point = "", options = ""] = mount.split(" ");
  writeFileSync(
    join(node.roots.proc, "mounts"),
    `tmpfs / tmpfs rw 0 0\ntmpfs ${point} tmpfs ${options} 0 0\n`,
  );
  return node.command(
    "df",
    `echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'; echo 'tmpfs 128 64 64 50% ${point}'`,
  );
}

const slub = `[1.0] SLUB: Unable to allocate memory on node -1 (gfp=0x8020)
[1.0]   cache: ip6_dst_cache(0:4f1d), object size: 448, buffer size: 448
[2.0] SLUB: Unable to allocate memory on node -1 (gfp=0x20)
[2.0]   cache: kmalloc-4096, object size: 4096, buffer size: 4096`;

const journal = `mkdir /sys/fs/cgroup/memory/kubepods/burstable/pod1: no space left on device
mkdir /sys/fs/cgroup/memory/docker/4f1d: cannot allocate memory
inotify_add_watch /sys/fs/cgroup/memory/kubepods: no space left on device
mkdir /var/lib/docker/overlay2/1: no space left on device`;

function told({ value }: Evidence["kernel"]["messages"]): unknown {
  return value === "unknown" ? value : [value.signs.length, value.lookalikes.map(({ says }) => says)];
}

function kernels(node: Node, ...versions: readonly string[]): Node {
  for (const version of ["", ...versions])
    node.file(`boot/${version && "vmlinuz-"}${version || "grub2/grub.cfg"}`, "");
  return node.file("var/run/utmp", "").command("rpm", "exit 1");
}

function pending({ kernel: { pendingReboot } }: Evidence): unknown {
  return pendingReboot.value;
}

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
