/** `kmend vault`: each subcommand, what it must never do, and the real ansible-vault as judge. */

import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import t, { type Test } from "tap";
import { decrypt } from "../../src/vault/vault.ts";
import { sealed } from "../vault/seal.ts";
import {
  atTerminal,
  type Ended,
  fill,
  kmend,
  notForUsers,
  shellWithKmend,
  smallDisk,
  startKmend,
  type Typed,
} from "./kmend.ts";

t.setTimeout(120_000);

const secret = "hunter2-hunter2\n";
const old = "the old password";
const fresh = "a fresh password";
const isRoot = process.getuid?.() === 0;
const onlyRoot = isRoot ? false : "needs root";

function folderOf(t: Test, files: Readonly<Record<string, string>> = {}): string {
  const folder = t.testdir({ old, fresh, ...files });
  const editor = join(folder, "editor");
  writeFileSync(editor, `#!/bin/sh\nfor file; do :; done\n. ./edit\n`);
  chmodSync(editor, 0o755);
  return folder;
}

/** What the editor does with `$file`. */
function editBy(folder: string, script: string): Readonly<Record<string, string>> {
  writeFileSync(join(folder, "edit"), script);
  return { EDITOR: `'${join(folder, "editor")}' --with "two words"` };
}

const vault = (cwd: string, argv: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  kmend(["vault", ...argv.split(" ")], { cwd, env });
const read = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");
const hidden = (folder: string, name: string, password: string): string | undefined =>
  decrypt(read(folder, name), password)?.toString();
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const inMemory = (): readonly string[] =>
  readdirSync("/dev/shm").filter((name) => name.startsWith("kmend-vault-"));

t.test("files are encrypted, shown, encrypted anew and decrypted in their place", async (t) => {
  const folder = folderOf(t, { a: secret, b: `${secret}b` });
  const plain = openSync(join(folder, "a"), "r");
  t.match(await vault(folder, "encrypt --vault-id dev@old a b"), { code: 0, stdout: "", stderr: "" });
  t.match(readFileSync(plain, "latin1"), /^\0+$/, "the plain text is overwritten where it lay");
  closeSync(plain);
  t.match(read(folder, "a"), /^\$ANSIBLE_VAULT;1\.2;AES256;dev\n[0-9a-f\n]+$/);
  t.match(await vault(folder, "view --vault-password-file old a b"), {
    code: 0,
    stdout: `${secret}${secret}b`,
  });
  t.match(await vault(folder, "rekey --vault-password-file old --new-vault-id prod@fresh a b"), { code: 0 });
  t.match(read(folder, "a"), /^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
  t.equal(hidden(folder, "a", old), undefined);
  t.match(await vault(folder, "decrypt --vault-password-file fresh a b"), { code: 0 });
  t.equal(read(folder, "a") + read(folder, "b"), `${secret}${secret}b`);
  t.strictSame(readdirSync(folder).sort(), ["a", "b", "editor", "fresh", "old"], "nothing else is left");
});

t.test(
  "standard input is encrypted and decrypted to standard output, or to a file of its user's",
  async (t) => {
    const folder = folderOf(t);
    const ended = await shellWithKmend(
      `umask 0; printf '${secret}' | $KMEND vault encrypt --vault-password-file old | tee sealed | $KMEND vault decrypt --vault-password-file old
     $KMEND vault decrypt --vault-password-file old --output plain sealed && $KMEND vault encrypt --vault-password-file old --output /dev/stdout plain | cat`,
      { cwd: folder },
    );
    t.match(ended, { code: 0, stderr: "" });
    t.ok(ended.stdout.startsWith(`${secret}$ANSIBLE_VAULT;1.1;AES256\n`), ended.stdout);
    t.equal(hidden(folder, "sealed", old), secret);
    t.equal(modeOf(join(folder, "plain")), "600");
    t.equal(read(folder, "plain"), secret, "what --output came from stays");
  },
);

t.test("a file keeps its mode, its owner and the links to it", { skip: onlyRoot }, async (t) => {
  const folder = folderOf(t, { a: secret });
  chmodSync(join(folder, "a"), 0o640);
  chownSync(join(folder, "a"), 1234, 4321);
  symlinkSync("a", join(folder, "link"));
  await vault(folder, "encrypt --vault-password-file old link");
  t.equal(readlinkSync(join(folder, "link")), "a");
  t.match(lstatSync(join(folder, "a")), { uid: 1234, gid: 4321 });
  t.equal(modeOf(join(folder, "a")), "640");
  t.equal(hidden(folder, "a", old), secret);
  t.match(
    (await vault(folder, "decrypt --vault-password-file old link")).stderr,
    /others may read it \(mode 0640\)/,
  );
  t.match(lstatSync(join(folder, "a")), { uid: 1234, gid: 4321 });
});

t.test("refused in words, with ansible-vault's exit codes, and nothing is changed", async (t) => {
  const folder = folderOf(t, {
    plain: secret,
    sealed: sealed(secret, old, "dev"),
    other: sealed(secret, fresh),
    torn: sealed(secret, old).slice(0, -2),
    empty: "",
  });
  const before = readdirSync(folder).map((name) => [name, read(folder, name)]);
  const refusals: readonly (readonly [string, number, RegExp])[] = [
    [
      "encrypt --vault-password-file old plain sealed",
      1,
      /Cannot encrypt sealed: it is encrypted already\n.*\n {6}kmend vault edit sealed/,
    ],
    ["decrypt --vault-password-file old sealed plain", 1, /Cannot decrypt plain: it is not encrypted/],
    ["view --vault-password-file old plain", 1, /Cannot view plain: it is not encrypted/],
    ["edit --vault-password-file old plain", 1, /Cannot edit plain: it is not encrypted/],
    ["rekey --vault-password-file old --new-vault-id fresh sealed plain", 1, /Cannot rekey plain: it is not/],
    [
      "decrypt --vault-password-file fresh sealed",
      1,
      /sealed:1:1: Cannot read an encrypted file: no vault password that was given opens it \(tried: default\)/,
    ],
    [
      "decrypt --vault-password-file old sealed other",
      1,
      /^other:1:1: .*no vault password that was given opens it/,
    ],
    ["rekey --vault-password-file old --new-vault-id fresh sealed other", 1, /^other:1:1: .*opens it/],
    ["edit --vault-password-file fresh sealed", 1, /^sealed:1:1: .*opens it/],
    ["decrypt --vault-password-file old torn", 1, /^torn:1:1: .*its end is missing/],
    ["encrypt --vault-password-file old plain nope", 1, /Cannot read nope: there is no such file/],
    ["encrypt --vault-password-file nope plain", 1, /Cannot read the vault password file .*nope/],
    ["encrypt --vault-password-file empty plain", 5, /it is empty/],
    [
      "encrypt --vault-id a@old --vault-id b@fresh plain",
      5,
      /several were given \(a, b\)\n {2}Say which: --encrypt-vault-id a/,
    ],
    [
      "encrypt --vault-id a@old --vault-id b@fresh --encrypt-vault-id c plain",
      1,
      /with the vault id "c": passwords were given for a, b/,
    ],
    [
      "rekey --vault-id dev@old --new-vault-id a@fresh --encrypt-vault-id b sealed",
      1,
      /with the vault id "b"/,
    ],
    [
      "rekey --vault-id old --new-vault-id a@fresh --new-vault-password-file fresh sealed",
      5,
      /cannot be used with/,
    ],
    ["encrypt --vault-id a;b@old plain", 5, /Cannot use "a;b" as a vault id/],
    ["encrypt --vault-password-file old --output out plain empty", 5, /Cannot put 2 files into --output out/],
    [
      "encrypt --vault-password-file old --output no/such/out plain",
      1,
      /Cannot write no\/such\/out: there is no folder no\/such/,
    ],
    ["encrypt plain", 5, /Cannot ask for "New vault password \(default\)": standard input is not a terminal/],
    [
      "create --vault-password-file old plain",
      1,
      /Cannot create plain: it is there already\n.*\n {6}kmend vault edit plain/,
    ],
    ["create", 5, /missing required argument/],
    ["encrypt_string --vault-password-file old", 5, /Cannot encrypt the text: it is empty/],
    [
      "encrypt_string --vault-password-file old --name a --name b text",
      5,
      /Cannot use --name b: there are 2 names for 1 texts/,
    ],
    [
      "encrypt_string --vault-password-file old --prompt",
      5,
      /Cannot ask for "Text to encrypt": standard input is not/,
    ],
  ];
  const all = refusals.map(async ([argv, code, says]) => {
    const ended = await vault(folder, argv, { EDITOR: "touch was-shown" });
    t.equal(ended.code, code, argv);
    t.match(ended.stderr, says, argv);
    t.notMatch(ended.stdout + ended.stderr, notForUsers);
    t.notMatch(ended.stdout + ended.stderr, /hunter2|the old password|a fresh password/);
  });
  await Promise.all(all);
  t.strictSame(
    readdirSync(folder).map((name) => [name, read(folder, name)]),
    before,
  );
});

t.test("values for a YAML file, from arguments and from a pipe", async (t) => {
  const folder = folderOf(t);
  const ended = await shellWithKmend(
    `printf 'of the pipe' | $KMEND vault encrypt_string --vault-id dev@old --stdin-name first one two --name second --output values.yml
     $KMEND vault encrypt_string --vault-id dev@old three | head -n 1
     printf 'of a dash' | $KMEND vault encrypt_string --vault-id dev@old - --output dash.yml
     printf '$ANSIBLE_VAULT;1.1;AES256' | $KMEND vault encrypt_string --vault-password-file old`,
    { cwd: folder },
  );
  t.equal(ended.stdout, "!vault |\n");
  t.match(ended.stderr, /Cannot encrypt the text: it is encrypted already/);
  t.equal(modeOf(join(folder, "values.yml")), "600");
  const values = read(folder, "values.yml").split(/^(?=\S)/m);
  t.strictSame(
    values.map((each) => [each.split("\n", 1)[0], opened(each)]),
    [
      ["first: !vault |", "of the pipe"],
      ["second: !vault |", "one"],
      ["!vault |", "two"],
    ],
  );
  t.equal(opened(read(folder, "dash.yml")), "of a dash");
  t.match(values[0], /\n {10}\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
});

function opened(value: string): string | undefined {
  return decrypt(value.slice(value.indexOf("$")).replaceAll(/^ +/gm, ""), old)?.toString();
}

t.test("an editor gets the text in a folder of memory that only its user may enter", async (t) => {
  const folder = folderOf(t, { "secrets.yml": sealed(secret, old, "dev") });
  chmodSync(join(folder, "secrets.yml"), 0o644);
  const kept = `/dev/shm/kmend-test-${process.pid}`;
  t.teardown(() => rmSync(kept, { force: true }));
  // The other name shows what becomes of the text itself when the editor's is gone.
  const look = `stat -c '%a %n' "$file" "\${file%/*}" > seen; stat -f -c %T "$file" >> seen; cat "$file" >> seen
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' > argv; echo "$#" >> seen
echo more >> "$file"; echo backup-$(cat "$file") > "$file~"; ln "$file" ${kept}`;
  const ended = await vault(folder, "edit --vault-password-file old secrets.yml", editBy(folder, look));
  t.match(ended, { code: 0, stdout: "", stderr: "" });
  t.match(
    read(folder, "seen"),
    /^600 \/dev\/shm\/kmend-vault-\w+\/secrets\.yml\n700 \/dev\/shm\/kmend-vault-\w+\ntmpfs\nhunter2-hunter2\n3\n$/,
  );
  t.notMatch(read(folder, "argv"), /hunter2|the old password/);
  t.equal(hidden(folder, "secrets.yml", old), `${secret}more\n`);
  t.match(read(folder, "secrets.yml"), /^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/, "label and password stay");
  t.equal(modeOf(join(folder, "secrets.yml")), "644");
  t.ok(
    readFileSync(kept).every((byte) => byte === 0),
    "the text is overwritten",
  );
  t.strictSame(inMemory(), []);
});

t.test("what the editor did not change stays as it was; what it failed at, too", async (t) => {
  const folder = folderOf(t, { a: sealed(secret, old) });
  const path = join(folder, "a");
  utimesSync(path, 1_000_000, 1_000_000);
  const before = [read(folder, "a"), statSync(path).ino, statSync(path).mtimeMs];
  const now = () => [read(folder, "a"), statSync(path).ino, statSync(path).mtimeMs];
  t.match(await vault(folder, "edit --vault-password-file old a", editBy(folder, "touch $file")), {
    code: 0,
  });
  t.strictSame(now(), before);
  const failing = await vault(
    folder,
    "edit --vault-password-file old a",
    editBy(folder, "echo x >> $file; exit 3"),
  );
  t.match(failing, { code: 1, stderr: /^Cannot edit a: .*editor.* ended with 3\n {2}Nothing was changed/ });
  t.match(await vault(folder, "edit --vault-password-file old a", { EDITOR: "no-such-editor" }), {
    code: 1,
    stderr: /Cannot edit a: no-such-editor ended with 127/,
  });
  t.strictSame(now(), before);
  const made = await vault(folder, "create --vault-password-file old b", editBy(folder, "exit 1"));
  t.match(made, { code: 1, stderr: /Cannot edit b:/ });
  t.notOk(readdirSync(folder).includes("b"));
  t.strictSame(inMemory(), []);
});

for (const [name, script] of [
  ["SIGINT", "echo $$ > pid; exec sleep 60"],
  ["SIGTERM", "trap '' TERM; echo $$ > pid; while :; do sleep 0.2; done"],
] as const)
  t.test(`${name} while the editor is open leaves nothing, and nothing changed`, async (t) => {
    const folder = folderOf(t, { a: sealed(secret, old) });
    const before = read(folder, "a");
    const env = editBy(folder, `echo x >> $file; ${script}`);
    const started = startKmend(["vault", "edit", "--vault-password-file", "old", "a"], { cwd: folder, env });
    while (!readdirSync(folder).includes("pid") || read(folder, "pid") === "")
      await new Promise((resolve) => setTimeout(resolve, 20));
    started.process.kill(name);
    t.match(await started.ended, { code: 99, stderr: "Interrupted: a is as it was\n" });
    t.equal(read(folder, "a"), before);
    t.strictSame(inMemory(), []);
    t.throws(() => process.kill(Number(read(folder, "pid")), 0), "the editor has ended");
  });

t.test("a new file is written with the editor, with its folders", async (t) => {
  const folder = folderOf(t);
  const env = editBy(folder, "printf new > $file");
  t.match(await vault(folder, "create --vault-id dev@old group_vars/all/secrets.yml", env), { code: 0 });
  t.equal(hidden(folder, "group_vars/all/secrets.yml", old), "new");
  t.equal(modeOf(join(folder, "group_vars/all/secrets.yml")), "600");
  const late = await vault(
    folder,
    "create --vault-id dev@old new.yml",
    editBy(folder, "echo theirs > new.yml; echo mine > $file"),
  );
  t.match(late, { code: 1, stderr: /Cannot create new\.yml: it is there already/ });
  t.equal(read(folder, "new.yml"), "theirs\n", "it came while the editor was open");
});

t.test("a file that could not be kept is not shown to be edited", async (t) => {
  const folder = folderOf(t, { a: sealed(secret, old) });
  mkdirSync(join(folder, "locked"));
  writeFileSync(join(folder, "locked/a"), sealed(secret, old));
  chmodSync(join(folder, "locked"), 0o555);
  const argv = ["vault", "edit", "--vault-password-file", "old", "a", "locked/a"];
  const env = editBy(folder, "touch was-shown");
  t.match(await kmend(argv, { cwd: folder, env, isLowly: true }), {
    code: 1,
    stderr: /Cannot write locked\/a: its rights do not allow it\n.* locked must be a folder/,
  });
  t.notOk(readdirSync(folder).includes("was-shown"));
});

t.test("who changes the file meanwhile loses nothing, and neither does who edits it", async (t) => {
  const folder = folderOf(t, { a: sealed(secret, old), theirs: sealed("theirs", old) });
  const ended = await vault(
    folder,
    "edit --vault-password-file old a",
    editBy(folder, "cp theirs a; printf mine > $file"),
  );
  t.match(ended, {
    code: 1,
    stderr: /Cannot write a: somebody else changed it .*\n.*\n {6}kmend vault view a a\.edited/,
  });
  t.equal(hidden(folder, "a", old), "theirs");
  t.equal(hidden(folder, "a.edited", old), "mine");
});

t.test("a disk that is full changes none of the files", { skip: onlyRoot }, async (t) => {
  const disk = smallDisk(t, 64);
  const [old1, old2] = [sealed(secret, old), sealed("x".repeat(9000), old)];
  writeFileSync(join(disk, "a"), old1);
  writeFileSync(join(disk, "b"), old2);
  const passwords = folderOf(t);
  fill(disk);
  const flags = `--vault-password-file ${passwords}/old --new-vault-password-file ${passwords}/fresh`;
  const ended = await vault(passwords, `rekey ${flags} ${disk}/a ${disk}/b`);
  t.match(ended, { code: 1, stderr: /Cannot write .*: the disk is full\n {2}No file was changed/ });
  t.strictSame([read(disk, "a"), read(disk, "b")], [old1, old2]);
  t.strictSame(readdirSync(disk).sort(), ["a", "b", "fill"]);
});

t.test("on a terminal passwords and texts are asked for, twice where they are new", async (t) => {
  const folder = folderOf(t, { a: secret, b: secret });
  const typed = (answers: readonly Typed[], argv: string): Promise<Ended> =>
    atTerminal(`$KMEND vault ${argv}`, answers, { cwd: folder, env: { PAGER: "" } });
  const [same, differing, prompted] = await Promise.all([
    typed(
      [
        [/New vault password.*[\s\S]*visibility/, "typed twice\r"],
        [/once more[\s\S]*visibility/, "typed twice\r"],
      ],
      "encrypt a",
    ),
    typed(
      [
        [/New vault password.*[\s\S]*visibility/, "typed once\r"],
        [/once more[\s\S]*visibility/, "typed twice\r"],
      ],
      "encrypt --ask-vault-password b",
    ),
    typed(
      [
        [/name/i, "db_password\r"],
        [/visibility/, "hidden text\r"],
        [/once more[\s\S]*visibility/, "hidden text\r"],
      ],
      "encrypt_string --vault-id old -p --output value.yml",
    ),
  ]);
  t.match(same.stdout, /New vault password \(default\)[\s\S]*The same once more[\s\S]*Encrypted: a/);
  t.equal(hidden(folder, "a", "typed twice"), secret);
  t.match(
    differing.stdout,
    /Cannot take the new vault password \(default\): what was typed the second time differs/,
  );
  t.equal(read(folder, "b"), secret);
  t.match(read(folder, "value.yml"), /^db_password: !vault \|\n/, prompted.stdout);
  t.match(prompted.stdout, "The same once more");
  t.equal(opened(read(folder, "value.yml")), "hidden text");
  t.notMatch(same.stdout + differing.stdout + prompted.stdout, /typed twice|typed once|hidden text/);
  for (const [pager, shown] of [
    ["sed s/^/paged:/", "paged:\u001b[2J"],
    ["", "\\x1b[2J"],
  ] as const) {
    writeFileSync(join(folder, "a"), sealed("\u001b[2J", old));
    const ended = await shellWithKmend(
      `PAGER='${pager}' script -qec "$KMEND vault view --vault-password-file old a" /dev/null`,
      { cwd: folder },
    );
    t.match(ended.stdout, shown);
  }
});

const judge = (() => {
  try {
    return execFileSync("ansible-vault", ["--version"], { encoding: "utf8" }) !== "";
  } catch {
    return false;
  }
})();

t.test("the real ansible-vault", { skip: judge ? false : "no ansible-vault here" }, async (t) => {
  const folder = folderOf(t, { a: secret, b: secret, c: secret, d: secret });
  const home = mkdtempSync(join(tmpdir(), "kmend-judge-"));
  t.teardown(() => rmSync(home, { recursive: true }));
  const ansible = async (argv: string, env = {}): Promise<string> =>
    (
      await promisify(execFile)("ansible-vault", argv.split(" "), {
        cwd: folder,
        env: { ...process.env, HOME: home, PAGER: "cat", ...env },
      })
    ).stdout;
  const env = editBy(folder, "echo edited >> $file");

  await t.test("opens what each subcommand of kmend wrote", async (t) => {
    mkdirSync(join(folder, "kmend"));
    for (const argv of [
      "encrypt --vault-id dev@old --output kmend/encrypted a",
      "encrypt --vault-password-file old --output kmend/unlabelled a",
      "create --vault-id dev@old kmend/created",
      "rekey --vault-password-file old --new-vault-id prod@fresh kmend/unlabelled",
      "edit --vault-password-file old kmend/encrypted",
    ])
      t.match(await vault(folder, argv, env), { code: 0 }, argv);
    const value = await vault(folder, "encrypt_string --vault-id dev@old value");
    writeFileSync(
      join(folder, "kmend/value"),
      value.stdout.replace("!vault |\n", "").replaceAll(/^ +/gm, ""),
    );
    t.equal(
      await ansible(
        "view --vault-id dev@old --vault-id prod@fresh kmend/encrypted kmend/unlabelled kmend/created kmend/value",
      ),
      `${secret}edited\n${secret}edited\nvalue\n`, // it ends the last line,
    );
    await ansible("decrypt --vault-id prod@fresh kmend/unlabelled");
    t.equal(read(folder, "kmend/unlabelled"), secret);
  });

  await t.test("writes what each subcommand of kmend opens", async (t) => {
    await Promise.all([
      ansible("encrypt --vault-id dev@old a b c d"),
      ansible("create --vault-password-file old created", env),
      ansible("encrypt_string --vault-id dev@old value --output value.yml"),
    ]);
    t.match(await vault(folder, "view --vault-password-file old a created"), {
      code: 0,
      stdout: `${secret}edited\n`,
    });
    t.equal(opened(read(folder, "value.yml")), "value");
    t.match(await vault(folder, "edit --vault-id dev@old b", env), { code: 0 });
    t.match(await vault(folder, "decrypt --vault-id dev@old b"), { code: 0 });
    t.equal(read(folder, "b"), `${secret}edited\n`);
    t.match(await vault(folder, "rekey --vault-id dev@old --new-vault-id prod@fresh c"), { code: 0 });
    t.equal(await ansible("view --vault-id prod@fresh c"), secret);
  });
});
