import { textsIn } from "../template/template.ts";
import type { Vault } from "../vault/vault.ts";
import type { Inventory } from "./inventory-model.ts";

/** Hides what an encrypted inventory says in its variables. Names are no secrets, nor is how a host is reached: where these are
 *  passwords, they are known by their names. */
export function hideVariables(encrypted: Inventory, vault: Vault): void {
  for (const { vars } of [...encrypted.hosts, ...encrypted.groups])
    for (const [name, value] of vars.entries())
      if (!String(name).startsWith("ansible_")) for (const text of textsIn(value)) vault.hide(text);
}
