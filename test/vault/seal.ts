/** Encrypts as `ansible-vault` does: kmend itself never does it. test/conformance/cases/vault.yml holds what the real one wrote. */

import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** @param label Ansible's vault id: format 1.2; without one: 1.1 */
export function sealed(content: string | Buffer, password: string, label?: string): string {
  const salt = randomBytes(32);
  const keys = pbkdf2Sync(password, salt, 10_000, 80, "sha256");
  const plain = Buffer.from(content);
  const added = 16 - (plain.length % 16);
  const cipher = createCipheriv("aes-256-ctr", keys.subarray(0, 32), keys.subarray(64));
  const cipherText = Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(added, added)),
    cipher.final(),
  ]);
  const seal = createHmac("sha256", keys.subarray(32, 64)).update(cipherText).digest();
  const inner = [salt, seal, cipherText].map((each) => each.toString("hex")).join("\n");
  const header = label === undefined ? "$ANSIBLE_VAULT;1.1;AES256" : `$ANSIBLE_VAULT;1.2;AES256;${label}`;
  const lines =
    Buffer.from(inner)
      .toString("hex")
      .match(/.{1,80}/g) ?? [];
  return `${[header, ...lines].join("\n")}\n`;
}

/** As a value in YAML, behind `name: `. */
export function sealedValue(content: string, password: string, label?: string, indent = 6): string {
  return `!vault |\n${sealed(content, password, label).replaceAll(/^(?=.)/gm, " ".repeat(indent))}`;
}
