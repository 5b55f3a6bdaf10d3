/** Everything that one round trip tells of a node, each fact with where it was read. JSON: it is registered and journaled. */

import type { Fact } from "../fact.ts";
import type { PodStarts } from "./read-pod-starts.ts";

export interface Evidence {
  readonly schema: 1;
  readonly kernel: KernelEvidence;
  readonly cgroups: CgroupEvidence;
  readonly slab: Fact<SlabCount>;
  /** By the index method: highest index + 1 - live cgroups whose slabinfo answers. A lower bound where `slab` is. */
  readonly leakedKmemIds: Fact<number>;
  readonly kubelet: KubeletEvidence;
  readonly runtime: RuntimeEvidence;
  readonly packages: PackageEvidence;
  /** The folder that the way back is kept in, or would be made in; null: not said how it is mounted. */
  readonly disk: Fact<{
    readonly path: string;
    readonly freeKb: number;
    readonly isReadOnly: boolean | null;
  }>;
  /** The pods whose cgroups exist now. */
  readonly pods: Fact<readonly Pod[]>;
  /** `namespace/name` of pods whose containers leaked, by the cgroup's name; only of those whose logs are still there. */
  readonly goneNames: Readonly<Record<string, string>>;
}

export interface KernelEvidence {
  readonly release: Fact<string>;
  readonly commandLine: Fact<string>;
  /** CONFIG_MEMCG_KMEM. */
  readonly config: Fact<"y" | "n">;
  readonly bootId: Fact<string>;
  readonly os: Fact<string>;
  /** What /etc/default/grub gives each kernel on its command line; /proc/cmdline decides. */
  readonly bootDefaults: Fact<string>;
  /** What waits for a reboot, each in words: another kernel that boots next, a newer one than the one that runs, a package that asked for one. */
  readonly pendingReboot: Fact<readonly string[]>;
  /** Of the kernel's own log. */
  readonly messages: Fact<Messages>;
  /** Of the newest that kubelet and the engines logged. */
  readonly serviceMessages: Fact<Messages>;
}

export interface Messages {
  /** What the leak, or accounting at work, makes them say. */
  readonly signs: readonly string[];
  /** What looks like it, and what it says instead. */
  readonly lookalikes: readonly { readonly line: string; readonly says: string }[];
}

export interface CgroupEvidence {
  readonly version: Fact<"v1" | "v2">;
  readonly hierarchy: Fact<Hierarchy>;
  /** Always off, on every EL7 node, leaking or not: kept to say so, and used for nothing. */
  readonly root: Fact<Accounting>;
  /** `absent`: no such directory, so no kubelet has started here since boot, or it uses another driver or root. */
  readonly kubepods: Fact<Accounting | "absent">;
  readonly groups: readonly Cgroup[];
  /** Live cgroups in the whole hierarchy whose slabinfo answers. */
  readonly active: Fact<number>;
  readonly directories: Fact<number>;
  /** /proc/cgroups: does not move while ids leak. Kept to say so. */
  readonly numCgroups: Fact<number>;
  /** kmem usage of `kubepods` while it holds no pod, in bytes: on 514 above 0 means that containers leaked. */
  readonly idleUsage: Fact<number>;
  /** cgroup v2 counts its own: those that live, and those that were removed and are still held. */
  readonly unified: Fact<{ readonly descendants: number; readonly dying: number }>;
}

/** `hybrid`: v1 with a v2 hierarchy beside it. */
export interface Hierarchy {
  readonly kind: "legacy" | "hybrid" | "unified";
  /** Where the memory hierarchy of v1 is mounted; null: nowhere. */
  readonly memory: string | null;
  /** memory.use_hierarchy of its root; null: not there, as under v2. */
  readonly countsBelow: boolean | null;
}

export type Accounting = "on" | "off";
export type CgroupKind = "root" | "kubepods" | "qos" | "pod" | "container" | "other";

export interface Cgroup {
  /** Relative to the hierarchy, without a leading slash; the root is "". */
  readonly path: string;
  readonly kind: CgroupKind;
  readonly accounting: Fact<Accounting>;
  /** null where no limit is set or none could be read. */
  readonly memoryLimit: string | null;
  readonly kmemLimit: string | null;
  readonly kmemUsage: string | null;
  readonly hasProcesses: boolean | null;
}

export interface SlabCount {
  readonly entries: number;
  /** -1: no per-cgroup cache at all. */
  readonly highestIndex: number;
  readonly indexes: number;
  /** Indexes whose cgroup has no directory any more, and some of their names. */
  readonly deadIndexes: number;
  readonly deadNames: readonly string[];
  /** False when the time or the number of entries ran out: every count is then a lower bound. */
  readonly isWhole: boolean;
}

/** `kmem`: switches accounting on. `nokmem`: refuses to, rc7 or later. `neither`: nokmem at rc6, or rc94 and later. */
export type Build = "kmem" | "nokmem" | "neither";

export interface Program {
  /** As configured; `realPath` is what it resolves to. */
  readonly path: string;
  readonly realPath: string;
  readonly build: Fact<Build>;
  /** `gnu HEX` or `go ID`: tells two builds of one version apart. */
  readonly buildId: Fact<string>;
  readonly version: Fact<string>;
  readonly package: Fact<PackageOrigin>;
  /** When the file came to be on this disk, in seconds since 1970. */
  readonly changedAt: Fact<number>;
}

/** rpm's; of a Debian package name, version and architecture in the same form, with its maintainer as the vendor. */
export interface PackageOrigin {
  /** As the package manager has it: `nevra` can't be cut, as a Debian version may have no hyphen, or several. */
  readonly name: string;
  readonly nevra: string;
  readonly vendor: string;
  readonly buildHost: string;
}

export interface KubeletEvidence {
  readonly state: Fact<string>;
  readonly program: Fact<Program>;
  /** By the running process where that can be read, else by the file. */
  readonly runningBuild: Fact<Build>;
  /** The file was put on disk after the process began, or the process runs a deleted file: restart it. */
  readonly needsRestart: Fact<boolean>;
  readonly driver: Fact<"cgroupfs" | "systemd">;
  readonly arguments: Fact<readonly string[]>;
  /** Where it keeps its pods' volumes: --root-dir. */
  readonly rootDir: Fact<string>;
  /** By its metrics, where it serves them without a password. */
  readonly podStarts: Fact<PodStarts>;
  readonly unitFiles: Fact<readonly string[]>;
  /** What `rpm -V` or `dpkg -V` says of its package: empty when every file is as packaged. */
  readonly verify: Fact<string>;
}

export type Engine = "docker" | "containerd" | "crio";

export interface RuntimeEvidence {
  /** Engines that run now. */
  readonly engines: Fact<readonly Engine[]>;
  /** The one that kubelet starts pods with; all that follows is of it. */
  readonly ofKubelet: Fact<Engine>;
  /** Where it keeps images and containers. */
  readonly dataRoot: Fact<string>;
  readonly driver: Fact<"cgroupfs" | "systemd">;
  /** The runtime that starts containers: its name in the engine's configuration. */
  readonly inUse: Fact<string>;
  /** Its program; an NVIDIA shim is followed to the runc that it executes. */
  readonly program: Fact<Program>;
  /** The default that the configuration file names; another than `inUse` waits for a restart. */
  readonly configured: Fact<string>;
  readonly needsRestart: Fact<boolean>;
  /** Every runtime found on the node, in use or not. */
  readonly programs: readonly Program[];
  /** The engines' own, running or not. */
  readonly enginePrograms: readonly EngineProgram[];
  /** The configuration files of engines and runtimes that are there, with what they take in. */
  readonly configFiles: readonly string[];
}

export interface EngineProgram {
  readonly path: string;
  readonly version: Fact<string>;
  readonly package: Fact<PackageOrigin>;
}

export interface PackageEvidence {
  /** Lines of yum's and dnf's versionlock, names that apt holds. */
  readonly locks: Fact<readonly string[]>;
  /** `FILE:exclude=...` of yum, dnf and each repository. */
  readonly excludes: Fact<readonly string[]>;
  readonly cached: Fact<readonly string[]>;
  readonly available: Fact<readonly string[]>;
}

export interface Pod {
  readonly path: string;
  readonly uid: string;
  /** `namespace/name`; null: no log of it is there. */
  readonly name: string | null;
  readonly containers: number;
  readonly hasMemoryLimit: boolean;
  readonly accounting: Fact<Accounting>;
}
