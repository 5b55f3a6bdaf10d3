/**
 * Which hosts there are: sources (INI, YAML, programs, folders, lists of hosts), groups, their variables, and patterns.
 *
 * Words: a **source** is what one `-i` names; a **group** holds hosts and other groups; **beside** means the
 * group_vars/ and host_vars/ folders next to a source or a playbook; a **pattern** chooses hosts.
 * Must: a source that cannot be read whole is refused with every problem in it; a run never starts on half a fleet.
 * Should: order is Ansible's everywhere, for hosts chosen and for variables that override each other.
 */

export { connectionVariables, methodPasswords } from "./connection-variables.ts";
export { groupHosts } from "./group-graph.ts";
export {
  groupNames,
  groupsDict,
  type HostVarsOptions,
  hostVarLayers,
  hostVars,
  type VarsLayer,
} from "./host-vars.ts";
export { type Group, type Host, Inventory, InventoryLoop } from "./inventory-model.ts";
export { inventorySchema } from "./inventory-schema.ts";
export { checkLimit } from "./limit.ts";
export { type LoadOptions, loadInventory } from "./load-inventory.ts";
export { type Matched, type MatchOptions, matchHosts } from "./match-hosts.ts";
export { inventoryGraph, inventoryHost, inventoryList, inventoryYaml } from "./show-inventory.ts";
export { type Beside, varsBeside } from "./vars-beside.ts";
