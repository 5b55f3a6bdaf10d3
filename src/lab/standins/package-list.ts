/** The stand-in packages: what each is called, holds, and is for. */

import type { Engine } from "../fleet.ts";
import { type Kernel, releases } from "../memcg/memcg.ts";
import { containerdProgram } from "./containerd-program.ts";
import { dockerdProgram, dockerProgram } from "./docker-programs.ts";
import { bootFolder, grubbyProgram } from "./grubby-program.ts";
import { type KubeletBuild, kubeletProgram } from "./kubelet-program.ts";
import { runtimeProgram, shimProgram } from "./runtime-programs.ts";
import { containerdUnit, dockerUnit, kubeletSysconfig, kubeletUnit } from "./units.ts";

export interface PackagedFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
  /** Kept as the administrator has it when the package is replaced: %config(noreplace). */
  readonly isConfig?: boolean;
}

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly summary: string;
  readonly files: readonly PackagedFile[];
}

/** A repository that hosts install from. The faulty ones offer the good one's packages and one bad kubelet. */
export type RepositoryName = "good" | "mislabelled" | "unhealthy" | "dead" | "newest";

const program = (path: string, content: string): PackagedFile => ({ path, mode: 0o755, content });
const file = (path: string, content: string, isConfig = false): PackagedFile => ({
  path,
  mode: 0o644,
  content,
  isConfig,
});

interface KubeletFiles {
  readonly unit: string;
  readonly sysconfig: string;
}

function kubelet(
  release: string,
  build: KubeletBuild,
  { unit, sysconfig }: KubeletFiles = { unit: kubeletUnit(), sysconfig: kubeletSysconfig() },
): Package {
  return {
    name: "kubelet",
    version: build.version ?? "1.15.5",
    release,
    summary: "kubelet (kmend rehearsal stand-in)",
    files: [
      program("/usr/bin/kubelet", kubeletProgram(build)),
      file("/usr/lib/systemd/system/kubelet.service", unit),
      file("/etc/sysconfig/kubelet", sysconfig, true),
    ],
  };
}

/** The runc that an engine's package brings. */
interface Runc {
  readonly version: string;
  readonly hasKmem: boolean;
}

const runcOf = ({ version, hasKmem }: Runc): PackagedFile =>
  program(
    "/usr/bin/runc",
    runtimeProgram({ name: "runc", version: `runc version ${version}\nspec: 1.0.1-dev`, hasKmem }),
  );

function docker(release: string, runc: Runc): Package {
  const version = "18.06.1-ce";
  return {
    name: "docker-ce",
    version: "18.06.1.ce",
    release,
    summary: "docker and runc (kmend rehearsal stand-in)",
    files: [
      program("/usr/bin/dockerd", dockerdProgram(version)),
      program("/usr/bin/docker", dockerProgram(version)),
      runcOf(runc),
      file("/usr/lib/systemd/system/docker.service", dockerUnit),
    ],
  };
}

function containerd(version: string, release: string, runc: Runc): Package {
  return {
    name: "containerd.io",
    version,
    release,
    summary: "containerd and runc (kmend rehearsal stand-in)",
    files: [
      program("/usr/bin/containerd", containerdProgram(version)),
      runcOf(runc),
      file("/usr/lib/systemd/system/containerd.service", containerdUnit),
    ],
  };
}

function nvidia(version: string, release: string, content: string): Package {
  return {
    name: "nvidia-container-runtime",
    version,
    release,
    summary: "nvidia-container-runtime (kmend rehearsal stand-in)",
    files: [program("/usr/bin/nvidia-container-runtime", content)],
  };
}

const patchedRunc = runtimeProgram({
  name: "nvidia-container-runtime",
  version: "runc version 1.0.0-rc5+dev\nspec: 1.0.0",
  hasKmem: true,
});

const grubby: Package = {
  name: "grubby",
  version: "8.28",
  release: "26",
  summary: "grubby (kmend rehearsal stand-in)",
  files: [program("/usr/sbin/grubby", grubbyProgram)],
};

/** Kernels lie side by side: each brings its own file and its command line. The one that runs first came with the host. */
function kernel(name: Kernel): Package {
  const full = releases[name];
  const [version = "", release = ""] = full.replace(".x86_64", "").split("-");
  return {
    name: "kernel",
    version,
    release,
    summary: "a kernel (kmend rehearsal stand-in: the name of a model)",
    files: [
      file(`/boot/vmlinuz-${full}`, `kmend rehearsal stand-in for kernel ${full}: the model of it boots.\n`),
      file(
        `${bootFolder}/${full}.args`,
        `BOOT_IMAGE=/vmlinuz-${full} root=/dev/vda1 ro crashkernel=auto\n`,
        true,
      ),
    ],
  };
}

/** Release 0 is built with kernel memory accounting, release 1 without; kubelet lost it with 1.21.2, NVIDIA's with 3. */
const goodPackages: readonly Package[] = [
  kubelet("0", { hasKmem: true }),
  kubelet("1", { hasKmem: false }),
  // As the public packages do from one version to another, it has other defaults and another unit.
  kubelet(
    "0",
    { hasKmem: false, version: "1.21.14" },
    { unit: kubeletUnit("Wants=network-online.target\n"), sysconfig: "KUBELET_EXTRA_ARGS=\n" },
  ),
  grubby,
  kernel("514"),
  kernel("1160"),
  kernel("el8"),
  // 1.0.0-rc5 is what 18.06 came with; rc8 is of the age at which a nokmem build says so.
  docker("0", { version: "1.0.0-rc5", hasKmem: true }),
  docker("1", { version: "1.0.0-rc8", hasKmem: false }),
  // The last runc that lets a container escape by CVE-2024-21626, and the first that does not. No docker 18.06 came with either.
  docker("2", { version: "1.1.11", hasKmem: false }),
  docker("3", { version: "1.1.12", hasKmem: false }),
  // Docker's EL7 packages lost nokmem with 1.2.8 and have it again since 1.3.8.
  containerd("1.2.13", "3.2.el7", { version: "1.0.0-rc10", hasKmem: true }),
  containerd("1.3.9", "3.1.el7", { version: "1.0.0-rc92", hasKmem: false }),
  nvidia("2.0.0", "1.docker18.06.1", patchedRunc),
  nvidia("3.4.0", "1", shimProgram("nvidia-container-runtime version 3.4.0")),
];

const isNewKubelet = ({ name, release }: Package): boolean => name === "kubelet" && release === "1";
const withBadKubelet = (bad: Package): readonly Package[] => [
  ...goodPackages.filter((each) => !isNewKubelet(each)),
  bad,
];

export const repositories: Readonly<Record<RepositoryName, readonly Package[]>> = {
  good: goodPackages,
  /** Says that it is the rebuilt one, and has accounting on all the same: only what it does to kubepods tells. */
  mislabelled: withBadKubelet(kubelet("1", { hasKmem: true })),
  /** Has accounting off, and never passes its health check. */
  unhealthy: withBadKubelet(kubelet("1", { hasKmem: false, isSick: true })),
  /** Has accounting off, and does not start. */
  dead: withBadKubelet(kubelet("1", { hasKmem: false, isDead: true })),
  /** Has the new packages, and no longer the old ones. */
  newest: goodPackages.filter(
    ({ name, release }) => !(["kubelet", "docker-ce"].includes(name) && release === "0"),
  ),
};

/** `name-version-release`, as `rpm -q` prints it without the architecture. */
export const packageId = ({ name, version, release }: Package): string => `${name}-${version}-${release}`;

export type NodeGroup = "app_nodes" | "compute_nodes" | "clean_nodes" | "both_nodes";

/** What of each group's hosts switches accounting on, as the incident had it: 3, 2, 0 and 3 ids leaked for a pod. */
const withKmem: Readonly<Record<NodeGroup, readonly ("kubelet" | "runc" | "nvidia")[]>> = {
  app_nodes: ["kubelet"],
  compute_nodes: ["nvidia"],
  clean_nodes: [],
  both_nodes: ["kubelet", "runc"],
};

/** Each engine's packages with a runc that has kmem, and with one that has not. */
const enginePackages: Readonly<Record<Engine, { readonly kmem: string; readonly nokmem: string }>> = {
  docker: { kmem: "docker-ce-18.06.1.ce-0", nokmem: "docker-ce-18.06.1.ce-1" },
  containerd: { kmem: "containerd.io-1.2.13-3.2.el7", nokmem: "containerd.io-1.3.9-3.1.el7" },
};

/** The packages that a host begins with. */
export function nodePackages({ group, engine }: { group: NodeGroup; engine: Engine }): readonly string[] {
  const kmem = withKmem[group];
  return [
    "grubby-8.28-26",
    kmem.includes("kubelet") ? "kubelet-1.15.5-0" : "kubelet-1.15.5-1",
    enginePackages[engine][kmem.includes("runc") ? "kmem" : "nokmem"],
    ...(kmem.includes("nvidia") ? ["nvidia-container-runtime-2.0.0-1.docker18.06.1"] : []),
  ];
}
