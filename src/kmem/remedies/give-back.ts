/** How ids that leaked come back on a node, cheapest first; nothing where none leaked. */

import { canReclaim, isEl7 } from "../diagnosis/kernel-case.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { ifKnown } from "../fact.ts";
import { reboot } from "./reboot.ts";
import { reclaim } from "./reclaim.ts";
import type { GivesBack } from "./remedy.ts";

const byReboot: GivesBack = {
  name: reboot.name,
  does: "Reboot the node",
  playbook: reboot.playbook,
  needs: "reboot",
  gives: "every id",
  isOffered: () => true,
};

/** As data for people and for JSON. */
export type GiveBack = Omit<GivesBack, "isOffered">;

export function giveBack(evidence: Evidence): readonly GiveBack[] {
  const release = ifKnown(evidence.kernel.release) ?? "";
  if ((ifKnown(evidence.leakedKmemIds) ?? 0) <= 0) return [];
  const kernel = { canReclaim: isEl7(release) && canReclaim(release) };
  return [reclaim, byReboot]
    .filter((way) => way.isOffered(kernel))
    .map(({ name, does, playbook, needs, gives }) => ({ name, does, playbook, needs, gives }));
}
