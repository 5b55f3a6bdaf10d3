import { newVault, type Vault } from "../vault/vault.ts";
import { processMask } from "./process-mask.ts";
import type { RunFlags } from "./run-options.ts";
import { readSettings } from "./settings.ts";
import { readVaultPasswords } from "./vault-passwords.ts";

let opened: Promise<Vault> | undefined;

/** The vault of this process: its passwords are read, or asked for, once. What it opens is masked from then on.
 *  @throws KmendError `no-terminal`, `missing-file`, `bad-vault-id`, `vault-script-failed` */
export function processVault(flags: RunFlags): Promise<Vault> {
  opened ??= openVault(flags);
  return opened;
}

async function openVault(flags: RunFlags): Promise<Vault> {
  const settings = readSettings(process.env);
  const passwords = await readVaultPasswords(flags, settings);
  for (const { password } of passwords) processMask.know(password);
  return newVault(passwords, {
    onlyMatching: settings.vaultIdMatch ?? false,
    hide: (text) => processMask.know(text),
  });
}
