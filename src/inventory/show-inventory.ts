/** What was understood, in the four shapes of `ansible-inventory`. */

import { Dict, str, toJsonText, type Value } from "../template/template.ts";
import { groupHosts } from "./group-graph.ts";
import { type HostVarsOptions, hostVars } from "./host-vars.ts";
import type { Group, Inventory } from "./inventory-model.ts";
import { yamlText } from "./yaml-text.ts";

const layout = { indent: 4, sortKeys: true, ensureAscii: false } as const;

/** `--list`: groups with their children and hosts, and each host's variables under `_meta`. */
export function inventoryList(inventory: Inventory, options: HostVarsOptions = {}): string {
  const listed = new Dict();
  for (const group of inventory.groups) {
    const entry = new Dict();
    if (group.children.size > 0) entry.set("children", [...group.children]);
    if (group.hosts.size > 0 && group.name !== "all") entry.set("hosts", [...group.hosts]);
    if (entry.size > 0) listed.set(group.name, entry);
  }
  const hosts = new Dict();
  for (const name of groupHosts(inventory, "all")) {
    const vars = hostVars(inventory, name, options);
    if (vars.size > 0) hosts.set(name, vars);
  }
  listed.set("_meta", Dict.of({ hostvars: hosts }));
  return toJsonText(listed, layout);
}

/** `--host NAME`: its variables; undefined when the inventory does not know it. */
export function inventoryHost(
  inventory: Inventory,
  name: string,
  options: HostVarsOptions & { readonly yaml?: boolean } = {},
): string | undefined {
  if (!inventory.host(name)) return undefined;
  const vars = hostVars(inventory, name, options);
  return options.yaml ? yamlText(vars) : toJsonText(vars, layout);
}

/** `--graph [GROUP]`: a tree of groups and hosts; undefined when there is no such group. */
export function inventoryGraph(
  inventory: Inventory,
  options: HostVarsOptions & { readonly group?: string; readonly vars?: boolean } = {},
): string | undefined {
  const group = inventory.group(options.group ?? "all");
  if (!group) return undefined;
  const lines: string[] = [];
  drawGroup(inventory, group, 0, options, lines);
  return lines.join("\n");
}

function drawGroup(
  inventory: Inventory,
  group: Group,
  depth: number,
  options: HostVarsOptions & { readonly vars?: boolean },
  lines: string[],
): void {
  lines.push(branch(`@${group.name}:`, depth));
  for (const child of group.children) {
    const below = inventory.group(child);
    if (below) drawGroup(inventory, below, depth + 1, options, lines);
  }
  for (const host of group.name === "all" ? [] : group.hosts) {
    lines.push(branch(host, depth + 1));
    if (options.vars) lines.push(...drawVars(hostVars(inventory, host, options), depth + 2));
  }
  if (options.vars) lines.push(...drawVars(groupVars(inventory, group, options), depth + 1));
}

function groupVars(inventory: Inventory, group: Group, { playbookDir }: HostVarsOptions): Dict {
  const vars = group.vars.copy();
  if (group.priority !== 1) vars.set("ansible_group_priority", group.priority);
  for (const beside of [...inventory.beside, ...inventory.besidePlaybook(playbookDir)])
    for (const [key, value] of beside.group(group.name)?.entries() ?? []) vars.set(key, value);
  return vars;
}

function drawVars(vars: Dict, depth: number): string[] {
  return vars
    .entries()
    .sort(([a], [b]) => (str(a) < str(b) ? -1 : 1))
    .map(([key, value]) => branch(`{${str(key)} = ${str(value)}}`, depth));
}

function branch(text: string, depth: number): string {
  return depth === 0 ? text : `${"  |".repeat(depth)}--${text}`;
}

/** `--list --yaml`: a source that would give this inventory, each host's variables where it comes first. */
export function inventoryYaml(inventory: Inventory, options: HostVarsOptions = {}): string {
  const seen = new Set<string>();
  const describe = (group: Group): Dict => {
    const entry = new Dict();
    const children = new Dict();
    for (const child of group.children) {
      const below = inventory.group(child);
      const described = below && describe(below);
      if (described) children.set(child, described);
    }
    if (children.size > 0) entry.set("children", children);
    const hosts = new Dict();
    for (const host of group.name === "all" ? [] : group.hosts) {
      const vars: Value = seen.has(host) ? new Dict() : hostVars(inventory, host, options);
      seen.add(host);
      hosts.set(host, vars);
    }
    if (hosts.size > 0) entry.set("hosts", hosts);
    return entry;
  };
  const all = inventory.group("all");
  return yamlText(Dict.of({ all: all ? describe(all) : new Dict() }));
}
