/** The passwords that `kmend vault` opens and seals with. */

import { exitCodes, KmendError } from "../problem/problem.ts";
import { newVault, type Sealing, type TellingVault, type VaultPassword } from "../vault/vault.ts";
import { processMask } from "./process-mask.ts";
import { askSecret } from "./secrets.ts";
import { readSettings, type Settings } from "./settings.ts";
import { type AskPassword, askPassword, type PasswordFlags, readVaultPasswords } from "./vault-passwords.ts";

export interface KeyFlags extends PasswordFlags {
  readonly encryptVaultId?: string;
  readonly newVaultId?: string;
  readonly newVaultPasswordFile?: string;
  readonly newVaultPassFile?: string;
}

/** Opens with the passwords that flags and settings name; asks for one where they name none.
 *  @throws KmendError as `readVaultPasswords` does */
export async function openingVault(flags: KeyFlags): Promise<TellingVault> {
  const settings = readSettings(process.env);
  return newVault(await passwords(flags, settings, askPassword), {
    onlyMatching: settings.vaultIdMatch ?? false,
    exitCode: exitCodes.error,
  });
}

/** What to encrypt with: the one password that was given, or the one that `--encrypt-vault-id` names.
 *  @throws KmendError `vault-which-password`, `vault-unknown-label`, `bad-options`, and as `readVaultPasswords` does */
export async function sealingFor(flags: KeyFlags): Promise<Sealing> {
  const settings = readSettings(process.env);
  const wanted = flags.encryptVaultId ?? settings.vaultEncryptIdentity;
  return chosen(await passwords(flags, settings, askTwice), wanted);
}

/** What `rekey` seals with. Only `--encrypt-vault-id` itself is held against it: settings name the old label as long as they do. */
export async function newSealing(flags: KeyFlags): Promise<Sealing> {
  const { newVaultId, newVaultPasswordFile, newVaultPassFile, encryptVaultId } = flags;
  const file = newVaultPasswordFile ?? newVaultPassFile;
  const { vaultIdentity, unknown } = readSettings(process.env);
  // Of the settings, only what a password without a label is called: the passwords that they name are the old ones.
  const settings: Settings = { unknown, ...(vaultIdentity === undefined ? {} : { vaultIdentity }) };
  const given: PasswordFlags = {
    ...(newVaultId === undefined ? {} : { vaultId: [newVaultId] }),
    ...(file === undefined ? {} : { vaultPasswordFile: [file] }),
  };
  return chosen(await passwords(given, settings, askTwice), encryptVaultId);
}

async function passwords(
  flags: PasswordFlags,
  settings: Settings,
  ask: AskPassword,
): Promise<readonly VaultPassword[]> {
  const given = await readVaultPasswords(flags, settings, ask);
  const all =
    given.length > 0 ? given : await readVaultPasswords({ ...flags, askVaultPassword: true }, settings, ask);
  for (const { password, label } of all) {
    processMask.know(password);
    checkLabel(label);
  }
  return all;
}

/** A typing error would lock the text away for good. */
const askTwice: AskPassword = async (label) => {
  const instead = "--vault-password-file, or --new-vault-password-file for a new one";
  const first = await askSecret(`New vault password (${label})`, instead);
  if (first === (await askSecret("The same once more", instead))) return first;
  throw new KmendError({
    code: "passwords-differ",
    message: `Cannot take the new vault password (${label}): what was typed the second time differs`,
    hint: "Nothing was encrypted. Try again.",
  });
};

function chosen(all: readonly VaultPassword[], wanted: string | undefined): Sealing {
  const [first, ...more] = all;
  const labels = all.map((each) => each.label).join(", ");
  if (wanted === undefined && first !== undefined && more.length === 0) return first;
  if (wanted === undefined)
    throw new KmendError(
      {
        code: "vault-which-password",
        message: `Cannot choose a password to encrypt with: several were given (${labels})`,
        hint: `Say which: --encrypt-vault-id ${first?.label ?? "LABEL"}`,
      },
      exitCodes.badOptions,
    );
  const own = all.find((each) => each.label === wanted);
  if (own) return own;
  throw new KmendError({
    code: "vault-unknown-label",
    message: `Cannot encrypt with the vault id "${wanted}": passwords were given for ${labels}`,
    hint: `Give its password with --vault-id ${wanted}@FILE, or leave out --encrypt-vault-id.`,
  });
}

/** It stands in the envelope's first line, between semicolons. */
function checkLabel(label: string): void {
  if (!/[;\s]/.test(label)) return;
  throw new KmendError(
    {
      code: "bad-options",
      message: `Cannot use ${JSON.stringify(label)} as a vault id: an envelope has no room for blanks and semicolons in it`,
    },
    exitCodes.badOptions,
  );
}
