/** kmend encrypts as `ansible-vault` does, digit for digit. */

import t from "tap";
import { readEnvelope } from "../../src/vault/envelope.ts";
import { decrypt, encrypt, isEncrypted, newVault } from "../../src/vault/vault.ts";

// What ansible-core 2.14.18 wrote for `{{ 'some text' | vault('pw', salt='abcd') }}`.
const digits = `36313632363336340a31656437643034383038663537333662316666616361333162333730623362
3164346435323264356536623239636633633732646263393436316138343334300a636335653435
6638383039303938656564663135366361376330356361333533
`;
const salt = Buffer.from("abcd");

t.test("the same text, password and salt give what ansible-vault wrote", async (t) => {
  const labelled = encrypt("some text", { label: "filter_default", password: "pw" }, salt);
  t.equal(labelled, `$ANSIBLE_VAULT;1.2;AES256;filter_default\n${digits}`);
  for (const label of [null, "default", ""])
    t.equal(
      encrypt("some text", { label, password: "pw" }, salt),
      `$ANSIBLE_VAULT;1.1;AES256\n${digits}`,
      `label ${label}`,
    );
});

t.test("every length, and every byte, comes out as it went in", async (t) => {
  for (const length of [0, 1, 15, 16, 17, 32, 1000]) {
    const content = Buffer.from(Array.from({ length }, (_, at) => (at * 7) % 256));
    const envelope = encrypt(content, { label: "dev", password: "pässwörd \u{1f511}" });
    t.ok(isEncrypted(envelope));
    t.ok(decrypt(envelope, "pässwörd \u{1f511}")?.equals(content), `${length} bytes`);
    const lines = envelope.trimEnd().split("\n").slice(1);
    t.ok(
      lines.every((line, at) => (at < lines.length - 1 ? line.length === 80 : line.length <= 80)),
      "80 digits a line",
    );
  }
});

t.test("no salt comes twice", async (t) => {
  const seal = { label: null, password: "pw" };
  t.not(encrypt("the same", seal), encrypt("the same", seal));
  t.equal(readEnvelope(encrypt("the same", seal)).salt.length, 32, "as long as ansible-vault's");
});

t.test("a vault tells which password opened, and under what label it was sealed", async (t) => {
  const place = { file: "f", line: 1, column: 1 };
  const vault = newVault([
    { label: "old", password: "one" },
    { label: "new", password: "two" },
  ]);
  t.match(vault.openAndTell(encrypt("x", { label: "dev", password: "two" }), place, "file"), {
    label: "dev",
    password: "two",
    content: Buffer.from("x"),
  });
  t.match(vault.openAndTell(encrypt("x", { label: null, password: "one" }), place, "file"), {
    label: null,
    password: "one",
  });
});
