/** What ansible-vault encrypted, from the command line: every way to give the password, and every command that needs it. */

import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { sealed, sealedValue } from "../vault/seal.ts";
import { atTerminal, kmend, lastRun, notForUsers } from "./kmend.ts";

t.setTimeout(120_000);

const password = "the password of it all";
const secret = "hunter2-hunter2";

/** A playbook whose one change needs a value that is encrypted in group_vars. */
function folderOf(t: Test, more: Exclude<Parameters<Test["testdir"]>[0], string | undefined> = {}): string {
  const folder = t.testdir({
    hosts: "here ansible_connection=local\n",
    group_vars: { all: `other: plain\nsecret_thing: ${sealedValue(secret, password, "dev", 2)}` },
    "play.yml": `- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "{{ secret_thing }}\\n", dest: "{{ inventory_dir }}/out"}
    - debug: {msg: "{{ other }} {{ secret_thing }}"}
`,
    password: `  ${password}\n\n`,
    ...more,
  });
  return folder;
}

const program = (folder: string, name: string, text: string): string => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
  return name;
};

const run = (cwd: string, ...more: readonly string[]) =>
  kmend(["run", "-i", "hosts", "play.yml", ...more], { cwd });

/** The question stands, and is listened to. */
const asks = /Vault password[\s\S]*toggle visibility/;

t.test("the password comes", async (t) => {
  for (const [way, argv, env] of [
    ["from a file", ["--vault-password-file", "password"], {}],
    ["from a file, by the option's other name", ["--vault-pass-file", "password"], {}],
    ["from a file for a label", ["--vault-id", "dev@password"], {}],
    ["from the second of two", ["--vault-id", "prod@hosts", "--vault-id", "dev@password"], {}],
    ["from a program", ["--vault-password-file", "program"], {}],
    ["from a program that is told which is wanted", ["--vault-id", "dev@get-client.sh"], {}],
    ["from the environment's file", [], { ANSIBLE_VAULT_PASSWORD_FILE: "password" }],
    ["from the environment's list", [], { ANSIBLE_VAULT_IDENTITY_LIST: "prod@hosts, dev@password" }],
  ] as const)
    await t.test(way, async (t) => {
      const folder = folderOf(t);
      program(folder, "program", `echo '${password}'`);
      program(folder, "get-client.sh", `[ "$1 $2" = "--vault-id dev" ] && echo '${password}'`);
      const ended = await kmend(["run", "-i", "hosts", "play.yml", ...argv], { cwd: folder, env });
      t.equal(ended.code, 0, ended.stdout + ended.stderr);
      t.equal(readFileSync(join(folder, "out"), "utf8"), `${secret}\n`);
      t.match(ended.stdout, /plain \*{8}/);
      t.notMatch(ended.stdout + ended.stderr + JSON.stringify(lastRun(join(folder, "state"))), secret);
    });

  for (const argv of ["-J", "--ask-vault-pass", "--vault-id dev@prompt"])
    await t.test(`from the terminal: ${argv}`, async (t) => {
      const folder = folderOf(t);
      const ended = await atTerminal(`$KMEND run -i hosts play.yml ${argv}`, [[asks, `${password}\r`]], {
        cwd: folder,
      });
      t.match(ended.stdout, /Vault password \((default|dev)\)/);
      t.notMatch(ended.stdout, password, "nothing is shown of it");
      t.equal(readFileSync(join(folder, "out"), "utf8"), `${secret}\n`, ended.stdout);
    });
});

t.test("Ctrl-C at the question ends it, and a question is no part of the output", async (t) => {
  const folder = folderOf(t);
  const run = "$KMEND run -i hosts play.yml -J; echo ended with $?";
  for (const keys of ["\x03", null]) {
    const { stdout } = await atTerminal(run, [[asks, keys]], { cwd: folder });
    t.match(stdout, /Interrupted at a question[\s\S]*ended with 99/);
    t.notMatch(stdout, /Warning/, "also where the terminal went away");
  }
  const kept = "$KMEND inventory -i hosts --host here -J > said";
  await atTerminal(kept, [[asks, `${password}\r`]], { cwd: folder });
  t.match(JSON.parse(readFileSync(join(folder, "said"), "utf8")), { other: "plain" });
});

t.test("what goes wrong with the password is told, with its way out", async (t) => {
  const folder = folderOf(t);
  program(folder, "failing", "echo half-a-password; echo no agent >&2; exit 3");
  writeFileSync(join(folder, "empty"), "\n");
  for (const [what, argv, code, says] of [
    ["none given", [], 2, /all:2:15: Cannot read an encrypted value: no vault password was given/],
    [
      "a wrong one",
      ["--vault-id", "dev@hosts"],
      2,
      /no vault password that was given opens it \(tried: dev\)/,
    ],
    [
      "no such file",
      ["--vault-password-file", "nope"],
      1,
      /Cannot read the vault password file .*nope: there is no such file/,
    ],
    [
      "an empty file",
      ["--vault-id", "x@empty"],
      5,
      /Cannot use the vault password from .*empty: it is empty/,
    ],
    [
      "a program that fails",
      ["--vault-id", "failing"],
      1,
      /no agent\n[\s\S]*from .*failing: it ended with 3\n {2}Run it by hand/,
    ],
    [
      "no terminal",
      ["-J"],
      5,
      /Cannot ask for "Vault password \(default\)".*\n {2}Give it in a file with --vault-password-file/,
    ],
  ] as const)
    await t.test(what, async (t) => {
      const ended = await run(folder, ...argv);
      t.equal(ended.code, code);
      t.match(ended.stdout + ended.stderr, says);
      t.notMatch(ended.stdout + ended.stderr, notForUsers);
      t.notMatch(ended.stdout + ended.stderr, "half-a-password");
    });
  t.test("nothing was changed", async (t) => t.throws(() => readFileSync(join(folder, "out"))));
});

t.test("who does not need a value needs no password for it", async (t) => {
  const folder = folderOf(t);
  writeFileSync(
    join(folder, "play.yml"),
    "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {var: other}\n",
  );
  const ended = await run(folder);
  t.equal(ended.code, 0, ended.stdout + ended.stderr);
  t.match(ended.stdout, /"other": "plain"/);
});

t.test("whole files may be encrypted: inventory, variables, playbooks, tasks, roles", async (t) => {
  const folder = folderOf(t, {
    hosts: sealed("here ansible_connection=local of_inventory=inventory-secret\n", password),
    host_vars: { here: sealed("of_host: host-secret\n", password) },
    "extra.yml": sealed("of_extra: extra-secret\n", password),
    "play.yml": sealed(
      `- hosts: all
  gather_facts: false
  vars: {of_play: play-secret}
  roles: [guarded]
  tasks:
    - import_tasks: tasks.yml
`,
      password,
    ),
    "tasks.yml": sealed(
      `- name: all of it
  debug:
    msg: "{{ of_inventory }} {{ of_host }} {{ of_extra }} {{ of_play }} {{ of_role }} {{ of_task }} end"
  vars: {of_task: task-secret}
`,
      password,
    ),
    roles: {
      guarded: {
        defaults: { "main.yml": sealed("of_role: role-secret\n", password) },
        tasks: { "main.yml": sealed("- debug: {msg: in a role}\n", password) },
      },
    },
  });
  const ended = await run(folder, "--vault-password-file", "password", "-e", "@extra.yml");
  t.equal(ended.code, 0, ended.stdout + ended.stderr);
  t.match(ended.stdout, /TASK \[all of it\][\s\S]*"msg": "(\*{8} ){6}end"/);
  t.notMatch(JSON.stringify(lastRun(join(folder, "state"))), /-secret/);
  for (const listing of ["--list-tasks", "--list-hosts", "--syntax-check"]) {
    const listed = await run(folder, "--vault-password-file", "password", "-e", "@extra.yml", listing);
    t.equal(listed.code, 0, listing + listed.stderr);
  }
  const valid = await kmend(["validate", "play.yml", "--vault-password-file", "password"], { cwd: folder });
  t.match(valid, { code: 0, stdout: /no problem/ });
  const shown = await kmend(["inventory", "-i", "hosts", "--graph", "--vault-password-file", "password"], {
    cwd: folder,
  });
  t.match(shown, { code: 0, stdout: /here/ });
  const without = await run(folder, "-e", "@extra.yml");
  t.match(without, {
    code: 4,
    stderr: /extra\.yml:1:1: Cannot read an encrypted file: no vault password was given/,
  });
});

t.test("a run that stopped goes on, and goes back, with the password given again", async (t) => {
  const folder = folderOf(t, {
    "play.yml": `- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "{{ secret_thing }}\\n", dest: "{{ inventory_dir }}/out"}
    - command: test -e {{ inventory_dir }}/go
      changed_when: false
    - copy: {content: "{{ secret_thing }} again\\n", dest: "{{ inventory_dir }}/out2"}
`,
  });
  t.equal((await run(folder, "--vault-password-file", "password")).code, 2);
  writeFileSync(join(folder, "go"), "");
  const without = await kmend(["resume", "last", "--retry-failed"], { cwd: folder });
  t.equal(without.code, 2);
  t.match(without.stdout, /no vault password was given/);
  const resumed = await kmend(["resume", "last", "--retry-failed", "--vault-password-file", "password"], {
    cwd: folder,
  });
  t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.equal(readFileSync(join(folder, "out2"), "utf8"), `${secret} again\n`);
  const back = await kmend(["rollback", "last"], { cwd: folder });
  t.equal(back.code, 0, "what was saved on the host needs no password");
  for (const name of ["out", "out2"]) t.throws(() => readFileSync(join(folder, name)), { code: "ENOENT" });
});

t.test("completion asks nobody for a password", async (t) => {
  const folder = folderOf(t);
  rmSync(join(folder, "group_vars"), { recursive: true });
  mkdirSync(join(folder, "group_vars"));
  writeFileSync(join(folder, "group_vars", "all"), sealed("x: y\n", password));
  const ended = await kmend(["completion", "words", "--", "run", "-i", "hosts", "--limit", ""], {
    cwd: folder,
  });
  t.match(ended, { code: 0, stdout: /^here$/m });
});
