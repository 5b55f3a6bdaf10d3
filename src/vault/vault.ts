/**
 * Opens what `ansible-vault` encrypted, and encrypts as it does.
 *
 * Words: an **envelope** is the text that `ansible-vault` writes, a **vault password** opens it, and a **label** says which
 * of several passwords is meant (Ansible's vault id).
 * Must: nothing is opened whose seal (its HMAC) was not found whole. Must: no two envelopes have one salt, unless a caller gives it.
 * Must: no error holds a password, or what an envelope hides.
 */

export { decrypt } from "./decrypt.ts";
export { encrypt, type Sealing } from "./encrypt.ts";
export { isEncrypted } from "./envelope.ts";
export { closedVault, newVault, type TellingVault, type Vault, type VaultPassword } from "./open.ts";
