/** Counters that people read here and that say nothing of this leak, each with what it reads on this node. */

import type { Evidence } from "../evidence/evidence.ts";
import { isKnown } from "../fact.ts";
import type { Reason } from "./diagnosis.ts";
import { kernelCase } from "./kernel-case.ts";

export function silentSigns(evidence: Evidence): Reason[] {
  const { root, numCgroups, groups } = evidence.cgroups;
  if (kernelCase(evidence).kind === "not-affected") return [];
  const signs: Reason[] = [];
  if (root.value === "off")
    signs.push({
      says: "the root's slabinfo answers Input/output error: it does so on every EL7 node, leaking or not",
      cites: [root.source],
    });
  if (isKnown(numCgroups))
    signs.push({
      says: `num_cgroups is ${numCgroups.value}: it counts down when a cgroup is removed, whether or not its id comes back`,
      cites: [numCgroups.source],
    });
  const unlimited = groups.find((group) => group.accounting.value === "on" && group.kmemLimit === null);
  if (unlimited)
    signs.push({
      says: `the kernel memory limit of ${unlimited.path} reads as none, and its accounting is on: the limit says nothing`,
      cites: [unlimited.accounting.source.replace(/slabinfo$/, "limit_in_bytes")],
    });
  return signs;
}
