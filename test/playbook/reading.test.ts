import { join } from "node:path";
import t, { type Test } from "tap";
import { findModule, moduleNames } from "../../src/modules/modules.ts";
import {
  type Block,
  listingText,
  loadPlaybook,
  loadRole,
  loadTasks,
  type Node,
  type Play,
  type Task,
} from "../../src/playbook/playbook.ts";
import { Dict, toJson } from "../../src/template/template.ts";

const catalogue = { find: findModule, names: moduleNames };

function load(t: Test, files: Record<string, unknown>): readonly Play[] {
  const folder = t.testdir(files as Parameters<Test["testdir"]>[0]);
  return loadPlaybook(join(folder, "site.yml"), { catalogue }).plays;
}

function tasksOf(nodes: readonly Node[]): Task[] {
  return nodes.flatMap((node) =>
    node.kind === "block" ? tasksOf(node.block) : node.kind === "task" ? [node] : [],
  );
}

/** A task's call as it is written, and the module, options, free text and template that it comes to. */
const calls: Readonly<
  Record<string, readonly [module: string, options: object, free?: string, template?: string]>
> = {
  "command: echo {{ x }} creates=/tmp/{{ y }} z=1 'quoted w'": [
    "command",
    { creates: "/tmp/{{ y }}" },
    "echo {{ x }}  z=1 'quoted w'",
  ],
  'ansible.builtin.shell: echo "a=b" executable=/bin/bash': [
    "shell",
    { executable: "/bin/bash" },
    'echo "a=b"',
  ],
  "shell: echo it's": ["shell", {}, "echo it's"],
  "command: >\n      echo\n      folded chdir=/": ["command", { chdir: "/" }, "echo folded"],
  "command: echo\n    args: {chdir: /}": ["command", { chdir: "/" }, "echo"],
  "command: {argv: [echo, hi]}": ["command", { argv: ["echo", "hi"] }],
  "action: command echo chdir=/": ["command", { chdir: "/" }, "echo"],
  "action: {module: command, cmd: ls}": ["command", { cmd: "ls" }],
  "action: {module: command echo hi, chdir: /}": ["command", { chdir: "/" }, "echo hi"],
  "raw: 'uptime  -p'": ["raw", {}, "uptime  -p"],
  "community.general.ufw: rule=allow port='2 2'": ["community.general.ufw", { rule: "allow", port: "2 2" }],
};

for (const [text, [module, options, free, template]] of Object.entries(calls))
  t.test(`a call is understood: ${JSON.stringify(text)}`, async (t) => {
    const [play] = load(t, { "site.yml": `- hosts: a\n  tasks:\n  - ${text}\n` });
    const [task] = tasksOf(play?.tasks ?? []);
    t.equal(task?.module, module);
    t.strictSame(task && toJson(task.args.options), options);
    t.equal(task?.args.free?.value, free);
    t.equal(task?.args.template?.value, template);
  });

t.test("a task keeps its keywords with their places", async (t) => {
  const [play] = load(t, {
    "site.yml":
      "- hosts: [a, b]\n  become: true\n  tasks:\n  - name: One\n    command: ls\n    when: [x, y > 1]\n    loop: '{{ l }}'\n    loop_control: {loop_var: it, index_var: n}\n    register: out\n    until: out.rc == 0\n    retries: 3\n    notify: [h]\n    tags: 'p, q'\n    vars: {v: 1}\n    environment: {A: b}\n    rollback: none\n  - local_action: command ls\n    with_items: [1]\n    rollback:\n    - command: undo\n",
  });
  const [one, two] = tasksOf(play?.tasks ?? []);
  t.match(one, {
    name: { value: "One", place: { line: 4, column: 11 } },
    place: { line: 4, column: 5 },
    when: [{ value: "x" }, { value: "y > 1", place: { line: 6, column: 15 } }],
    loop: {
      kind: "loop",
      items: { value: "{{ l }}" },
      control: { loopVar: { value: "it" }, indexVar: { value: "n" } },
    },
    register: { value: "out" },
    until: [{ value: "out.rc == 0" }],
    retries: { value: 3 },
    notify: [{ value: "h" }],
    tags: ["p", "q"],
    rollback: { kind: "none" },
  });
  t.equal(one?.vars?.get("v"), 1);
  t.match(two, {
    delegateTo: { value: "localhost" },
    loop: { kind: { lookup: "items" } },
    rollback: { kind: "tasks", tasks: [{ module: "command" }] },
  });
  t.match(play, { hosts: { value: ["a", "b"] }, become: { value: true } });
});

t.test("an import's keywords stand above what it imports", async (t) => {
  const [play] = load(t, {
    "site.yml": "- import_playbook: sub/play.yml\n  vars: {a: import}\n  when: a == 'import'\n  tags: it\n",
    sub: {
      "play.yml":
        "- hosts: a\n  vars: {a: play, b: 2, f: more}\n  tasks:\n  - import_tasks: '{{ f }}.yml'\n    when: q\n    tags: x\n    become: true\n",
      "more.yml": "- command: ls\n- block:\n  - command: ls\n  rescue:\n  - command: ls\n",
    },
  });
  t.strictSame(play?.vars && toJson(play.vars), { a: "import", b: 2, f: "more" });
  t.match(play, { tags: ["it"], when: [{ value: "a == 'import'" }] });
  t.match(play?.tasks, [
    {
      kind: "block",
      implicit: true,
      when: [{ value: "q" }],
      tags: ["x"],
      become: { value: true },
      block: [{ module: "command" }, { kind: "block", implicit: false, rescue: [{ module: "command" }] }],
    },
  ]);
});

const roles = {
  r1: {
    tasks: { "main.yml": "- command: one\n", "other.yml": "- command: other\n" },
    defaults: { main: { "a.yml": "d: 1\n" } },
    vars: { "main.yml": "v: 1\n" },
    handlers: { "main.yml": "- name: h1\n  command: h\n" },
  },
  r2: {
    meta: { "main.yml": "dependencies: [r1]\n" },
    tasks: { "main.yml": "- command: two\n- import_tasks: sub.yml\n", "sub.yml": "- command: sub\n" },
  },
};

t.test(
  "a listed role brings its dependencies first, and each role comes once unless it is given something else",
  async (t) => {
    const [play] = load(t, {
      "site.yml":
        "- hosts: a\n  roles: [r1, r2, r1, {role: r1, x: 1}, {role: r1, vars: {y: 1}}, {role: r1, tags: t}, {role: r1, become: false}]\n  handlers:\n  - name: own\n    command: h\n",
      roles,
    });
    t.strictSame(
      tasksOf(play?.roles ?? []).map(({ args, role }) => `${role?.name} ${args.free?.value}`),
      ["r1 one", "r2 two", "r2 sub", "r1 one", "r1 one", "r1 one"],
    );
    const [first, , third] = play?.roles ?? [];
    t.strictSame(first?.role && [toJson(first.role.defaults), toJson(first.role.vars)], [{ d: 1 }, { v: 1 }]);
    t.strictSame(third?.role && toJson(third.role.params), { x: 1 });
    t.equal(play?.handlers.at(-1)?.name?.value, "own");
  },
);

t.test("a role that a condition may skip does not hide a later listing of it", async (t) => {
  const [play] = load(t, { "site.yml": "- hosts: a\n  roles: [{role: r2, when: x}, r1]\n", roles });
  const [, later] = play?.roles ?? [];
  const hidden = (play?.roles[0]?.block[0] ?? {}) as Block;
  t.type(later?.once, "string");
  t.equal(later?.once, hidden.once);
});

t.test("import_role takes a part of a role, and its handlers come last", async (t) => {
  const [play] = load(t, {
    "site.yml":
      "- hosts: a\n  tasks:\n  - import_role: {name: r1, tasks_from: other}\n    tags: x\n  handlers:\n  - name: own\n    command: h\n",
    roles,
  });
  t.match(play?.tasks, [{ tags: ["x"], implicit: true }]);
  t.strictSame(
    tasksOf(play?.tasks ?? []).map(({ args }) => args.free?.value),
    ["other"],
  );
  t.strictSame(
    play?.handlers.map(({ name }) => name?.value),
    ["own", "h1"],
  );
});

t.test("what is included is loaded when it is asked for, with problems of its own", async (t) => {
  const folder = t.testdir({ "more.yml": "- command: ls\n", "bad.yml": "- nope: 1\n", roles });
  const place = { file: join(folder, "site.yml"), line: 1, column: 1 };
  const from = { catalogue, playbookDir: folder, place, extraVars: new Dict() };
  t.match(loadTasks(join(folder, "more.yml"), from), { tasks: [{ module: "command" }] });
  t.throws(() => loadTasks(join(folder, "bad.yml"), from), { code: "unknown-module", exitCode: 4 });
  t.throws(() => loadTasks(join(folder, "none.yml"), from), { code: "file-unreadable" });
  t.match(loadRole("r1", { tasksFrom: "other" }, from), { block: { block: [{ module: "command" }] } });
  t.throws(() => loadRole("nowhere", {}, from), { code: "no-such-role" });
});

t.test("the lists look as ansible-playbook's", async (t) => {
  const folder = t.testdir({
    "site.yml":
      "- hosts: [a, b]\n  tags: pt\n  pre_tasks: [{command: ls, tags: pre}]\n  tasks:\n  - block:\n    - name: inb\n      command: ls\n    rescue:\n    - command: ls\n  - ansible.builtin.command: ls\n  - {name: hidden, command: ls, tags: never}\n  - include_tasks: x.yml\n",
  });
  const playbook = loadPlaybook(join(folder, "site.yml"), { catalogue });
  t.equal(
    listingText(playbook, { shownAs: "site.yml", tasks: true, listTags: true, hosts: () => ["a"] }),
    "\nplaybook: site.yml\n\n  play #1 (a,b): a,b\tTAGS: [pt]\n    pattern: ['a', 'b']\n    hosts (1):\n      a\n    tasks:\n      command\tTAGS: [pre, pt]\n      inb\tTAGS: [pt]\n      ansible.builtin.command\tTAGS: [pt]\n      include_tasks\tTAGS: [pt]\n      TASK TAGS: [pre, pt]",
  );
});
