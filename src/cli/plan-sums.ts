/** Sums of what a plan was made with and must not show: the inventory, and the variables of `-e`. */

import { createHash, scryptSync } from "node:crypto";
import { groupHosts, hostVarLayers, type Inventory } from "../inventory/inventory.ts";
import { namesSecret } from "../mask/mask.ts";
import { Dict, Encrypted, isList, toExactJson, type Value } from "../template/template.ts";

/** Hosts and groups in their order, and what variables of them are not secret: by their names, and because nothing encrypted is
 *  opened for it.
 *  @param folders of the playbooks, whose group_vars/ and host_vars/ count, too */
export function inventorySum(inventory: Inventory, folders: readonly string[]): string {
  const groups = inventory.groups.map((group) => [group.name, groupHosts(inventory, group.name)]);
  const hosts = inventory.hosts.map(({ name }) => {
    const layers = folders.flatMap((playbookDir) => hostVarLayers(inventory, name, { playbookDir }));
    return [name, layers.map(({ vars }) => tellable(vars))];
  });
  return createHash("sha256").update(JSON.stringify({ groups, hosts })).digest("hex");
}

function tellable(value: Value): unknown {
  if (value instanceof Encrypted) return null;
  if (isList(value)) return value.map(tellable);
  if (!(value instanceof Dict)) return toExactJson(value);
  return value
    .entries()
    .map(([key, each]) => [String(key), namesSecret(String(key)) ? null : tellable(each)]);
}

/** Slow on purpose: one of these variables may be a short password. */
export function extraVarsSum(vars: Dict, salt: string): { readonly names: string[]; readonly sum: string } {
  const entries = vars.entries().sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const text = JSON.stringify(entries.map(([key, value]) => [String(key), toExactJson(value)]));
  const names = entries.map(([key]) => String(key));
  return { names, sum: names.length === 0 ? "" : scryptSync(text, salt, 32).toString("hex") };
}
