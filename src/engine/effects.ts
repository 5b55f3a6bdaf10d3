/** What a module said should change in the play, done. */

import type { Effect } from "../modules/modules.ts";
import type { Dict } from "../template/template.ts";
import type { HostState } from "./host-state.ts";
import { forgetInventoryVars } from "./inventory-vars.ts";
import { hostState, type Run } from "./run.ts";

/** @returns true when one of them changed the inventory */
export async function takeEffects(run: Run, host: HostState, effects: readonly Effect[]): Promise<boolean> {
  let isChanged = false;
  for (const effect of effects) isChanged = (await takeEffect(run, host, effect)) || isChanged;
  return isChanged;
}

async function takeEffect(run: Run, host: HostState, effect: Effect): Promise<boolean> {
  switch (effect.kind) {
    case "set-facts":
      assign(host.registered, effect.facts);
      if (effect.cacheable) assign(host.facts, effect.facts);
      return false;
    case "include-vars":
      assign(host.included, effect.vars);
      return false;
    case "add-host":
      return addHost(run, effect);
    case "group-by":
      return groupBy(run, host, effect);
    case "pause":
      await pause(run, effect);
      return false;
    case "meta":
      return false;
  }
}

function addHost(run: Run, effect: Effect & { kind: "add-host" }): boolean {
  const { inventory } = run.world;
  for (const group of effect.groups) inventory.addGroup(group, { parents: group === "all" ? [] : ["all"] });
  const isChanged = inventory.addHost(effect.host, { groups: effect.groups, vars: effect.vars });
  hostState(run, effect.host);
  forgetInventoryVars(run);
  return isChanged;
}

function groupBy(run: Run, host: HostState, effect: Effect & { kind: "group-by" }): boolean {
  const { inventory } = run.world;
  inventory.addGroup(effect.group, { parents: effect.parents.length > 0 ? effect.parents : ["all"] });
  const isChanged = inventory.addToGroup(host.name, effect.group);
  forgetInventoryVars(run);
  return isChanged;
}

async function pause(run: Run, effect: Effect & { kind: "pause" }): Promise<void> {
  const { clock, stop, ask } = run.world;
  if (effect.seconds !== null) return clock.sleep(effect.seconds * 1000, stop.soft);
  // Ansible too goes on where there is no terminal to ask on.
  if (ask) await ask({ text: effect.prompt, secret: !effect.echo });
}

/** Facts that a result carries. */
export function keepFacts(host: HostState, facts: Dict): void {
  assign(host.facts, facts);
  host.varsFiles = null;
}

function assign(into: Dict, from: Dict): void {
  for (const [key, value] of from.entries()) into.set(key, value);
}
