/** Evidence of a node that is only known by what decides. */

import { type Evidence, type Fact, known, readEvidence, unknown } from "../../src/kmem/kmem.ts";

export type Build = "kmem" | "nokmem" | "neither" | "unknown";

/** What decides of a node, and nothing else. */
export interface NodeRow {
  readonly kernel?: string;
  readonly commandLine?: string;
  readonly version?: "v1" | "v2";
  readonly kubepods: "on" | "off" | "absent" | "unknown";
  readonly kubelet: Build;
  readonly runtime: Build;
  readonly driver?: "systemd";
}

export function evidenceOf(row: NodeRow): Evidence {
  const empty = readEvidence("");
  const build = (value: Build): Fact<"kmem" | "nokmem" | "neither"> =>
    value === "unknown" ? unknown("Permission denied", "binary") : known(value, "binary");
  const program = {
    path: "/usr/bin/runc",
    realPath: "/usr/bin/runc",
    build: build(row.runtime),
    buildId: unknown("it has none", "binary"),
    version: known("1.0.0", "runc --version"),
    package: unknown("not owned", "rpm -qf"),
    changedAt: known(1, "stat"),
  };
  const driver = known(row.driver ?? ("cgroupfs" as const), "config");
  return {
    ...empty,
    kernel: {
      ...empty.kernel,
      release: known(row.kernel ?? "3.10.0-1160.el7.x86_64", "/proc/sys/kernel/osrelease"),
      commandLine: known(row.commandLine ?? "ro", "/proc/cmdline"),
    },
    cgroups: {
      ...empty.cgroups,
      version: known(row.version ?? "v1", "mount"),
      kubepods:
        row.kubepods === "unknown"
          ? unknown("Permission denied", "slabinfo")
          : known(row.kubepods, "slabinfo"),
      directories: known(30, "find"),
    },
    slab: known(
      { entries: 1, highestIndex: 0, indexes: 1, deadIndexes: 0, deadNames: [], isWhole: true },
      "slab",
    ),
    kubelet: { ...empty.kubelet, runningBuild: build(row.kubelet), driver },
    runtime: { ...empty.runtime, program: known(program, "docker info"), driver },
  };
}
