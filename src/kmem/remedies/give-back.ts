/** How ids that leaked come back on a node, in the catalogue's order, which has the cheapest first; nothing where none leaked. */

import { canReclaim, isEl7 } from "../diagnosis/kernel-case.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { ifKnown } from "../fact.ts";
import { catalogue } from "./catalogue.ts";
import type { Remedy } from "./remedy.ts";

/** As data for people and for JSON. */
export type GiveBack = Pick<Remedy, "name" | "does" | "playbook" | "needs"> & { readonly gives: string };

export function giveBack(evidence: Evidence): readonly GiveBack[] {
  const release = ifKnown(evidence.kernel.release) ?? "";
  if ((ifKnown(evidence.leakedKmemIds) ?? 0) <= 0) return [];
  const kernel = { canReclaim: isEl7(release) && canReclaim(release) };
  return catalogue.flatMap(({ name, does, playbook, needs, givesBack }) =>
    givesBack?.isOffered(kernel) ? [{ name, does, playbook, needs, gives: givesBack.gives }] : [],
  );
}
