/** A folder with a playbook into which secrets come by every way that there is, each a text of its own. */

import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sealed, sealedValue } from "../vault/seal.ts";

/** Every planted secret, by the way that it comes in. */
export type Planted = Readonly<Record<string, string>>;

const ways = [
  "extra",
  "extraFile",
  "playVars",
  "varsFile",
  "groupVars",
  "hostVars",
  "inventoryFile",
  "prompt",
  "hiddenOutput",
  "setFact",
  "login",
  "become",
  "hiddenContent",
  "template",
  "fileLookup",
  "envLookup",
  "environment",
  "stdin",
  "nested",
  "hiddenArgument",
  "hiddenItem",
  "line",
  "oldLine",
  "templateError",
  "failing",
  "name",
  "rollbackTask",
  "handler",
  "quoted",
  "list",
  "vaultPassword",
  "vaultProgram",
  "vaultValue",
  "vaultGroupVars",
  "vaultVarsFile",
  "vaultIncluded",
  "vaultExtra",
  "vaultCopied",
  "vaultTree",
  "vaultTemplate",
  "vaultLookup",
  "vaultTasks",
] as const;

/** Those that the playbook itself gives to a program as an argument: there `ps` shows them, as under Ansible. */
export const inArguments: ReadonlySet<string> = new Set([
  "hiddenArgument",
  "hiddenItem",
  "failing",
  "extra",
  "rollbackTask",
]);

export function plant(folder: string): Planted {
  const fresh = (way: string): string => `${way.slice(0, 2)}${randomBytes(9).toString("hex")}`;
  const all: Record<string, string> = Object.fromEntries(ways.map((way) => [way, fresh(way)]));
  // A quote, a backslash, an umlaut and a space: what JSON, the shell and URLs write otherwise.
  all["quoted"] = `it's "${fresh("q")}" \\ für & %`;
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const s = all as Readonly<Record<(typeof ways)[number], string>>;
  write("extra.yml", `extra_token: ${s.extraFile}\n`);
  write("vars.yml", `tls_private_key: |\n  -----BEGIN KEY-----\n  ${s.varsFile}\n  MIIsecondlineofthekey\n`);
  write(
    "group_vars/all.yml",
    `registry_password: ${s.groupVars}\nquoted_secret: ${JSON.stringify(s.quoted)}\n`,
  );
  write("host_vars/here.yml", `hostToken: ${s.hostVars}\n`);
  write("host_vars/clean-1.yml", `hostToken: ${s.hostVars}\n`);
  write(
    "own.ini",
    `[all:vars]\nstored_secret=${s.inventoryFile}\n[here_too]\nhere ansible_connection=local\n`,
  );
  const first = (content: string): string => sealed(content, s.vaultPassword, "first");
  const second = (content: string): string => sealed(content, s.vaultProgram, "second");
  write("group_vars/here_too/vault.yml", first(`of_a_group: ${s.vaultGroupVars}\n`));
  write("group_vars/clean_nodes/vault.yml", first(`of_a_group: ${s.vaultGroupVars}\n`));
  write("vault-vars.yml", second(`of_a_file: ${s.vaultVarsFile}\n`));
  write("vault-late.yml", first(`brought_late: [one, {deep: ${s.vaultIncluded}}]\n`));
  write("vault-extra.yml", second(`of_the_line: ${s.vaultExtra}\n`));
  write("vault-copied", first(`first line\n${s.vaultCopied}\nlast line\n`));
  write("vault-tree/inner/file", second(`begin\n  ${s.vaultTree}  \nend\n`));
  write("vault.j2", first(`{# a template #}\nvalue={{ of_a_file }}\nfixed=${s.vaultTemplate}\n`));
  write("vault-lookup", first(`${s.vaultLookup}\n`));
  write(
    "vault-tasks.yml",
    second(
      `- name: a task that is encrypted\n  debug: {msg: "{{ inner }}"}\n  vars: {inner: ${s.vaultTasks}}\n`,
    ),
  );
  write("vault-password", `${s.vaultPassword}\n`);
  write("vault-program", `#!/bin/sh\necho ${s.vaultProgram}\n`);
  chmodSync(join(folder, "vault-program"), 0o700);
  write("login", `${s.login}\n`);
  write("become", `${s.become}\n`);
  write("lookup.txt", `${s.fileLookup}\n`);
  write(
    "app.conf.j2",
    `{% for n in range(200) %}\nline {{ n }} of a file that is longer than what a line holds\n{% endfor %}\nkey={{ tpl_password }}\n`,
  );
  write("play.yml", playbook(s).replaceAll("DIR", join(folder, "dest")));
  return all;
}

const playbook = (s: Readonly<Record<(typeof ways)[number], string>>): string => `
- hosts: all
  gather_facts: false
  become: true
  vars:
    service_secret: ${s.playVars}
    tpl_password: ${s.template}
    file_secret: "{{ lookup('file', 'lookup.txt') }}"
    stdin_secret: ${s.stdin}
    smtp: {host: mail, password: ${s.nested}}
    shared_tokens: [one-short, ${s.list}]
    err_token: '${s.templateError}'
    path_secret: ${s.failing}
    line_password: ${s.line}
    name_secret: ${s.name}
    back_password: ${s.rollbackTask}
    bell_token: ${s.handler}
    of_the_play: ${sealedValue(s.vaultValue, s.vaultPassword, "first")}
  vars_files: [vars.yml, vault-vars.yml]
  vars_prompt:
    - {name: pin, prompt: PIN, default: ${s.prompt}}
  handlers:
    - name: ring
      copy: {content: "{{ bell_token }}", dest: DIR/rung, mode: "0600"}
  tasks:
    - file: {path: DIR, state: directory, mode: "0700"}
    - debug: {msg: "-e {{ db_password }} @ {{ extra_token }} vars {{ service_secret }} files {{ tls_private_key }}"}
    - debug: {msg: "group {{ registry_password }} host {{ hostToken }} ini {{ stored_secret }} prompt {{ pin }}"}
    - debug: {var: smtp}
    - debug: {var: shared_tokens}
    - debug:
        msg: base64 {{ registry_password | b64encode }} url {{ quoted_secret | urlencode }} json {{ dict(a=quoted_secret) | to_json }}
    - debug: {msg: "{{ quoted_secret }}"}
    - name: what only the host knows
      copy: {content: "${s.hiddenOutput}\\n", dest: DIR/known, mode: "0600"}
      no_log: true
    - command: cat DIR/known
      no_log: true
      register: known
      check_mode: false
    - debug: {msg: "{{ known.stdout }}"}
    - set_fact:
        session_token: "{{ '${s.setFact}' }}"
    - debug: {msg: "{{ session_token }} {{ hostvars[inventory_hostname].session_token }}"}
    - debug:
        var: hostvars[inventory_hostname].smtp
    - copy: {content: "${s.hiddenContent}", dest: DIR/hidden, mode: "0600"}
      no_log: true
    - template: {src: app.conf.j2, dest: DIR/app.conf, mode: "0600"}
      notify: ring
    - debug: {msg: "{{ file_secret }}"}
    - debug: {msg: "{{ lookup('env', 'APP_API_KEY') }}"}
    - command: printenv DB_PASSWORD
      environment: {DB_PASSWORD: ${s.environment}}
      changed_when: false
    - command: cat
      args: {stdin: "{{ stdin_secret }}"}
      changed_when: false
    - command: "false ${s.hiddenArgument}"
      no_log: true
      ignore_errors: true
    - command: echo {{ item }}
      loop: [${s.hiddenItem}]
      no_log: true
      rollback: none
    - lineinfile: {path: DIR/line.conf, regexp: ^password=, line: "password={{ line_password }}"}
      notify: ring
    - debug: {msg: "{{ lookup('file', err_token) }}"}
      ignore_errors: true
    - include_vars: vault-late.yml
    - debug: {msg: "{{ of_the_play }} {{ of_a_group }} {{ of_a_file }} {{ brought_late }} {{ of_the_line }}"}
    - debug: {var: of_the_play}
    - debug: {msg: "{{ [of_the_play] | to_json }} {{ of_a_file | b64encode }} {{ lookup('file', 'vault-lookup') }}"}
    - copy: {src: vault-copied, dest: DIR/copied, mode: "0600"}
    - copy: {src: vault-tree/, dest: DIR/tree, mode: "0600", directory_mode: "0700"}
    - template: {src: vault.j2, dest: DIR/of-vault, mode: "0600"}
    - command: cat DIR/copied DIR/tree/inner/file DIR/of-vault
      changed_when: false
      check_mode: false
      ignore_errors: true
    - include_tasks: vault-tasks.yml
    - name: with {{ name_secret }} in its name
      command: sh -c 'echo "usage {{ path_secret }}" >&2; exit 3'
      ignore_errors: true
    - name: undone by a task
      copy: {content: undone, dest: DIR/undone}
      rollback:
        - command: touch DIR/{{ back_password }}
`;
