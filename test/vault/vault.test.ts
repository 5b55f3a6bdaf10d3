/** What `ansible-vault` encrypted is opened by its password, and by nothing else. */

import { execFileSync } from "node:child_process";
import { createCipheriv, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { KmendError } from "../../src/problem/problem.ts";
import { deriveKeys } from "../../src/vault/decrypt.ts";
import { writeEnvelope } from "../../src/vault/envelope.ts";
import { closedVault, decrypt, isEncrypted, newVault, type Vault } from "../../src/vault/vault.ts";
import { sealed } from "./seal.ts";

const place = { file: "group_vars/all.yml", line: 3, column: 7 };
const written = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../conformance/cases/files/vault", name), "latin1");
const dev = { label: "dev", password: "dev password" };

function refusal(vault: Vault, envelope: string) {
  try {
    vault.open(envelope, place, "value");
  } catch (error) {
    return (error as KmendError).problems[0];
  }
  return null;
}

t.test("what the real ansible-vault wrote is opened", async (t) => {
  const vault = newVault([dev]);
  t.equal(vault.open(written("secret.txt"), place, "file").toString(), "line one of a secret\nline two\n");
  t.equal(vault.open(written("binary.bin"), place, "file").length, 300);
  t.equal(decrypt(written("tree/hidden.txt"), "dev password")?.toString(), "a tree holds {{ this }}\n");
});

t.test("every length, and every byte, comes out as it went in", async (t) => {
  const vault = newVault([{ label: "default", password: "pässwörd \u{1f511}" }]);
  for (const length of [0, 1, 15, 16, 17, 32, 1000]) {
    const content = Buffer.from(Array.from({ length }, (_, at) => (at * 7) % 256));
    const opened = vault.open(sealed(content, "pässwörd \u{1f511}"), place, "file");
    t.ok(opened.equals(content), `${length} bytes`);
  }
});

t.test(
  "its text may have come through other hands: spaces, line ends of Windows, lines of another length",
  async (t) => {
    const vault = newVault([dev]);
    const text = sealed("a secret", dev.password);
    const [header, ...lines] = text.trim().split("\n");
    for (const changed of [
      `\n  ${text}\n\n`,
      text.replaceAll("\n", "\r\n"),
      `${header}\n${lines
        .join("")
        .match(/.{1,17}/g)
        ?.join("\n  ")}`,
    ])
      t.equal(vault.open(changed, place, "value").toString(), "a secret");
  },
);

t.test("of several passwords the one of its label is tried first, and then the others", async (t) => {
  const wrong = { label: "dev", password: "it was rotated" };
  const right = { label: "prod", password: dev.password };
  const labelled = sealed("a secret", dev.password, "dev");
  t.equal(newVault([wrong, right]).open(labelled, place, "value").toString(), "a secret");
  t.equal(newVault([right]).open(sealed("a secret", dev.password), place, "value").toString(), "a secret");
  t.test("unless only those of its label are to be tried", async (t) => {
    const strict = newVault([wrong, right], { onlyMatching: true });
    t.match(refusal(strict, labelled), { code: "vault-wrong-password", message: /\(tried: dev\)/ });
    t.match(refusal(newVault([right], { onlyMatching: true }), labelled), {
      code: "vault-no-password",
      message: /no vault password with the vault id "dev" was given/,
      hint: /--vault-id dev@FILE/,
    });
    t.equal(strict.open(sealed("no label", dev.password), place, "value").toString(), "no label");
  });
});

t.test("a password that does not fit is told of by its label, never by itself", async (t) => {
  const problem = refusal(
    newVault([{ label: "prod", password: "hunter2hunter2" }]),
    sealed("x", "other", "dev"),
  );
  t.match(problem, {
    code: "vault-wrong-password",
    place,
    message: "Cannot read an encrypted value: no vault password that was given opens it (tried: prod)",
    hint: /It was encrypted with the vault id "dev"\. Give its password with --vault-id dev@FILE/,
  });
  t.notMatch(JSON.stringify(problem), /hunter2/);
});

t.test("without any password it says how to give one", async (t) => {
  t.match(refusal(closedVault, sealed("x", "other")), {
    code: "vault-no-password",
    hint: /--vault-password-file FILE or --ask-vault-password/,
  });
  t.match(refusal(closedVault, "$ANSIBLE_VAULT;1.1;AES256\n6162\n"), { code: "vault-no-password" });
});

t.test("one bit that was changed, anywhere, is found before anything is opened", async (t) => {
  const vault = newVault([dev]);
  const [header, ...lines] = sealed("a secret that is longer than a block", dev.password).trim().split("\n");
  const inner = Buffer.from(lines.join(""), "hex");
  for (let at = 0; at < inner.length; at += 5) {
    const changed = Buffer.from(inner);
    changed[at] = (changed[at] as number) ^ 1;
    t.match(
      refusal(vault, `${header}\n${changed.toString("hex")}`),
      { code: /^vault-(wrong-password|damaged)$/ },
      `byte ${at}`,
    );
  }
});

for (const [what, text, message] of [
  ["a format of the future", "$ANSIBLE_VAULT;2.0;AES256\n6162", /its format is 2\.0, wanted 1\.1 or 1\.2/],
  ["a cipher of the past", "$ANSIBLE_VAULT;1.1;AES\n6162", /its cipher is AES, wanted AES256/],
  ["a header that is cut", "$ANSIBLE_VAULT;", /its format is not named/],
  [
    "no hexadecimal digits",
    "$ANSIBLE_VAULT;1.1;AES256\nhello!",
    /something else than pairs of hexadecimal digits/,
  ],
  ["an end that is cut off", sealed("x", "y").slice(0, -4), /end is missing/],
  [
    "a part too few",
    "$ANSIBLE_VAULT;1.1;AES256\n61620a6162",
    /does not hold a salt, a seal and a cipher text/,
  ],
  [
    "a part too many",
    "$ANSIBLE_VAULT;1.1;AES256\n610a610a610a61",
    /does not hold a salt, a seal and a cipher text/,
  ],
] as const)
  t.test(`an envelope with ${what} is refused in words`, async (t) => {
    t.match(refusal(newVault([dev]), text), { code: "vault-damaged", message, place });
  });

t.test("what is encrypted begins so, and nothing else does", async (t) => {
  t.ok(isEncrypted(sealed("x", "y")));
  t.ok(isEncrypted(Buffer.from(sealed("x", "y"))));
  for (const other of ["", "$ANSIBLE", " $ANSIBLE_VAULT;1.1;AES256", "plain: text"])
    t.notOk(isEncrypted(other), other);
});

/** An envelope with a seal that is whole, around what is no envelope's content. */
function sealedRaw(padded: Buffer, password: string, sealLength = 32): string {
  const salt = Buffer.alloc(32, 7);
  const { cipher, seal, counter } = deriveKeys(password, salt);
  const hiding = createCipheriv("aes-256-ctr", cipher, counter);
  const cipherText = Buffer.concat([hiding.update(padded), hiding.final()]);
  const made = createHmac("sha256", seal).update(cipherText).digest();
  return writeEnvelope({ label: null, salt, seal: made.subarray(0, sealLength), cipherText });
}

t.test("what is sealed with the password, but was not padded by ansible-vault, is damaged", async (t) => {
  const blocks: readonly (readonly [string, Buffer])[] = [
    ["none", Buffer.alloc(0)],
    ["a padding of 0", Buffer.alloc(16)],
    ["one longer than a block", Buffer.alloc(32, 17)],
    ["one longer than all there is", Buffer.alloc(8, 9)],
    ["one that does not say it in each byte", Buffer.from([...Array(13).fill(0), 1, 3, 3])],
  ];
  for (const [what, block] of blocks)
    t.match(
      refusal(newVault([dev]), sealedRaw(block, dev.password)),
      {
        code: "vault-damaged",
        message: /not padded as ansible-vault pads it/,
      },
      what,
    );
  t.equal(newVault([dev]).open(sealedRaw(Buffer.alloc(16, 16), dev.password), place, "value").length, 0);
});

t.test("a seal of another length is damaged, not a wrong password", async (t) => {
  t.match(refusal(newVault([dev]), sealedRaw(Buffer.alloc(16, 16), dev.password, 31)), {
    code: "vault-damaged",
    message: /its seal is 31 bytes long/,
  });
});

t.test("each envelope is opened by its own salt and password, however many are open", async (t) => {
  const [one, two] = [sealed("one", "pw one"), sealed("two", "pw two")];
  const vault = newVault([
    { label: "a", password: "pw one" },
    { label: "b", password: "pw two" },
  ]);
  for (const [text, hidden] of [
    [one, "one"],
    [two, "two"],
    [sealed("three", "pw one"), "three"],
    [one, "one"],
  ] as const)
    t.equal(vault.open(text, place, "value").toString(), hidden);
});

t.test("of two passwords that fit, the one of the envelope's label is told", async (t) => {
  const vault = newVault([
    { label: "prod", password: "it was rotated" },
    { label: "dev", password: "pw" },
  ]);
  t.match(refusal(vault, sealed("x", "another", "dev")), { message: /\(tried: dev, prod\)/ });
});

t.test("a damaged envelope still says under which label it was sealed", async (t) => {
  t.match(refusal(closedVault, "$ANSIBLE_VAULT;1.2;AES256;dev\nhello!"), { hint: /--vault-id dev@FILE/ });
  t.match(
    refusal(
      newVault([{ label: "prod", password: "x" }]),
      sealed("x", "y").replace("1.1;AES256", "1.2;AES256;"),
    ),
    {
      code: "vault-wrong-password",
      hint: /without a vault id\. Give its password with --vault-password-file FILE/,
    },
  );
});

t.test("what was opened is hidden by whoever is asked to", async (t) => {
  const hidden: string[] = [];
  newVault([], { hide: (text) => hidden.push(text) }).hide("a secret");
  t.strictSame(hidden, ["a secret"]);
});

const judge = (() => {
  try {
    return execFileSync("ansible-vault", ["--version"], { encoding: "utf8" }) !== "";
  } catch {
    return false;
  }
})();
t.test(
  "ansible-vault opens what these tests seal",
  { skip: judge ? false : "no ansible-vault here" },
  async (t) => {
    const folder = t.testdir({
      sealed: sealed("both ways\n", "a password", "dev"),
      password: "a password\n",
    });
    t.equal(
      execFileSync("ansible-vault", ["view", "--vault-id", `dev@${folder}/password`, `${folder}/sealed`], {
        encoding: "utf8",
        env: { ...process.env, PAGER: "cat" },
      }),
      "both ways\n",
    );
  },
);
