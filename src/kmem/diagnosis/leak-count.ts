/** How much leaked, and what is left of the ids. */

import type { Evidence } from "../evidence/evidence.ts";
import { isKnown } from "../fact.ts";
import type { Leaked, Party } from "./diagnosis.ts";
import { canReclaim } from "./kernel-case.ts";

/** Both the memcg ids and the accounting's own are numbers of 16 bits. */
export const idLimit = 65_535;

export function countLeaked({ leakedKmemIds, slab, kernel }: Evidence, by: Party): Leaked {
  if (!isKnown(leakedKmemIds))
    return {
      kmemIds: null,
      isAtLeast: true,
      mayHoldMoreMemcgIds: true,
      says: `unknown: ${leakedKmemIds.reason}`,
    };
  const bounds = [
    isKnown(slab) && !slab.value.isWhole ? "the slab directory was not read to its end" : "",
    isKnown(kernel.release) && canReclaim(kernel.release.value)
      ? "on this kernel a reclaim hides some of what leaked"
      : "",
  ].filter((bound) => bound !== "");
  const mayHoldMoreMemcgIds = leakedKmemIds.value > 0 && mayBeARuntimes(by);
  return {
    kmemIds: leakedKmemIds.value,
    isAtLeast: bounds.length > 0,
    mayHoldMoreMemcgIds,
    says: [
      bounds.length > 0 ? `at least, because ${bounds.join(", and ")}` : "exact: nothing was reclaimed",
      ...(mayHoldMoreMemcgIds
        ? ["each pod that a runtime leaked holds one more memcg id, which leaves no readable trace"]
        : []),
    ].join("; "),
  };
}

/** Below a kubelet that switched `kubepods` on, every pod's own id is counted. Where nobody does any more, a runtime may
 *  have before it was mended. */
function mayBeARuntimes(by: Party): boolean {
  return by === "runtime" || by === "nobody" || by === "unknown";
}

/** Live cgroups hold ids too. */
export function idsLeft({ cgroups }: Evidence, { kmemIds }: Leaked): number | null {
  if (kmemIds === null || !isKnown(cgroups.directories)) return null;
  return Math.max(idLimit - cgroups.directories.value - kmemIds, 0);
}
