/** Which workloads leak: pods that live and will, and containers that did. */

import type { Evidence } from "../evidence/evidence.ts";
import { ifKnown, isKnown } from "../fact.ts";
import type { Workloads } from "./diagnosis.ts";
import { kernelCase } from "./kernel-case.ts";

export function workloads(evidence: Evidence): Workloads {
  const { pods, cgroups, slab, goneNames } = evidence;
  if (kernelCase(evidence).kind === "not-affected") return { leaking: [], gone: [], goneOthers: 0 };
  const isOn = (path: string) =>
    cgroups.groups.some(
      (group) =>
        (group.path === path || group.path.startsWith(`${path}/`)) && group.accounting.value === "on",
    );
  const gone = isKnown(slab) ? slab.value.deadNames : [];
  return {
    leaking: (ifKnown(pods) ?? [])
      .filter((pod) => isOn(pod.path))
      .map(({ uid, name, containers, hasMemoryLimit }) => ({ uid, name, containers, hasMemoryLimit })),
    gone: gone.map((cgroup) => ({ cgroup, pod: goneNames[cgroup] ?? null })),
    goneOthers: isKnown(slab) ? Math.max(slab.value.deadIndexes - gone.length, 0) : 0,
  };
}
