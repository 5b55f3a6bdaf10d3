/** `--list-hosts`, `--list-tasks`, `--list-tags` and `--syntax-check`: what `ansible-playbook` 2.14 printed for this playbook. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { kmend } from "./kmend.ts";

const playbook = `- hosts: all:!b
  gather_facts: false
  tags: p
  pre_tasks:
    - debug: {msg: x}
  tasks:
    - name: one
      command: uptime
      tags: [x]
    - name: several
      tags: k
      block:
        - name: two
          copy: {content: hi, dest: /tmp/zz}
        - include_tasks: later.yml
        - meta: flush_handlers
      rescue:
        - debug: {}
- name: named
  hosts: [a, b]
  tasks:
    - name: asked for alone
      command: x
      tags: never
`;

const answers: Readonly<Record<string, string>> = {
  "--list-tasks": `
playbook: play.yml

  play #1 (all:!b): all:!b	TAGS: [p]
    tasks:
      debug	TAGS: [p]
      one	TAGS: [p, x]
      two	TAGS: [k, p]
      include_tasks	TAGS: [k, p]
      meta	TAGS: [k, p]

  play #2 (a,b): named	TAGS: []
    tasks:
`,
  "--list-tags": `
playbook: play.yml

  play #1 (all:!b): all:!b	TAGS: [p]
      TASK TAGS: [k, p, x]

  play #2 (a,b): named	TAGS: []
      TASK TAGS: []
`,
  "--list-hosts --list-tasks -t x -l a": `
playbook: play.yml

  play #1 (all:!b): all:!b	TAGS: [p]
    pattern: ['all:!b']
    hosts (1):
      a
    tasks:
      one	TAGS: [p, x]

  play #2 (a,b): named	TAGS: []
    pattern: ['a', 'b']
    hosts (1):
      a
    tasks:
`,
  "--syntax-check": "\nplaybook: play.yml\n",
};

const folder = mkdtempSync(join(tmpdir(), "kmend-listing-"));
t.teardown(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "play.yml"), playbook);

for (const [flags, answer] of Object.entries(answers))
  t.test(flags, async (t) => {
    const argv = ["run", "-i", "a,b,c,", ...flags.split(" "), "play.yml"];
    t.match(await kmend(argv, { cwd: folder }), { code: 0, stdout: answer, stderr: "" });
    t.notOk(existsSync(join(folder, "state")), "is no run");
  });

t.test(
  "a play's name and hosts are rendered from its variables and those of -e, as under Ansible",
  async (t) => {
    writeFileSync(
      join(folder, "pool.yml"),
      `- name: "Roll out: {{ pool | default(chosen) }} {{ ansible_hostname | default('anywhere') }}"
  hosts: "{{ chosen }}"
  tasks: []
- name: On {{ ansible_hostname }}
  hosts: "{{ others | default(['b', 'c']) }}"
  tasks: []
`,
    );
    writeFileSync(
      join(folder, "site.yml"),
      `- import_playbook: pool.yml
  vars: {pool: the canary, chosen: "{{ first | default('a') }}"}
`,
    );
    const argv = ["run", "-i", "a,b,c,", "--list-hosts", "site.yml", "-e", "first=c"];
    t.match(await kmend(argv, { cwd: folder }), {
      code: 0,
      stdout: `
playbook: site.yml

  play #1 (c): Roll out: the canary anywhere	TAGS: []
    pattern: ['c']
    hosts (1):
      c

  play #2 (b,c): On {{ ansible_hostname }}	TAGS: []
    pattern: ['b', 'c']
    hosts (2):
      b
      c
`,
    });
    t.match(await kmend(["run", "-i", "a,", "--list-tasks", "pool.yml"], { cwd: folder }), {
      code: 4,
      stderr: /pool\.yml:2:\d+: .*'chosen' is undefined/,
    });
  },
);
