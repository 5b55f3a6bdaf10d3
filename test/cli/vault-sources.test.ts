/** Which vault passwords there are, in which order they are tried, and which one seals: asked of the code, without a process each. */

import { chmodSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import t, { type Test } from "tap";
import { processMask } from "../../src/cli/process-mask.ts";
import type { Settings } from "../../src/cli/settings.ts";
import { newSealing, openingVault, sealingFor } from "../../src/cli/vault-keys.ts";
import { type PasswordFlags, readVaultPasswords } from "../../src/cli/vault-passwords.ts";
import { encryptStrings } from "../../src/cli/vault-string.ts";
import { rewrite, warnOfReaders } from "../../src/cli/vault-texts.ts";
import type { KmendError } from "../../src/problem/problem.ts";
import { decrypt } from "../../src/vault/vault.ts";
import { sealed } from "../vault/seal.ts";

const place = { file: "f", line: 1, column: 1 };
const none: Settings = { unknown: [] };
const ask = async (label: string): Promise<string> => `typed for ${label}`;

/** Files of which each holds its own name as the password. */
function filesOf(t: Test, ...names: string[]): (name: string) => string {
  const folder = t.testdir(Object.fromEntries(names.map((name) => [name, `\t ${name}-password \n\n`])));
  return (name) => join(folder, name);
}

/** With these variables in the environment while it lasts. */
async function within<Result>(
  env: Readonly<Record<string, string>>,
  act: () => Promise<Result>,
): Promise<Result> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await act();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

async function problemOf(
  act: () => Promise<unknown>,
): Promise<{ exitCode: number; code: string; message: string }> {
  try {
    await act();
  } catch (error) {
    const { exitCode, problems } = error as KmendError;
    return { exitCode, code: problems[0]?.code ?? "", message: problems[0]?.message ?? "" };
  }
  return { exitCode: 0, code: "", message: "" };
}

t.test("flags come first, in their order, then the list of settings, then their one file", async (t) => {
  const at = filesOf(t, "one", "two", "three", "four", "five");
  const read = async (flags: PasswordFlags, settings: Partial<Settings> = {}) =>
    (await readVaultPasswords(flags, { ...none, ...settings }, ask)).map(
      (each) => `${each.label}: ${each.password}`,
    );
  const settings = {
    vaultIdentity: "own",
    vaultIdentityList: `a@${at("four")} , ${at("five")}`,
    vaultPasswordFile: at("five"),
  };
  t.strictSame(
    await read(
      { vaultId: [`dev@${at("one")}`, `@${at("two")}`], vaultPasswordFile: [at("three")] },
      settings,
    ),
    [
      "dev: one-password",
      "own: two-password",
      "own: three-password",
      "a: four-password",
      "own: five-password",
    ],
    "a file of a flag stands for the settings' one",
  );
  t.strictSame(
    await read({ vaultPassFile: [at("two")], askVaultPass: true }, { vaultPasswordFile: at("five") }),
    ["default: two-password", "default: typed for default"],
  );
  t.strictSame(await read({ askVaultPassword: true }, { vaultPasswordFile: at("five") }), [
    "default: typed for default",
  ]);
  t.strictSame(await read({ vaultId: ["dev@prompt"] }, { vaultPasswordFile: at("five") }), [
    "dev: typed for dev",
    "default: five-password",
  ]);
  t.strictSame(await read({}), []);
});

t.test("a file may lie below ~, and have an @ in its name", async (t) => {
  const at = filesOf(t, "a@b");
  const home = relative(homedir(), at("a@b"));
  const [first, second] = await readVaultPasswords({ vaultId: [`x@~/${home}`, `y@${at("a@b")}`] }, none);
  t.match(
    [first, second],
    [
      { label: "x", password: "a@b-password" },
      { label: "y", password: "a@b-password" },
    ],
  );
});

t.test(
  "only a program whose name ends in -client, whatever its ending, is told which is wanted",
  async (t) => {
    const folder = t.testdir({});
    for (const name of ["get-client.py", "get-client", "client-get"]) {
      writeFileSync(join(folder, name), '#!/bin/sh\necho "got $*"\n');
      chmodSync(join(folder, name), 0o755);
    }
    const said = async (name: string): Promise<string | undefined> =>
      (await readVaultPasswords({ vaultId: [`dev@${join(folder, name)}`] }, none))[0]?.password;
    t.equal(await said("get-client.py"), "got --vault-id dev");
    t.equal(await said("get-client"), "got --vault-id dev");
    t.equal(await said("client-get"), "got");
  },
);

t.test(
  "passwords are masked as soon as they are known, and those of a label alone may be tried",
  async (t) => {
    const at = filesOf(t, "one", "two");
    const flags = { vaultId: [`dev@${at("one")}`, `prod@${at("two")}`] };
    const labelled = sealed("x", "two-password", "dev");
    const vault = await openingVault(flags);
    t.notMatch(processMask.text("say one-password"), "one-password");
    t.equal(vault.open(labelled, place, "file").toString(), "x");
    const strict = await within({ ANSIBLE_VAULT_ID_MATCH: "yes" }, () => openingVault(flags));
    t.match(await problemOf(async () => strict.open(labelled, place, "file")), {
      exitCode: 1,
      code: "vault-wrong-password",
    });
  },
);

t.test("of several passwords the one seals that a flag names, else the settings", async (t) => {
  const at = filesOf(t, "one", "two", "three");
  const several = { vaultId: [`dev@${at("one")}`, `prod@${at("two")}`] };
  const named = await within({ ANSIBLE_VAULT_ENCRYPT_IDENTITY: "prod" }, () => sealingFor(several));
  t.match(named, { label: "prod", password: "two-password" });
  const flag = await within({ ANSIBLE_VAULT_ENCRYPT_IDENTITY: "prod" }, () =>
    sealingFor({ ...several, encryptVaultId: "dev" }),
  );
  t.match(flag, { label: "dev" });
  t.match(await problemOf(() => sealingFor(several)), { exitCode: 5, code: "vault-which-password" });
  t.match(await problemOf(() => sealingFor({ vaultId: [`a b@${at("one")}`] })), {
    exitCode: 5,
    code: "bad-options",
  });

  t.test("what rekey seals with is none of the old ones, but is called as the settings say", async (t) => {
    const env = { ANSIBLE_VAULT_PASSWORD_FILE: at("one"), ANSIBLE_VAULT_IDENTITY: "own" };
    for (const flags of [{ newVaultPasswordFile: at("three") }, { newVaultPassFile: at("three") }])
      t.match(await within(env, () => newSealing(flags)), { label: "own", password: "three-password" });
    t.match(await within(env, () => newSealing({ newVaultId: `new@${at("three")}` })), { label: "new" });
  });
});

t.test("values are sealed behind their names, in the order of the arguments", async (t) => {
  const seal = async () => ({ label: null, password: "pw" });
  const made = await encryptStrings(["one", "two"], { name: ["first"] }, seal);
  const values = made.split(/^(?=\S)/m);
  t.match(values[0], /^first: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n/);
  t.strictSame(
    values.map((value) => decrypt(value.slice(value.indexOf("$")).replaceAll(/^ +/gm, ""), "pw")?.toString()),
    ["one", "two"],
  );
  t.match(await problemOf(() => encryptStrings(["one", ""], {}, seal)), { code: "bad-options" });
});

t.test("the old text is overwritten where it lay, but not where what was made goes elsewhere", async (t) => {
  const folder = t.testdir({ a: "the old text", b: "the old text", other: "x" });
  const path = (name: string): string => join(folder, name);
  const text = (name: string) => ({ path: path(name), content: Buffer.from("the old text") });
  const open = (name: string) => import("node:fs").then(({ openSync }) => openSync(path(name), "r"));
  const { closeSync, readFileSync } = await import("node:fs");
  const held = [await open("a"), await open("other")];
  rewrite([text("a")], () => "new", { forgetsOld: true });
  rewrite([text("b")], () => "new", { forgetsOld: true, output: path("other") });
  const [old, elsewhere] = held.map((file) => readFileSync(file, "latin1"));
  for (const file of held) closeSync(file);
  t.match(old, /^\0+$/, "its blocks are zeros");
  t.equal(elsewhere, "x");
  t.strictSame(
    ["a", "b", "other"].map((name) => readFileSync(path(name), "utf8")),
    ["new", "the old text", "new"],
  );
});

t.test("who decrypts a file is warned where its group or anybody may read it", async (t) => {
  const folder = t.testdir({ file: "x" });
  const path = join(folder, "file");
  const said: string[] = [];
  const { write } = process.stderr;
  t.teardown(() => {
    process.stderr.write = write;
  });
  process.stderr.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
  for (const mode of [0o600, 0o640, 0o604]) {
    chmodSync(path, mode);
    warnOfReaders(path);
  }
  process.stderr.write = write;
  t.strictSame(
    said.map((line) => /mode (\d+)/.exec(line)?.[1]),
    ["0640", "0604"],
  );
  t.equal(statSync(path).mode & 0o777, 0o604);
});
