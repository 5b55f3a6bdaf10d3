/** Questions about who is below whom. Group names are the nodes; `all` is above everything. */

import type { Group, Inventory } from "./inventory-model.ts";

/** True when making `child` a child of `parent` would close a circle. */
export function groupCycle(inventory: Inventory, parent: string, child: string): boolean {
  return parent === child || ancestors(inventory, [parent]).has(child);
}

/** The groups above the given ones, not those themselves. */
export function ancestors(inventory: Inventory, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const parent of inventory.group(name)?.parents ?? []) {
      if (found.has(parent)) continue;
      found.add(parent);
      waiting.push(parent);
    }
  return found;
}

/** The group and those below it, breadth first: nearer ones first. */
export function descendants(inventory: Inventory, name: string): string[] {
  const found = new Set([name]);
  for (const each of found) for (const child of inventory.group(each)?.children ?? []) found.add(child);
  return [...found];
}

/** Every host of the group and of the groups below it, each once. */
export function groupHosts(inventory: Inventory, name: string): string[] {
  const found = new Set<string>();
  for (const group of descendants(inventory, name))
    for (const host of inventory.group(group)?.hosts ?? []) found.add(host);
  return [...found];
}

/** The groups that hold the host, `all` among them, in the order their variables apply: the last one wins. */
export function groupsOfHost(inventory: Inventory, host: string): Group[] {
  const direct = inventory.groups.filter((group) => group.hosts.has(host)).map((group) => group.name);
  const names = new Set([...direct, ...ancestors(inventory, direct), "all"]);
  const depths = new Map([...names].map((name) => [name, depth(inventory, name)]));
  const groups = [...names].flatMap((name) => inventory.group(name) ?? []);
  return groups.sort(
    (a, b) =>
      (depths.get(a.name) ?? 0) - (depths.get(b.name) ?? 0) ||
      a.priority - b.priority ||
      (a.name < b.name ? -1 : 1),
  );
}

/** The longest way up to `all`. */
function depth(inventory: Inventory, name: string): number {
  const parents = [...(inventory.group(name)?.parents ?? [])];
  return parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => depth(inventory, parent)));
}
