import { closedVault, type Vault } from "../../vault/vault.ts";
import { textsIn } from "../texts-in.ts";
import type { Value } from "../values.ts";
import { readYaml } from "./read-yaml.ts";
import { toValue } from "./yaml-nodes.ts";

/** What a file of variables holds; null for an empty one. Every value of an encrypted one is hidden from then on.
 *  @throws KmendError as `readYaml` does */
export function readVariables(source: string, file: string, vault: Vault = closedVault): Value {
  const { root, wasEncrypted } = readYaml(source, file, vault);
  const value = root ? toValue(root) : null;
  if (wasEncrypted) for (const text of textsIn(value)) vault.hide(text);
  return value;
}
