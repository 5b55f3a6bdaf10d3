/** What people see in an editor: the YAML language server, asked as editors ask it, with the settings that docs/editor.md shows. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { LanguageServer } from "./language-server.ts";

t.setTimeout(120_000);

const root = join(import.meta.dirname, "../..");

const site = `- hosts: all
  confrim_within: 5m
  tasks:
    - name: Say nothing
    - copy: {src: motd, dest: /etc/motd, ownr: root}
    - file: {path: /x, state: gone}
    - service: {name: kubelet, enabled: perhaps}
    - command: uptime
      sudo: true
    - block: []
      register: x
    - kmend.kmem.evidence:
    - ping:
      module_defaults: {copy: {onwer: root}}
`;

const unfinished = `- hosts: all
  tasks:
    - name: Go on
      beco
    - lineinfile:
        pa
    - systemd:
        name: docker
        state: 
    - command: uptime
      args:
        chd
`;

t.test("an editor completes, explains and underlines", async (t) => {
  // Patterns of settings match no path through a hidden folder, as that of the tests' own is.
  const folder = mkdtempSync(join(tmpdir(), "kmend-editor-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "docs"));
  for (const kind of ["playbook", "tasks", "handlers", "inventory"])
    cpSync(join(root, `docs/${kind}.schema.json`), join(folder, `docs/${kind}.schema.json`));
  const server = await LanguageServer.start(t, folder, settingsOfThePage());
  const path = join(folder, "site.yml");
  const found = await server.open(path, site);
  const begun = join(folder, "playbooks/new.yml");
  await server.open(begun, unfinished);
  const completed = async (line: number): Promise<string[]> => {
    const character = unfinished.split("\n")[line - 1]?.length ?? 0;
    return (await server.complete(begun, { line: line - 1, character })).map(({ label }) => label);
  };

  await t.test("what is wrong is underlined in its line", async (t) => {
    for (const each of [
      "2: Property confrim_within is not allowed.",
      "4: A task names a module, as in `command: uptime`",
      "5: Property ownr is not allowed.",
      "6: Wanted absent, directory, file, hard, link, touch",
      "7: Wanted true or false",
      "9: Gone from the language: write `become: true`",
      "11: Not on a block",
      "14: Property onwer is not allowed.",
    ])
      t.ok(found.includes(each), `${each} (of ${found.join("; ")})`);
    t.notOk(found.some((each) => each.startsWith("12:")));
  });

  await t.test("keywords and modules complete in a task", async (t) => {
    const labels = await completed(4);
    for (const each of [
      "become",
      "become_user",
      "rollback",
      "copy",
      "kmend.kmem.renew",
      "block",
      "include_tasks",
      "with_items",
    ])
      t.ok(labels.includes(each), each);
    for (const each of ["hosts", "debugger", "sudo", "confirm_within", "destfile"])
      t.notOk(labels.includes(each), each);
  });

  await t.test("a module's options complete, below its name and below args", async (t) => {
    const labels = await completed(6);
    t.ok(
      ["path", "line", "regexp", "state"].every((each) => labels.includes(each)),
      labels.join(),
    );
    t.notOk(labels.includes("destfile") || labels.includes("copy"));
    t.ok((await completed(12)).includes("chdir"));
  });

  await t.test("an option's choices complete", async (t) => {
    const labels = (await completed(9)).filter((label) => !label.startsWith("!") && label !== "null");
    t.strictSame(labels.sort(), ["reloaded", "restarted", "started", "stopped"]);
  });

  await t.test("what the cursor is on is explained", async (t) => {
    t.match(
      await server.hover(path, { line: 4, character: 7 }),
      /Place a file or a folder on the host\s+Way back: /,
    );
    t.match(await server.hover(path, { line: 4, character: 24 }), /Place it at this path/);
    t.match(await server.hover(path, { line: 0, character: 3 }), /Choose hosts by a pattern/);
  });

  await t.test("roles' tasks and handlers have schemas of their own", async (t) => {
    const of = (part: string) => join(folder, "roles/x", part, "main.yml");
    const text = "- command: uptime\n  listen: x\n  becom: true\n";
    t.strictSame((await server.open(of("tasks"), text)).sort(), [
      "2: Not on a task: it belongs on a handler",
      "3: Property becom is not allowed.",
    ]);
    t.strictSame(await server.open(of("handlers"), text), ["3: Property becom is not allowed."]);
  });

  await t.test("inventories are completed, explained and underlined, too", async (t) => {
    const text =
      "web:\n  hosts:\n    web[1:x]:\n    web-1: {ansible_port: ssh}\n  vars:\n    ansible_connection: telnet\n  host:\n";
    const hosts = join(folder, "hosts.yml");
    const found = await server.open(hosts, text);
    for (const each of [
      "3: Wanted a host's name",
      "4: Wanted a number",
      "6: Wanted ssh, openssh, local",
      "7: Not a key of a group",
    ])
      t.ok(
        found.some((line) => line.startsWith(each)),
        `${each} (of ${found.join("; ")})`,
      );
    const begun = join(folder, "inventory/begun.yml");
    await server.open(begun, "web:\n  hosts:\n    web-1:\n      ansible_port: 22\n      ansible_h\n");
    const labels = (await server.complete(begun, { line: 4, character: 15 })).map(({ label }) => label);
    t.ok(labels.includes("ansible_host") && labels.includes("ansible_user"), labels.join());
    const group = join(folder, "inventory/group.yml");
    await server.open(group, "web:\n  ho\n");
    const keys = (await server.complete(group, { line: 1, character: 4 })).map(({ label }) => label);
    t.ok(keys.includes("hosts") && keys.includes("children") && !keys.includes("plugin"), keys.join());
    t.notOk(labels.includes("ansible_ssh_host"), "an older name is taken, and not offered");
    t.match(await server.hover(hosts, { line: 3, character: 15 }), /Where its sshd listens/);
    const example = readFileSync(join(root, "inventory/example.yml"), "utf8");
    t.strictSame(await server.open(join(folder, "inventory/example.yml"), example), []);
    const secret =
      "web:\n  vars:\n    ansible_password: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6162\n";
    t.strictSame(await server.open(join(folder, "inventory/secret.yml"), secret), []);
  });

  await t.test("a first line chooses the schema; what is right stays as it is", async (t) => {
    for (const name of ["rollout.yml", "kmem.yml", "upgrade-kernel.yml"]) {
      const text = readFileSync(join(root, "playbooks", name), "utf8");
      const line = "# yaml-language-server: $schema=docs/playbook.schema.json";
      t.strictSame(await server.open(join(folder, name), `${line}\n${text}`), [], name);
    }
    const secret =
      "- hosts: all\n  vars:\n    password: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6162\n";
    t.strictSame(await server.open(join(folder, "playbooks/secret.yml"), secret), []);
  });
});

/** The settings for VS Code, as they can be copied. */
function settingsOfThePage(): { readonly schemas: object; readonly customTags: readonly string[] } {
  const page = readFileSync(join(root, "docs/editor.md"), "utf8");
  const settings = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? "{}");
  return { schemas: settings["yaml.schemas"], customTags: settings["yaml.customTags"] };
}
