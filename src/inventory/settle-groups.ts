import type { Inventory } from "./inventory-model.ts";

/** Once every source is read: groups without a parent go below `all`, hosts without a group into `ungrouped`. */
export function settleGroups(inventory: Inventory): void {
  for (const group of inventory.groups)
    if (group.name !== "all" && group.parents.size === 0)
      inventory.addGroup(group.name, { parents: ["all"] });
  for (const host of inventory.hosts) {
    const isGrouped = inventory.groups.some(
      ({ name, hosts }) => name !== "all" && name !== "ungrouped" && hosts.has(host.name),
    );
    if (isGrouped) inventory.removeFromGroup(host.name, "ungrouped");
    else inventory.addToGroup(host.name, "ungrouped");
  }
}
