/**
 * From evidence to a verdict. Pure: the same evidence, the same diagnosis.
 *
 * The live cgroups decide before the binaries do: what `kubepods` hands down, no build undoes. Then come the builds,
 * which decide for pods to come. The root's slabinfo, limits that read 9223372036854771712 and num_cgroups decide
 * nothing here: they read the same on a leaking node as on a clean one.
 */

import type { Evidence } from "../evidence/evidence.ts";
import { type Fact, isKnown } from "../fact.ts";
import { contradictions } from "./contradictions.ts";
import type { Diagnosis, Party, PodCost, Reason, Verdict } from "./diagnosis.ts";
import { heard } from "./heard.ts";
import { kernelCase } from "./kernel-case.ts";
import { countLeaked, idsLeft } from "./leak-count.ts";
import { silentSigns } from "./silent-signs.ts";
import { kubeletSwitch, runtimeSwitch, type Switch } from "./switches.ts";
import { switchesNow } from "./switches-now.ts";
import { workloads } from "./workloads.ts";

type Finding = Pick<Diagnosis, "verdict" | "switchedOnBy" | "isInherited" | "perPod" | "reasons">;

export function diagnose(evidence: Evidence): Diagnosis {
  const finding = find(evidence);
  const leaked = countLeaked(evidence, finding.switchedOnBy);
  return {
    ...finding,
    switchesOnNow: switchesNow(evidence),
    leaked,
    idsLeft: idsLeft(evidence, leaked),
    contradictions: contradictions(evidence),
    silent: silentSigns(evidence),
    heard: heard([evidence.kernel.messages, evidence.kernel.serviceMessages]),
    workloads: workloads(evidence),
    surer: surer(evidence),
  };
}

function find(evidence: Evidence): Finding {
  const kernel = kernelCase(evidence);
  if (kernel.kind === "not-affected")
    return finding("not-affected", "nobody", false, cost.none, [kernel.reason]);
  if (kernel.kind === "unknown") return finding("unknown", "unknown", null, cost.unknown, [kernel.reason]);
  const { kubepods } = evidence.cgroups;
  if (kubepods.value === "on") return inherited(evidence, kernel.reason);
  if (kernel.kind === "switched-off") return finding("clean", "nobody", false, cost.none, [kernel.reason]);
  if (!isKnown(kubepods)) {
    const says = `whether kubepods has accounting on is unknown: ${kubepods.reason}`;
    return finding("unknown", "unknown", null, cost.unknown, [{ says, cites: [kubepods.source] }]);
  }
  return byBuilds(evidence, kubepods.value, kernel.reason);
}

/** Runtimes never touch `kubepods` itself: a kubelet switched it on, this one or one before it. */
function inherited(evidence: Evidence, kernel: Reason): Finding {
  const kubelet = kubeletSwitch(evidence);
  const runtime = runtimeSwitch(evidence);
  const { source } = evidence.cgroups.kubepods;
  const handedDown = {
    says: "kubepods has accounting on, and hands it down to every pod made below it",
    cites: [source],
  };
  const reasons = [handedDown, kubelet.reason, runtime.reason, kernel];
  const verdict = kubelet.on === false ? "still-leaking-after-swap" : "leaking";
  return finding(verdict, runtime.on ? "both" : "kubelet", true, cost.everyPod, reasons);
}

function byBuilds(evidence: Evidence, kubepods: "off" | "absent", kernel: Reason): Finding {
  const kubelet = kubeletSwitch(evidence);
  const runtime = runtimeSwitch(evidence);
  const { source } = evidence.cgroups.kubepods;
  const fresh: Reason = {
    says:
      kubepods === "off"
        ? "kubepods has accounting off: nothing is inherited"
        : "there is no kubepods: no kubelet has made it since the boot",
    cites: [source],
  };
  const deciding =
    runtime.on && !kubelet.on ? [runtime.reason, kubelet.reason] : [kubelet.reason, runtime.reason];
  const reasons = [...deciding, fresh, ...leftovers(evidence, kubelet, runtime), kernel];
  if (kubelet.on)
    return finding(
      "leaking",
      runtime.on ? "both" : "kubelet",
      false,
      kubepods === "off" ? cost.limitedPods : cost.everyPod,
      reasons,
    );
  if (runtime.on)
    return finding("leaking", kubelet.on === null ? "unknown" : "runtime", false, cost.runtime, reasons);
  if (kubelet.on === null || runtime.on === null)
    return finding("unknown", "unknown", false, cost.unknown, reasons);
  return finding("clean", "nobody", false, cost.none, reasons);
}

/** Pods from before a swap keep what they were born with, and leak once when they are deleted. */
function leftovers({ cgroups }: Evidence, kubelet: Switch, runtime: Switch): Reason[] {
  const on = cgroups.groups.filter(
    (group) => group.accounting.value === "on" && (group.kind === "pod" || group.kind === "container"),
  );
  if (on.length === 0 || kubelet.on !== false || runtime.on !== false) return [];
  const says = `${on.length} live cgroups still have accounting on, from before: each leaks once, when its pod is deleted`;
  return [{ says, cites: on.slice(0, 3).map((group) => group.accounting.source) }];
}

function finding(
  verdict: Verdict,
  switchedOnBy: Party,
  isInherited: boolean | null,
  perPod: PodCost,
  reasons: readonly Reason[],
): Finding {
  return { verdict, switchedOnBy, isInherited, perPod, reasons };
}

const cost = {
  none: { memcgIds: 0, kmemIds: 0, says: "a pod costs nothing" },
  everyPod: {
    memcgIds: 3,
    kmemIds: 3,
    says: "every pod, limited or not, costs one id for itself, one for its pause and one for each container",
  },
  limitedPods: {
    memcgIds: 3,
    kmemIds: 3,
    says: "a pod with a memory limit costs one id for itself, one for its pause and one for each container; a BestEffort pod none, until kubepods is made again",
  },
  runtime: {
    memcgIds: 3,
    kmemIds: 2,
    says: "a pod costs one kmem id for its pause and one for each container that gets a memory setting; their memcg ids, and the pod's own, which they pin",
  },
  unknown: { memcgIds: null, kmemIds: null, says: "unknown" },
} as const satisfies Record<string, PodCost>;

/** The facts a verdict would like to rest on and could not. */
function surer({ kernel, cgroups, kubelet, runtime, slab }: Evidence): string[] {
  const wanted: readonly (readonly [string, Fact<unknown>])[] = [
    ["which kernel runs", kernel.release],
    ["what it was booted with", kernel.commandLine],
    ["whether kubepods has accounting on", cgroups.kubepods],
    ["how the running kubelet was built", kubelet.runningBuild],
    ["kubelet's cgroup driver", kubelet.driver],
    ["which runtime starts containers", runtime.program],
    ["how many ids leaked", slab],
  ];
  return wanted.flatMap(([what, fact]) =>
    isKnown(fact) ? [] : [`${what}: ${fact.reason} (${fact.source})`],
  );
}
