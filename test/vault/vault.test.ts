/** What `ansible-vault` encrypted is opened by its password, and by nothing else. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { KmendError } from "../../src/problem/problem.ts";
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
  ["a part too few", "$ANSIBLE_VAULT;1.1;AES256\n6162", /does not hold a salt, a seal and a cipher text/],
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
