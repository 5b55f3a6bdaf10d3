import { str } from "../template/template.ts";
import { keyword } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { located } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import { hostState, type Run } from "./run.ts";
import type { View } from "./variables.ts";

/** The host that `delegate_to` names, or null. One that no source names is reached by its name. */
export function delegateOf(run: Run, plan: PlannedTask, view: View): HostState | null {
  const value = located(keyword(plan.frame, "delegateTo"), view);
  if (value === undefined || value === null) return null;
  const name = str(value);
  const { inventory } = run.world;
  if (!inventory.host(name) && isLocalhost(name)) inventory.implicitLocalhost(name);
  return hostState(run, name);
}

export function isLocalhost(name: string): boolean {
  return name === "localhost" || name === "127.0.0.1" || name === "::1";
}
