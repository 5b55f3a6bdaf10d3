/** Signs that disagree, and signs that look like an answer and are none. */

import type { Evidence, Program } from "../evidence/evidence.ts";
import { ifKnown, isKnown } from "../fact.ts";
import type { Reason } from "./diagnosis.ts";
import { canReclaim, hasNokmem, isEl7, kernelCase, knowsNokmem } from "./kernel-case.ts";

export function contradictions(evidence: Evidence): Reason[] {
  return checks.map((check) => check(evidence)).filter((reason) => reason !== null);
}

const checks: readonly ((evidence: Evidence) => Reason | null)[] = [
  ({ kubelet }) =>
    kubelet.needsRestart.value === true
      ? {
          says: "the kubelet on disk is newer than the one that runs: restart it",
          cites: [kubelet.needsRestart.source],
        }
      : null,
  ({ runtime: { inUse, configured } }) =>
    isKnown(inUse) && isKnown(configured) && inUse.value !== configured.value
      ? {
          says: `containers start with "${inUse.value}", the configuration says "${configured.value}": the engine was not restarted`,
          cites: [inUse.source, configured.source],
        }
      : null,
  ({ runtime }) =>
    runtime.needsRestart.value === true
      ? {
          says: "the engine's configuration changed after the engine began: unless it was reloaded, the old one is in force; restart the engine",
          cites: [runtime.needsRestart.source],
        }
      : null,
  ({ kernel: { release, commandLine } }) => {
    const version = ifKnown(release);
    if (version === undefined || !isEl7(version) || !hasNokmem(ifKnown(commandLine) ?? "")) return null;
    if (knowsNokmem(version) === true) return null;
    const knowing = knowsNokmem(version) === false ? "does not know" : "may not know";
    return {
      says: `cgroup.memory=nokmem is set, but kernel ${version} ${knowing} it: it has no effect`,
      cites: [commandLine.source, release.source],
    };
  },
  ({ kernel: { bootDefaults, commandLine } }) =>
    isKnown(bootDefaults) &&
    isKnown(commandLine) &&
    hasNokmem(bootDefaults.value) &&
    !hasNokmem(commandLine.value)
      ? {
          says: "cgroup.memory=nokmem is set in grub's defaults, and the running kernel was booted without it: it is not in force; see that grub's configuration has it (grubby --info=ALL), and reboot",
          cites: [bootDefaults.source, commandLine.source],
        }
      : null,
  (evidence) => {
    const { kubepods, groups } = evidence.cgroups;
    const active = [kubepods, ...groups.map((group) => group.accounting)].filter(
      (each) => each.value === "on",
    );
    const sources = [...new Set(active.map((each) => each.source))];
    if (kernelCase(evidence).kind !== "switched-off" || sources.length === 0) return null;
    return {
      says: `the kernel was booted with cgroup.memory=nokmem, yet ${sources.length} cgroups have accounting on`,
      cites: sources.slice(0, 3),
    };
  },
  ({ kubelet }) => mislabelled(ifKnown(kubelet.program)),
  ({ runtime }) => mislabelled(ifKnown(runtime.program)),
  ({ kubelet, runtime }) =>
    isKnown(kubelet.driver) && isKnown(runtime.driver) && kubelet.driver.value !== runtime.driver.value
      ? {
          says: `kubelet uses the ${kubelet.driver.value} cgroup driver, the runtime ${runtime.driver.value}`,
          cites: [kubelet.driver.source, runtime.driver.source],
        }
      : null,
  otherDriversTree,
  ({ kernel, cgroups: { idleUsage }, leakedKmemIds }) =>
    canReclaim(ifKnown(kernel.release) ?? "") && (ifKnown(idleUsage) ?? 0) > 0 && leakedKmemIds.value === 0
      ? {
          says: "kubepods holds kernel memory without a pod, so containers did leak, though no leaked index is seen: the count is too low",
          cites: [idleUsage.source, leakedKmemIds.source],
        }
      : null,
];

/** Each driver has its own name for the tree of the pods: one of the other name was not made by the driver that is set. */
function otherDriversTree({ kubelet: { driver }, cgroups }: Evidence): Reason | null {
  if (!isKnown(driver)) return null;
  const other = driver.value === "systemd" ? "cgroupfs" : "systemd";
  const name = other === "systemd" ? "kubepods.slice" : "kubepods";
  const tree = cgroups.groups.find(
    (group) => group.kind === "kubepods" && group.path.split("/").at(-1) === name,
  );
  if (!tree) return null;
  return {
    says: `kubelet is set to the ${driver.value} cgroup driver, yet ${tree.path} is a tree of the ${other} driver: it is left from before, or kubelet was not restarted since; drain the node and restart kubelet, or reboot`,
    cites: [driver.source, tree.accounting.source],
  };
}

function mislabelled(program: Program | undefined): Reason | null {
  if (program?.build.value !== "kmem") return null;
  const label = [program.version, program.package].map((fact) => JSON.stringify(fact.value)).join(" ");
  if (!/no-?kmem/i.test(label)) return null;
  return {
    says: `${program.path} calls itself nokmem, and was built with accounting: believe the binary`,
    cites: [program.build.source, program.package.source],
  };
}
