import { createCipheriv, createHmac, randomBytes } from "node:crypto";
import { blockLength, deriveKeys } from "./decrypt.ts";
import { writeEnvelope } from "./envelope.ts";

const saltLength = 32;

/** What an envelope is sealed with. */
export interface Sealing {
  /** Ansible's vault id, without `;` and blanks; null or `default`: the envelope names none (format 1.1). */
  readonly label: string | null;
  readonly password: string;
}

/** An envelope with its line ends, as `ansible-vault` writes it.
 *  @param salt the same salt gives the same envelope, which tells whoever sees both that they hide the same */
export function encrypt(
  content: string | Uint8Array,
  { label, password }: Sealing,
  salt: Buffer = randomBytes(saltLength),
): string {
  const keys = deriveKeys(password, salt);
  const cipher = createCipheriv("aes-256-ctr", keys.cipher, keys.counter);
  const cipherText = Buffer.concat([cipher.update(padded(Buffer.from(content))), cipher.final()]);
  const seal = createHmac("sha256", keys.seal).update(cipherText).digest();
  return writeEnvelope({ label, salt, seal, cipherText });
}

/** PKCS #7: 1 to 16 bytes, each of which says how many they are. */
function padded(plain: Buffer): Buffer {
  const added = blockLength - (plain.length % blockLength);
  return Buffer.concat([plain, Buffer.alloc(added, added)]);
}
