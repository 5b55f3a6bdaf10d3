/** What `systemd` and `service` share: everything but their options. */

import { Dict, fromJson, type Value } from "../../template/values.ts";
import type { HostModule } from "../module.ts";
import { applyUnit, look, planUnit, revertUnit, type UnitChange, type UnitWish } from "./unit-change.ts";
import { correctedUnit, unitSights } from "./unit-foresight.ts";
import { inspectUnit, type UnitState } from "./unit-state.ts";

type Shared =
  | "isWantedBack"
  | "kind"
  | "wayBack"
  | "inspect"
  | "plan"
  | "apply"
  | "restored"
  | "revert"
  | "foresight"
  | "again"
  | "result";

export function unitModule<Args>(
  wishOf: (args: Args) => UnitWish,
): Pick<HostModule<Args, UnitState, UnitChange>, Shared> {
  return {
    kind: "host",
    wayBack:
      "The unit is active or not, enabled or not, masked or not as before. A restart or reload is done again, so that configuration and programs that other reverts brought back take effect.",
    inspect: (args) => inspectUnit(wishOf(args).name),
    plan: (state, args) => planUnit(state, wishOf(args)),
    apply: applyUnit,
    restored: (state) => (state.unit === null ? null : look(state)),
    revert: revertUnit,
    // What does not run again after the rollback must not be started by a restart.
    isWantedBack: (state, args) => {
      const { state: wanted } = wishOf(args);
      return (wanted !== "restarted" && wanted !== "reloaded") || look(state).active;
    },
    again: (change) => ({ change, keep: null }),
    foresight: {
      sees: (args) => unitSights(wishOf(args)),
      leaves: ({ unit, after }) => (unit === null || !after ? {} : { units: [{ unit, ...after }] }),
      corrected: correctedUnit,
    },
    result: ({ args, state, change }) => {
      const wish = wishOf(args);
      const isManagerAlone = change?.verbs.every((verb) => verb.startsWith("daemon-")) ?? false;
      return Dict.of({
        // Reading unit files again changes nothing on the host: Ansible counts it as ok.
        ...(isManagerAlone ? { changed: false } : {}),
        name: wish.name ?? null,
        ...(wish.enabled === undefined ? {} : { enabled: wish.enabled }),
        ...(wish.state === undefined ? {} : { state: stateAfter(wish.state) }),
        status: fromJson(state?.properties ?? {}) as Value,
      });
    },
  };
}

function stateAfter(wanted: NonNullable<UnitWish["state"]>): string {
  return wanted === "stopped" ? "stopped" : "started";
}
