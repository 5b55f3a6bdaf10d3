/** A unit as the changes before would leave it. */

import type { Foreseen, Sights } from "../foresight.ts";
import type { UnitWish } from "./unit-change.ts";
import { type UnitState, unitName } from "./unit-state.ts";

/** A restart is made whatever state the unit is in. */
export function unitSights({ name, state, enabled, masked }: UnitWish): Sights {
  const isAlways =
    (state === "restarted" || state === "reloaded") && enabled === undefined && masked === undefined;
  if (name === undefined || isAlways) return {};
  return { units: [unitName(name)] };
}

/** null where it cannot be told: a file of the unit comes, or something else was done to it. */
export function correctedUnit(state: UnitState, { units, paths }: Foreseen): UnitState | null {
  if (state.unit === null) return state;
  const planned = units.get(state.unit);
  if (planned === null) return null;
  for (const [path, after] of paths) if (after === null && belongsTo(path, state.unit)) return null;
  if (state.properties["LoadState"] === "not-found" && !planned) return newUnit(state, state.unit, paths);
  if (state.properties["LoadState"] !== "loaded") return null;
  if (!planned) return state;
  return {
    ...state,
    properties: {
      ...state.properties,
      ActiveState: planned.active ? "active" : "inactive",
      UnitFileState: enabledAs(state, planned.enabled),
    },
  };
}

/** systemd reads a file that is new to it when the unit is first asked for. */
function newUnit(state: UnitState, unit: string, paths: Foreseen["paths"]): UnitState | null {
  const file = paths.get(`/etc/systemd/system/${unit}`);
  if (file?.kind !== "file" || file.content === undefined) return null;
  const isInstalled = /^\[Install\]$/m.test(file.content.text);
  return {
    ...state,
    properties: {
      ...state.properties,
      LoadState: "loaded",
      ActiveState: "inactive",
      UnitFileState: isInstalled ? "disabled" : "static",
    },
  };
}

/** What cannot be enabled, a static unit say, stays as it is. */
function enabledAs({ properties }: UnitState, isEnabled: boolean): string {
  const was = properties["UnitFileState"] ?? "";
  if (/^(static|generated|transient|alias|indirect)/.test(was)) return was;
  return isEnabled ? "enabled" : "disabled";
}

function belongsTo(path: string, unit: string): boolean {
  return path.includes("/systemd/") && path.includes(`/${unit}`);
}
