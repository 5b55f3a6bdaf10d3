/** Signs that disagree are named, and not settled: one row a pair. */

import t from "tap";
import { diagnose, type Evidence, known } from "../../src/kmem/kmem.ts";
import { evidenceOf, type NodeRow } from "./made-up-node.ts";

const quiet: NodeRow = { kubepods: "off", kubelet: "nokmem", runtime: "nokmem" };

interface Row {
  readonly evidence: Evidence;
  /** What is said, and what it cites; null: nothing disagrees. */
  readonly is: readonly [says: RegExp, cites: readonly string[]] | null;
}

const rows: Readonly<Record<string, Row>> = {
  "an engine configured after it began": {
    evidence: engine(true),
    is: [/configuration changed after the engine began: .* restart the engine/, ["stat"]],
  },
  "an engine begun after it was configured": { evidence: engine(false), is: null },
  "the systemd driver over a tree of cgroupfs": {
    evidence: tree({ ...quiet, driver: "systemd" }, "kubepods"),
    is: [
      /set to the systemd cgroup driver, yet kubepods is a tree of the cgroupfs driver/,
      ["config", "slabinfo"],
    ],
  },
  "the systemd driver over its own tree": {
    evidence: tree({ ...quiet, driver: "systemd" }, "kubepods.slice"),
    is: null,
  },
  "the cgroupfs driver over a tree of systemd": {
    evidence: tree(quiet, "kubepods.slice"),
    is: [
      /set to the cgroupfs cgroup driver, yet kubepods.slice is a tree of the systemd driver/,
      ["config", "slabinfo"],
    ],
  },
  "the cgroupfs driver over its own tree, below a root of its own": {
    evidence: tree(quiet, "custom/kubepods"),
    is: null,
  },
  "a boot parameter that only grub's defaults have": {
    evidence: defaults("ro", "crashkernel=auto cgroup.memory=nokmem quiet"),
    is: [/set in grub's defaults, .* booted without it: .* reboot/, ["/etc/default/grub", "/proc/cmdline"]],
  },
  "a boot parameter in grub's defaults that the kernel was booted with": {
    evidence: defaults("ro cgroup.memory=nokmem", "cgroup.memory=nokmem"),
    is: null,
  },
  "grub's defaults without the parameter": { evidence: defaults("ro", "cgroup.memory=nosocket"), is: null },
};

for (const [name, { evidence, is }] of Object.entries(rows))
  t.test(is ? `${name} is a contradiction` : `${name} is none`, async (t) => {
    const found = diagnose(evidence).contradictions;
    t.equal(found.length, is ? 1 : 0);
    if (!is) return;
    const [says, cites] = is;
    t.match(found[0]?.says, says);
    t.same(found[0]?.cites, cites);
  });

function engine(needsRestart: boolean): Evidence {
  const node = evidenceOf(quiet);
  return { ...node, runtime: { ...node.runtime, needsRestart: known(needsRestart, "stat") } };
}

function defaults(commandLine: string, bootDefaults: string): Evidence {
  const node = evidenceOf({ ...quiet, commandLine });
  return { ...node, kernel: { ...node.kernel, bootDefaults: known(bootDefaults, "/etc/default/grub") } };
}

function tree(row: NodeRow, path: string): Evidence {
  const node = evidenceOf(row);
  const group = {
    path,
    kind: "kubepods",
    accounting: known("off" as const, "slabinfo"),
    memoryLimit: null,
    kmemLimit: null,
    kmemUsage: null,
    hasProcesses: false,
  } as const;
  return { ...node, cgroups: { ...node.cgroups, groups: [group] } };
}
