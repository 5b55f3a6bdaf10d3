import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { BadEnvelope, type Envelope, readEnvelope } from "./envelope.ts";

// Source: "Format of files encrypted with Ansible Vault" in Ansible's guide to vaults.
const rounds = 10_000;
const keyLength = 32;
const counterLength = 16;
/** Of AES: what it hides is filled up to whole blocks. */
export const blockLength = 16;

/** What a password and a salt make. */
export interface Keys {
  readonly cipher: Buffer;
  readonly seal: Buffer;
  /** Where AES begins to count. */
  readonly counter: Buffer;
}

/** PBKDF2 with HMAC-SHA256: some ten milliseconds. */
export function deriveKeys(password: string, salt: Buffer): Keys {
  const made = pbkdf2Sync(password, salt, rounds, 2 * keyLength + counterLength, "sha256");
  return {
    cipher: made.subarray(0, keyLength),
    seal: made.subarray(keyLength, 2 * keyLength),
    counter: made.subarray(2 * keyLength),
  };
}

/** What the envelope hides; null: the keys do not fit, or the envelope is not as it was written.
 *  @throws BadEnvelope sealed with these keys, but not by `ansible-vault` */
export function openEnvelope({ seal, cipherText }: Envelope, keys: Keys): Buffer | null {
  const expected = createHmac("sha256", keys.seal).update(cipherText).digest();
  if (!timingSafeEqual(expected, seal)) return null;
  const decipher = createDecipheriv("aes-256-ctr", keys.cipher, keys.counter);
  return withoutPadding(Buffer.concat([decipher.update(cipherText), decipher.final()]));
}

/** A text that is not in a file of the run: what the filter `unvault` is given.
 *  @returns null where the password does not open it
 *  @throws BadEnvelope */
export function decrypt(text: string, password: string): Buffer | null {
  const envelope = readEnvelope(text);
  return openEnvelope(envelope, deriveKeys(password, envelope.salt));
}

/** PKCS #7: the last byte says how many were added, and each of these says it. */
function withoutPadding(padded: Buffer): Buffer {
  const added = padded.at(-1) ?? 0;
  const padding = padded.subarray(padded.length - added);
  if (added < 1 || added > blockLength || padding.length !== added || padding.some((byte) => byte !== added))
    throw new BadEnvelope("what it hides is not padded as ansible-vault pads it");
  return padded.subarray(0, padded.length - added);
}
