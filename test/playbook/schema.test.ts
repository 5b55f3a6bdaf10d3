/** The JSON Schema of the playbook language refuses what the loader refuses, and nothing that the loader takes and a run does well. */

import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import t from "tap";
import { findModule, moduleNames } from "../../src/modules/modules.ts";
import { keywords } from "../../src/playbook/keywords.ts";
import {
  playbookSchema,
  type SchemaKind,
  schemaKinds,
  validatePlaybook,
} from "../../src/playbook/playbook.ts";
import { readYaml, toJson, toValue } from "../../src/template/template.ts";

const root = join(import.meta.dirname, "../..");
const modules = moduleNames().flatMap((name) => findModule(name) ?? []);
// Not strict: what the language server alone understands stands in it, too.
const ajv = new Ajv({ strict: false, allErrors: true });
const schemas = Object.fromEntries(
  schemaKinds.map((kind) => [kind, ajv.compile(playbookSchema(kind, modules))]),
) as Record<SchemaKind, ValidateFunction>;

/** What the schema has against the text, each with the way to it. */
function against(kind: SchemaKind, text: string): string[] {
  const { root: node } = readYaml(text, "given.yml", { open: () => Buffer.alloc(0), hide: () => {} });
  const validate = schemas[kind];
  validate(node ? toJson(toValue(node)) : null);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

t.test("the keywords of a JSON Schema are as draft-07 has them", async (t) => {
  for (const kind of schemaKinds) t.equal(ajv.validateSchema(playbookSchema(kind, modules)), true, kind);
});

t.test("every playbook and every file of tasks that is here is valid", async (t) => {
  // Wrong on purpose: no run does it well.
  const wrong = [
    "test/conformance/cases/unknown-option.yml",
    "test/conformance/cases/module-defaults-include.yml",
  ];
  const patterns = ["playbooks", "demo", "docs/examples", "test/conformance/cases", "test/roles"];
  const kinds: Record<SchemaKind, number> = { playbook: 0, tasks: 0, handlers: 0 };
  for (const file of globSync(
    patterns.map((each) => `${each}/**/*.yml`),
    { cwd: root },
  ).sort()) {
    const text = readFileSync(join(root, file), "utf8");
    const kind = kindOf(file, text);
    if (!kind || wrong.includes(file)) continue;
    kinds[kind]++;
    t.strictSame(against(kind, text), [], file);
  }
  t.ok(kinds.playbook > 120 && kinds.tasks > 50 && kinds.handlers >= 4, JSON.stringify(kinds));
});

/** Null where it is neither: a file of variables. */
function kindOf(file: string, text: string): SchemaKind | null {
  if (!/^-/m.test(text) || /\/(?:vars|defaults|meta)\//.test(file)) return null;
  if (/^(?:- | {2})(?:hosts|(?:ansible\.builtin\.)?import_playbook):/m.test(text)) return "playbook";
  return file.includes("/handlers/") ? "handlers" : "tasks";
}

const play = (tasks: string): string => `- hosts: all\n  tasks:\n${tasks.replace(/^/gm, "    ")}`;

/** One task each; what is odd about it. */
const right = {
  "a template for a truth": `- {command: uptime, become: "{{ x }}", changed_when: false}`,
  "a template for a number": `- {wait_for: {timeout: "{{ x }}"}, retries: "{{ n }}", until: x is success}`,
  "a template for one of few words": `- file: {path: /x, state: "{{ x }}"}`,
  "a template for all arguments": `- copy: "{{ arguments }}"`,
  "words of YAML 1.1": `- service: {name: x, enabled: "yes"}\n  become: yes`,
  "a truth as a number": `- {service: {name: x, enabled: 1}, become: 0}`,
  "a text of several words": `- copy: src=a dest=b`,
  "a free form with an option in it": `- command: ls creates=/x`,
  "a free form and args": `- shell: ls\n  args: {chdir: /, creates: /x}`,
  "args as a template": `- shell: ls\n  args: "{{ x }}"`,
  "args alone": `- command:\n  args: {cmd: ls}`,
  "the free form's own name": `- command: {_raw_params: ls, chdir: /}`,
  "a module's long name": `- ansible.builtin.copy: {src: a, dest: b}\n- ansible.legacy.copy: {src: a, dest: b}`,
  "an alias of a module": `- systemd_service: {name: x, state: started}\n- k8s_info: {kind: Node}`,
  "an alias of an option": `- package: {pkg: [a, b]}\n- file: {dest: /x, state: touch}`,
  "a module of our own": `- kmend.kmem.evidence:`,
  "action as text": `- action: copy src=a dest=b\n- local_action: command ls`,
  "action as a mapping": `- action: {module: copy, src: a, dest: b}\n- local_action: {module: shell ls, chdir: /}`,
  "a module that is another's": `- apt: {name: x}\n- community.docker.docker_container: {name: x}\n- ini_file: {path: x}`,
  "any fact": `- set_fact: {anything: [1], cacheable: true}\n- add_host: {name: x, color: red}`,
  "a list of conditions": `- {command: ls, when: [a is defined, true], register: x, failed_when: [x.rc > 1]}`,
  loops: `- {debug: {msg: x}, loop: "{{ x }}", loop_control: {label: "{{ item }}", pause: 1}}\n- {debug:, with_items: [1]}`,
  "another's loop": `- {debug: {msg: x}, with_community.general.flattened: [1]}`,
  "a block with all that it may have": `- {name: b, block: [{ping: }], rescue: [{ping: }], always: [], when: x, rollback: none}`,
  "a way back of its own": `- command: x\n  rollback:\n    - command: y\n- {command: x, rollback: none}`,
  "includes and imports": `- include_tasks: {file: a.yml, apply: {tags: x}}\n  loop: [1]\n  register: x\n- {include_role: {name: x, tasks_from: y}, vars: {a: 1}}`,
  "an import with its keywords": `- {import_role: {name: x}, when: x, become: true, tags: [a]}`,
  "what defaults give need not be given": `- block: [{copy: {src: a}}, {service: {enabled: true}}]\n  module_defaults: {copy: {dest: /b}, ansible.builtin.service: "{{ x }}", apt: {}}`,
  "defaults in a list": `- {import_tasks: x, module_defaults: [{copy: {mode: "0600"}}, {group/kubernetes.core.k8s: {context: x}}]}`,
  modes: `- file: {path: /x, mode: 0644}\n- file: {path: /x, mode: "0644"}\n- file: {path: /x, mode: "u=rw,go=r"}`,
  "content that is no text": `- copy: {content: {a: 1}, dest: /x}`,
  "empty keywords, as if they were not there": `- command: ls\n  when:\n  become:\n  loop:\n  args:\n  vars:`,
};

t.test("whatever may be written in several ways may be so", async (t) => {
  for (const [what, tasks] of Object.entries(right)) {
    t.strictSame(against("playbook", play(tasks)), [], what);
    t.strictSame(against("tasks", tasks), [], what);
  }
  for (const each of [
    "- {import_playbook: x.yml, when: a, tags: b, vars: {c: 1}}",
    "- {hosts: [a, 'b*'], serial: [1, 50%, '{{ n }}'], gate: [{ping: }], soak: 5m, confirm_within: 10m, on_failure: rollback_run}",
    "- {hosts: all, roles: [a, {role: b, when: x, whatever: 1}, {name: c}], vars_files: [a, [b, c]], strategy: ansible.builtin.linear}",
    "- {hosts: all, vars: [{a: 1}, {b: 2}], vars_prompt: [{name: x, private: no}], handlers: [{ping: , listen: [a]}]}",
  ])
    t.strictSame(against("playbook", each), [], each);
});

/** One task each, what the schema says first, and what the loader calls it; null where only a run could tell. */
const mistakes: readonly (readonly [task: string, way: string, code: string | null])[] = [
  ["- {command: x, becom: true}", "", "unknown-keyword"],
  ["- {nosuch: x}", "", "unknown-module"],
  ["- {kmend.kmem.evidnce: }", "", "unknown-module"],
  ["- {name: x}", "", "no-module"],
  ["- {command: x, debugger: always}", "", "refused-keyword"],
  ["- {command: x, async: soon}", "/async", "wrong-form"],
  ["- {command: x, sudo: true}", "", "former-keyword"],
  ["- {command: x, listen: a}", "", "misplaced-keyword"],
  ["- {command: x, hosts: a}", "", "misplaced-keyword"],
  ["- {block: [], register: x}", "", "misplaced-keyword"],
  ["- {command: x, rescue: []}", "", "stray-rescue"],
  ["- {include_tasks: x, until: true}", "", "misplaced-keyword"],
  ["- {include_tasks: x, module_defaults: {}}", "", "misplaced-keyword"],
  ["- {import_tasks: x, loop: [1]}", "", "loop-on-import"],
  ["- {copy: {scr: a, dest: b}}", "/copy", "unknown-option"],
  ["- {service: {name: x, state: started, pattern: y}}", "/service", "refused-option"],
  ["- {command: x, args: {chdirr: /}}", "/args", "unknown-option"],
  ["- {include_role: {name: x, nam: x}}", "/include_role", "unknown-option"],
  ["- {action: cpoy a}", "/action", "unknown-module"],
  ["- {action: {module: copy, scr: a}}", "/action", "unknown-option"],
  ["- {copy: [a]}", "/copy", "wrong-form"],
  ["- {ping: , module_defaults: {copy: [a]}}", "/module_defaults", "wrong-form"],
  ["- {ping: , module_defaults: x}", "/module_defaults", "wrong-form"],
  ["- {ping: , module_defaults: {copy: {onwer: x}}}", "/module_defaults/copy", "unknown-option"],
  ["- {ping: , module_defaults: [{service: {pattern: x}}]}", "/module_defaults/0/service", "refused-option"],
  ["- {copy: hello}", "/copy", "extra-params"],
  ["- {command: x, become: perhaps}", "/become", "wrong-form"],
  ["- {command: x, retries: often}", "/retries", "wrong-form"],
  ["- {command: x, register: 1a}", "/register", "wrong-form"],
  ["- {command: x, loop: {a: 1}}", "/loop", "wrong-form"],
  ["- {command: x, when: {a: 1}}", "/when", "wrong-form"],
  ["- {command: x, vars: {a-b: 1}}", "/vars", "bad-variable-name"],
  ["- {command: x, rollback: never}", "/rollback", "wrong-form"],
  ["- {debug: , loop: [1], loop_control: {lable: x}}", "/loop_control", "unknown-keyword"],
  ["- {file: {path: /x, state: gone}}", "/file/state", null],
  ["- {service: {name: x, enabled: perhaps}}", "/service/enabled", null],
  ["- {wait_for: {timeout: soon}}", "/wait_for/timeout", null],
  ["- {file: {path: /x, mode: rw}}", "/file/mode", null],
  ["- {package: {name: {a: 1}}}", "/package/name", null],
];

t.test("a task's mistakes are refused where they stand, as the loader refuses them", async (t) => {
  const path = join(t.testdir({}), "play.yml");
  for (const [task, way, code] of mistakes) {
    const at = `/0/tasks/0${way}`;
    const found = against("playbook", play(task));
    t.ok(
      found.some((each) => each.startsWith(`${at} `) || each.startsWith(`${at}/`)),
      `${task}: ${found.join("; ")}`,
    );
    writeFileSync(path, play(task));
    t.strictSame(codesOf(path), code === null ? [] : [code], task);
  }
});

/** What the loader has against the file, but for files that are not there. */
function codesOf(path: string): string[] {
  const problems = validatePlaybook(path, { catalogue: { find: findModule } });
  const errors = problems.filter(
    ({ severity, code }) => severity !== "warning" && code !== "file-unreadable",
  );
  return [...new Set(errors.map(({ code }) => code))];
}

t.test("a play's mistakes are refused, as the loader refuses them", async (t) => {
  const path = join(t.testdir({}), "play.yml");
  for (const [text, code] of [
    ["- {tasks: []}", "no-hosts"],
    ["- {hosts: }", "no-hosts"],
    ["- {hosts: all, confrim_within: 5m}", "unknown-keyword"],
    ["- {hosts: all, when: x}", "misplaced-keyword"],
    ["- {hosts: all, strategy: free}", "refused-keyword"],
    ["- {hosts: all, on_failure: rollback}", "wrong-form"],
    ["- {hosts: all, max_fail_hosts: -1}", "wrong-form"],
    ["- {hosts: all, serial: many}", "wrong-form"],
    ["- {hosts: all, tasks: {a: 1}}", "wrong-form"],
    ["- {hosts: all, roles: [{when: x}]}", "wrong-form"],
    ["- {hosts: all, vars_prompt: [{name: x, confirm: true}]}", "refused-keyword"],
    ["- {hosts: all, fact_path: /x}", "refused-keyword"],
    ["- {import_playbook: x.yml, become: true}", "misplaced-keyword"],
    ["hosts: all", "wrong-form"],
  ] as const) {
    t.not(against("playbook", text).length, 0, text);
    writeFileSync(path, text);
    t.ok(codesOf(path).includes(code), text);
  }
});

t.test("every option of every module is known, under each of its names", async (t) => {
  for (const { name, options, aliases = [] } of modules)
    for (const [option, { refused, aliases: others = [] }] of Object.entries(options))
      for (const written of [option, ...others])
        for (const module of [name, ...aliases]) {
          const found = against("tasks", `- {${module}: {${written}: "{{ x }}"}}`);
          const unknown = found.filter((each) => /additional|boolean schema is false/.test(each));
          t.equal(unknown.length > 0, refused !== undefined, `${module} ${written}: ${found.join("; ")}`);
        }
});

t.test("every keyword is described", async (t) => {
  const { definitions } = playbookSchema("playbook", modules) as {
    definitions: Record<
      string,
      { properties: Record<string, { description?: string; doNotSuggest?: true }> }
    >;
  };
  for (const [word, { on, help, refused }] of Object.entries(keywords)) {
    const holder = on.includes("play") ? "play" : on.includes("role") ? "role" : "handler";
    const found = definitions[holder]?.properties[word];
    t.ok(refused ? found?.doNotSuggest : found?.description?.startsWith(help), word);
  }
});
