/** What the inventory says of a host, weakest first, as Ansible orders it. */

import { Dict } from "../template/template.ts";
import { groupHosts, groupsOfHost } from "./group-graph.ts";
import type { Inventory } from "./inventory-model.ts";

/** Where variables come from, and them. Values may be templates. */
export interface VarsLayer {
  readonly origin: string;
  readonly vars: Dict;
}

export interface HostVarsOptions {
  /** The playbook's folder: group_vars/ and host_vars/ in it win over the inventory's of the same kind. */
  readonly playbookDir?: string | undefined;
}

/** Every layer that holds something for the host, weakest first; facts come above them, role defaults below. */
export function hostVarLayers(
  inventory: Inventory,
  name: string,
  { playbookDir }: HostVarsOptions = {},
): VarsLayer[] {
  const groups = inventory.host(name)?.isImplicit ? [] : groupsOfHost(inventory, name);
  const all = inventory.group("all");
  const below = groups.filter((group) => group !== all);
  const plays = inventory.besidePlaybook(playbookDir);
  const layers: VarsLayer[] = [];
  const add = (origin: string, vars: Dict | undefined) => {
    if (vars && vars.size > 0) layers.push({ origin, vars });
  };
  add("inventory group all", all?.vars);
  for (const group of below) add(`inventory group ${group.name}`, group.vars);
  for (const beside of [...inventory.beside, ...plays])
    add(`${beside.folder}/group_vars/all`, beside.group("all"));
  for (const besides of [inventory.beside, plays])
    for (const group of below)
      for (const beside of besides)
        add(`${beside.folder}/group_vars/${group.name}`, beside.group(group.name));
  add(`inventory host ${name}`, inventory.host(name)?.vars);
  for (const beside of [...inventory.beside, ...plays])
    add(`${beside.folder}/host_vars/${name}`, beside.host(name));
  return layers;
}

/** The layers merged: of each variable the strongest value. */
export function hostVars(inventory: Inventory, name: string, options: HostVarsOptions = {}): Dict {
  const merged = new Dict();
  for (const { vars } of hostVarLayers(inventory, name, options))
    for (const [key, value] of vars.entries()) merged.set(key, value);
  return merged;
}

/** `group_names`: the groups of the host, sorted, without `all` (and without `ungrouped` where there is another). */
export function groupNames(inventory: Inventory, name: string): string[] {
  if (inventory.host(name)?.isImplicit) return [];
  return groupsOfHost(inventory, name)
    .map((group) => group.name)
    .filter((group) => group !== "all")
    .sort();
}

/** `groups`: every group with its hosts. */
export function groupsDict(inventory: Inventory): Dict {
  return Dict.from(inventory.groups.map(({ name }) => [name, groupHosts(inventory, name)]));
}
