import { join, relative } from "node:path";
import t from "tap";
import { findModule, moduleNames } from "../../src/modules/modules.ts";
import { loadPlaybook, validatePlaybook } from "../../src/playbook/playbook.ts";
import { formatProblem, type KmendError } from "../../src/problem/problem.ts";

const catalogue = { find: findModule, names: moduleNames };

/** One task of a play, and what is wrong with it: line 3 is the task's first. */
const badTasks: Readonly<Record<string, readonly string[]>> = {
  "comand: ls": [
    '3:5: Cannot read task: "comand" is neither a module nor a keyword\n  Did you mean "command"?',
  ],
  "nobody.has.this: {}": ['3:5: Cannot read task: "nobody.has.this" is neither a module nor a keyword'],
  "name: nothing": [
    "3:5: Cannot read task: it names no module\n  Every task needs one, as in `command: uptime`.",
  ],
  "command: ls\n    shell: ls": [
    "4:5: Cannot read task: it names more than one module: command, shell\n  Make a task of each.",
  ],
  "just text": [
    '3:5: Cannot read task: it is the text "just text", wanted a mapping\n  Write a module\'s name, a colon, and its arguments.',
  ],
  "command: ls\n    whn: x": [
    '4:5: Cannot use "whn" on a task: there is no such keyword\n  Did you mean "when"?',
  ],
  "command: ls\n    serial: 1": ['4:5: Cannot use "serial" on a task: it belongs on a play'],
  "command: ls\n    sudo: yes": [
    '4:5: Cannot use "sudo": it is gone from the language\n  Write `become: true`.',
  ],
  "command: ls\n    async: 9\n    poll: 0": [
    '5:11: Cannot use "poll: 0": kmend does not let a task run on while others begin: its change would have no end, and no way back\n  Leave out `poll`: the task has the seconds of `async` to end, and nothing is asked meanwhile.',
  ],
  "command: ls\n    async: soon": ['4:12: Cannot read "async": it is the text "soon", wanted a number'],
  "command: ls\n    become: maybe": [
    '4:13: Cannot read "become": it is the text "maybe", wanted true or false',
  ],
  "command: ls\n    retries: [1]": ['4:14: Cannot read "retries": it is a list, wanted a number'],
  "command: ls\n    register: a-b": [
    '4:15: Cannot read "register": it is the text "a-b", wanted a variable\'s name',
  ],
  "command: ls\n    vars: {a-b: 1}": [
    '4:12: Cannot set variable "a-b": a name has letters, digits and _, and starts with no digit',
  ],
  "command: ls\n    when: '{{ x }}'": [
    '4:11: warning: "when" is an expression already: leave out the braces of {{ x }}',
  ],
  "command: ls\n    args: {chdr: /tmp}": [
    '4:12: Cannot use option "chdr" of command: there is no such option\n  Did you mean "chdir"?',
  ],
  "command: ls\n    loop: [1]\n    with_items: [2]": [
    '5:5: Cannot read "with_items": the task has another loop already',
  ],
  "command: ls\n    loop: [1]\n    loop_control: {lop_var: x}": [
    '5:20: Cannot use "lop_var" in loop_control: there is no such keyword\n  Did you mean "loop_var"?',
  ],
  "command: ls\n    rollback: maybe": [
    '4:15: Cannot read "rollback": it is the text "maybe", wanted a list of tasks, or `none`',
  ],
  "command: [ls]": ["3:14: Cannot read the arguments of command: they are a list, wanted a mapping or text"],
  "rescue: []": ['3:5: Cannot read "rescue": there is no block beside it'],
  "block: []\n    hosts: x": ['4:5: Cannot use "hosts" on a block: it belongs on a play'],
  "include: x.yml": [
    '3:5: Cannot use "include": it is gone from the language\n  Write `include_tasks`, `import_tasks` or `import_playbook`.',
  ],
  "include_tasks: x.yml\n    become: true": [
    '4:5: Cannot use "become" on an include: it belongs on a play, a role, a block, a task, a handler, an import',
  ],
  "include_tasks: x.yml\n    module_defaults: {copy: {}}": [
    '4:5: Cannot use "module_defaults" on an include: it belongs on a play, a role, a block, a task, a handler, an import',
  ],
  "include_tasks:": ["3:5: Cannot read include_tasks: it names no file"],
  "include_role: {name: x, tasks_form: y}": [
    '3:29: Cannot use option "tasks_form" of include_role: there is no such option\n  Did you mean "tasks_from"?',
  ],
  "import_tasks: '{{ x }}.yml'": [
    "3:19: Cannot read import_tasks \"{{ x }}.yml\": 'x' is undefined\n  An import is read before any host is known. Write `include_tasks`.",
  ],
  "import_tasks: none.yml\n    loop: [1]": [
    "3:19: Cannot read FOLDER/none.yml: there is no such file",
    "4:5: Cannot loop over import_tasks: it is read before anything runs\n  Write `include_tasks`.",
  ],
  "import_playbook: x.yml": ["3:5: Cannot import a playbook among tasks: it belongs beside plays"],
  "community.general.ufw: {rule: allow}": [
    "3:5: warning: community.general.ufw is a module that kmend does not have: the task fails on each host that reaches it",
  ],
};

/** Whole playbooks, and everything that is wrong with them. */
const badPlaybooks: Readonly<Record<string, readonly string[]>> = {
  "": ["1:1: Cannot read playbook: it is empty, wanted a list of plays"],
  "hosts: all\n": [
    "1:1: Cannot read playbook: it is a mapping, wanted a list of plays\n  Start each play with a dash.",
  ],
  "- text\n": ['1:3: Cannot read play: it is the text "text", wanted a mapping'],
  "- tasks: {}\n": [
    "1:3: Cannot read play: it has no hosts\n  Say where it runs, as in `hosts: all`.",
    '1:10: Cannot read "tasks": it is a mapping, wanted a list of tasks',
  ],
  "- hosts: []\n": ["1:10: Cannot read play: its hosts are empty"],
  "- hosts: a\n  gather_fact: no\n  serial: x\n  order: up\n  strategy: free\n": [
    '2:3: Cannot use "gather_fact" on a play: there is no such keyword\n  Did you mean "gather_facts"?',
    '3:11: Cannot read "serial": it is the text "x", wanted a number, a percentage, or a list of them',
    '4:10: Cannot read "order": it is the text "up", wanted inventory, reverse_inventory, sorted, reverse_sorted, shuffle',
    '5:13: Cannot use "strategy: free": kmend does not have it\n  Use `strategy: linear` and a higher --forks.',
  ],
  "- hosts: a\n  module_defaults:\n    copy: {onwer: root}\n    ansible.builtin.file: [x]\n    cpoy: {owner: x}\n    apt: {nobody: knows}\n":
    [
      '3:12: Cannot use option "onwer" of copy: there is no such option\n  Did you mean "owner"?',
      "4:27: Cannot read the defaults of ansible.builtin.file: they are a list, wanted a mapping",
      '5:5: Cannot read "module_defaults": there is no module "cpoy"\n  Did you mean "copy"?',
    ],
  "- hosts: a\n  module_defaults:\n    group/kubernetes.core.k8s: {kubeconfig: /k, namespace: x, api_key: y}\n    group/aws: {region: x}\n    service: {pattern: x}\n    group/k9s: {}\n":
    [
      '3:63: Cannot use option "api_key" of group/kubernetes.core.k8s: kmend does not have it\n  an argument would show it in the process list; keep it in the kubeconfig',
      "4:5: warning: The defaults of group/aws go to no task: kmend has no module of that group",
      '5:15: Cannot use option "pattern" of service: kmend does not have it\n  only systemd runs services here, and has no use for it',
      '6:5: Cannot read "module_defaults": there is no group "k9s"',
    ],
  '- hosts: a\n  module_defaults: "{{ x }}"\n': [
    '2:20: Cannot read "module_defaults": a template cannot stand for all of them\n  Name the modules; a template may stand for the arguments of each.',
  ],
  '- hosts: a\n  max_fail_hosts: "10%"\n': [
    '2:19: Cannot read "max_fail_hosts": it is the text "10%", wanted a whole number, 0 or more',
  ],
  "- import_playbook: bad.yml\n  become: true\n": [
    "1:20: Cannot import bad.yml: it is being imported already",
    '2:3: Cannot use "become" on import_playbook: it takes name, vars, tags, when',
  ],
  "- hosts: a\n  roles: [[x]]\n": [
    '2:11: Cannot read role: it is a list, wanted a name or a mapping with "role"',
  ],
  "- hosts: a\n  vars_prompt: [{name: p, encrypt: x}]\n": [
    '2:27: Cannot use "encrypt" in vars_prompt: kmend does not have it\n  Pass the variable with --extra-vars.',
  ],
};

const cases = [
  ...Object.entries(badTasks).map(
    ([task, problems]) => [`- hosts: a\n  tasks:\n  - ${task}\n`, problems] as const,
  ),
  ...Object.entries(badPlaybooks),
];

for (const [text, problems] of cases)
  t.test(`every problem is told at its place: ${JSON.stringify(text)}`, async (t) => {
    const folder = t.testdir({ "bad.yml": text });
    const found = validatePlaybook(join(folder, "bad.yml"), { catalogue }).map((problem) =>
      formatProblem(problem),
    );
    t.strictSame(
      found.map((each) => relative(folder, each).replaceAll(folder, "FOLDER")),
      problems.map((each) => `bad.yml:${each}`),
    );
  });

t.test("a load throws every error of every file at once, and no warning", async (t) => {
  const folder = t.testdir({
    "site.yml":
      "- import_playbook: other.yml\n- hosts: a\n  tasks:\n  - ping:\n    when: '{{ x }}'\n    nope: 1\n",
    "other.yml": "- hosts: a\n  tasks: [{nope: 1}]\n",
  });
  try {
    loadPlaybook(join(folder, "site.yml"), { catalogue });
    t.fail("it was loaded");
  } catch (error) {
    const { problems, exitCode } = error as KmendError;
    t.equal(exitCode, 4);
    t.strictSame(
      problems.map(({ code, place }) => [code, relative(folder, place?.file ?? ""), place?.line]),
      [
        ["unknown-module", "other.yml", 2],
        ["unknown-keyword", "site.yml", 6],
      ],
    );
  }
});

t.test("a role that depends on itself is refused", async (t) => {
  const folder = t.testdir({
    "site.yml": "- hosts: a\n  roles: [r]\n",
    roles: { r: { meta: { "main.yml": "dependencies: [r]\n" } } },
  });
  const [problem] = validatePlaybook(join(folder, "site.yml"), { catalogue });
  t.match(problem, {
    code: "import-circle",
    place: { file: join(folder, "roles/r/meta/main.yml"), line: 1, column: 16 },
  });
});
