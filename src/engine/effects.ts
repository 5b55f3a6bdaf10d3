/** What a module said should change in the play, done. */

import { type Effect, TaskFailed } from "../modules/modules.ts";
import { harmless } from "../problem/problem.ts";
import { Dict, isList, isTemplate, Unsafe, type Value } from "../template/template.ts";
import type { HostState } from "./host-state.ts";
import { waitFor } from "./interrupted.ts";
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
  if (harmless(effect.host) !== effect.host || effect.host.includes("\n"))
    throw new TaskFailed(`Cannot add the host "${harmless(effect.host)}": its name holds control characters`);
  const isChanged = inventory.addHost(effect.host, { groups: effect.groups, vars: asData(effect.vars) });
  hostState(run, effect.host);
  forgetInventoryVars(run);
  return isChanged;
}

/** Rendered once already. An inventory's variables are rendered where they are used: what a host had said would be then. */
function asData<V extends Value>(value: V): V {
  if (typeof value === "string") return (isTemplate(value) ? new Unsafe(value) : value) as V;
  if (isList(value)) return value.map(asData) as readonly Value[] as V;
  if (value instanceof Dict)
    return Dict.from(value.entries().map(([key, each]) => [key, asData(each)] as const)) as Dict as V;
  return value;
}

function groupBy(run: Run, host: HostState, effect: Effect & { kind: "group-by" }): boolean {
  const { inventory } = run.world;
  inventory.addGroup(effect.group, { parents: effect.parents.length > 0 ? effect.parents : ["all"] });
  const isChanged = inventory.addToGroup(host.name, effect.group);
  forgetInventoryVars(run);
  return isChanged;
}

async function pause(run: Run, effect: Effect & { kind: "pause" }): Promise<void> {
  const { ask } = run.world;
  if (effect.seconds !== null) return waitFor(run, effect.seconds * 1000);
  // Ansible too goes on where there is no terminal to ask on.
  if (ask) await ask({ text: effect.prompt, secret: !effect.echo });
}

/** Facts that a result carries. How a host is reached and whom to become there is not the host's to say: its facts stand above
 *  the inventory's variables, and ssh's options can name a program of the controller. */
export function keepFacts(host: HostState, facts: Dict): void {
  for (const [key, value] of facts.entries()) if (!saysHowToReach(String(key))) host.facts.set(key, value);
  host.varsFiles = null;
}

function saysHowToReach(name: string): boolean {
  return (
    /^ansible_(connection|host|port|user|password|private_key_file|timeout|host_key_checking|shell_.*|.*_interpreter)$/.test(
      name,
    ) ||
    (/^ansible_(ssh|become|sudo|su|doas|remote)_/.test(name) && !/^ansible_ssh_host_key_/.test(name)) ||
    name === "ansible_become"
  );
}

function assign(into: Dict, from: Dict): void {
  for (const [key, value] of from.entries()) into.set(key, value);
}
