/** Who switches accounting on for new cgroups: by the build that runs, the driver, and what the live cgroups show. */

import type { Build, Cgroup, Evidence } from "../evidence/evidence.ts";
import { type Fact, isKnown } from "../fact.ts";
import type { Reason } from "./diagnosis.ts";

/** Does it switch accounting on; null when that is unknown. */
export interface Switch {
  readonly on: boolean | null;
  readonly reason: Reason;
}

export function kubeletSwitch(evidence: Evidence): Switch {
  const { kubelet, cgroups } = evidence;
  if (kubelet.driver.value === "systemd") return bySystemd("kubelet", kubelet.driver.source);
  if (isKnown(kubelet.runningBuild)) return byBuild("kubelet", kubelet.runningBuild);
  const pods = cgroups.groups.filter((group) => group.kind === "pod" && group.memoryLimit !== null);
  return bySight("kubelet", cgroups.kubepods.value === "on" ? [] : pods, kubelet.runningBuild);
}

export function runtimeSwitch(evidence: Evidence): Switch {
  const { runtime, cgroups } = evidence;
  if (runtime.driver.value === "systemd") return bySystemd("the runtime", runtime.driver.source);
  const { program } = runtime;
  if (isKnown(program) && isKnown(program.value.build))
    return byBuild(`the runtime ${program.value.path}`, program.value.build);
  const containers = cgroups.groups.filter(
    (group) =>
      group.kind === "container" && group.memoryLimit !== null && !isOn(parentOf(group, cgroups.groups)),
  );
  const build = isKnown(program) ? program.value.build : program;
  return bySight("the runtime", containers, build);
}

function byBuild(who: string, build: { readonly value: Build; readonly source: string }): Switch {
  const says = {
    kmem: `${who} is built with kernel memory accounting: it switches it on`,
    nokmem: `${who} is built without kernel memory accounting`,
    neither: `${who} has no trace of kernel memory accounting: built without it, or newer than it`,
  };
  return { on: build.value === "kmem", reason: { says: says[build.value], cites: [build.source] } };
}

function bySystemd(who: string, source: string): Switch {
  const says = `${who} uses the systemd cgroup driver, which does not switch accounting on`;
  return { on: false, reason: { says, cites: [source] } };
}

/** With no binary to read, a cgroup with a limit shows what its maker does: such a one is where it is switched on. */
function bySight(who: string, made: readonly Cgroup[], unread: Fact<unknown>): Switch {
  const seen = made.find((group) => isKnown(group.accounting));
  if (!seen)
    return {
      on: null,
      reason: {
        says: `whether ${who} switches accounting on is unknown: ${unread.reason}`,
        cites: [unread.source],
      },
    };
  const on = isOn(seen);
  const says = `${who} made ${seen.path} with a memory limit, and its accounting is ${on ? "on" : "off"}`;
  return { on, reason: { says, cites: [seen.accounting.source] } };
}

export function isOn(group: { readonly accounting: Fact<"on" | "off"> } | undefined): boolean {
  return group?.accounting.value === "on";
}

export function parentOf(group: Cgroup, groups: readonly Cgroup[]): Cgroup | undefined {
  const path = group.path.split("/").slice(0, -1).join("/");
  return groups.find((each) => each.path === path);
}
