/** A plan looks past what it has not done: what it claims to know holds, and what it cannot know it does not claim. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { PlanFile } from "../../src/plan/plan.ts";
import { forgetSaved, kmend } from "./kmend.ts";

t.setTimeout(120_000);

/** Each task's name ends with what the plan is to say of it. */
const playbook = `
- hosts: all
  gather_facts: true
  tasks:
    - name: a folder, change
      file: {path: DIR/d, state: directory, mode: "0750"}
    - name: the same once more, right
      file: {path: DIR/d, state: directory, mode: "0750"}
    - name: a folder in it, change
      file: {path: DIR/d/e/f, state: directory}
    - name: files in it, change right
      copy: {content: "x\\n", dest: DIR/d/file}
      loop: [1, 2]
      register: placed
    - name: a template in it, change
      template: {src: t.j2, dest: DIR/d/e/f/t}
    - name: a line of the file that is not there yet, change
      lineinfile: {path: DIR/d/file, line: y}
    - name: a line of the template, right
      lineinfile: {path: DIR/d/e/f/t, line: hello a}
    - name: a line that it has by then, right
      lineinfile: {path: DIR/d/file, line: y}
    - name: another mode, change
      file: {path: DIR/d/file, mode: "0600"}
    - name: that mode, right
      copy: {content: "x\\ny\\n", dest: DIR/d/file, mode: "0600"}
    - name: no such folder, fail
      copy: {content: x, dest: DIR/nowhere/x}
      ignore_errors: true
    - name: what stat sees of another path, right
      stat: {path: DIR/play.yml}
      register: other
    - name: what hangs on that, right
      debug: {msg: there}
      when: other.stat.exists
    - name: what stat sees of a changed path, unknown
      stat: {path: DIR/d/file}
      register: seen
    - name: what hangs on it, unknown
      debug: {msg: there}
      when: seen.stat.exists
    - name: whether something changes, right
      debug: {msg: changed}
      when: placed is changed and placed.results[0] is changed
    - name: what the change says, unknown
      debug: {msg: "{{ placed.results[0].checksum }}"}
    - name: a command, unknown
      command: sh -c "mkdir DIR/made; echo hi"
      register: said
    - name: what hangs on its output, unknown
      copy: {content: q, dest: DIR/q}
      when: said.stdout == "hi"
    - name: a loop over its output, unknown
      debug: {msg: "{{ item }}"}
      loop: "{{ said.stdout_lines }}"
    - set_fact: {late: "{{ said.stdout }}"}
      name: a variable from its output, unknown
    - name: what reads that variable, unknown
      debug: {msg: "{{ late }}"}
    - name: a file that the command names, unknown
      file: {path: DIR/made, state: directory}
    - name: a file in the folder that the command makes, unknown
      copy: {content: m, dest: DIR/made/m}
    - name: a file that hangs on an output, unknown
      lineinfile: {path: DIR/q, line: z}
    - name: a command that reads, unknown
      command: cat DIR/d/file
      changed_when: false
      check_mode: false
      register: read
    - name: a check of what it read, unknown
      assert: {that: "read.stdout == 'x\\\\ny'"}
    - name: a check of what is known, right
      assert: {that: "ansible_system == 'Linux'"}
    - name: a file with what it read, unknown
      copy: {content: "now: {{ read.stdout }}", dest: DIR/other}
    - include_tasks: more.yml
      when: read.rc is defined
    - name: a command that names a file of tasks, unknown
      command: echo more
      register: named
    - name: a file of tasks that it names, unknown
      include_tasks: "{{ named.stdout }}.yml"
    - name: a file goes, change
      file: {path: DIR/d/file, state: absent}
    - name: it is gone, right
      file: {path: DIR/d/file, state: absent}
    - name: what was already there, right
      copy: {content: old, dest: DIR/old}
`;

t.test("every definite prediction of a chain of changes holds", async (t) => {
  const folder = t.testdir({
    old: "old",
    other: "before",
    "t.j2": "hello {{ inventory_hostname }}\n",
    "more.yml": "- name: a task that is included for what was read, unknown\n  debug: {msg: more}\n",
  });
  t.teardown(() => forgetSaved(join(folder, "state")));
  writeFileSync(join(folder, "play.yml"), playbook.replaceAll("DIR", folder));
  const planned = await kmend(["plan", "-i", "a,", "-c", "local", "play.yml", "--out", "plan.json"], {
    cwd: folder,
  });
  t.equal(planned.code, 0, planned.stdout + planned.stderr);
  const plan: PlanFile = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
  const says = Map.groupBy(plan.predictions, ({ task }) => task.name);
  const said = [...says].map(
    ([name, each]) => `${name.split(",")[0]}, ${each.map((one) => one.says).join(" ")}`,
  );
  t.strictSame(said.slice(1), [...says.keys()].slice(1));
  t.equal(said.length, playbook.split(" name: ").length + 1, "each task, the facts and what is included");

  const unknown = plan.predictions.filter((each) => each.says === "unknown");
  t.strictSame(
    unknown.filter((each) => each.diff !== undefined).map((each) => each.task.name),
    [],
    "what cannot be known has no diff of what stands now",
  );
  t.notMatch(planned.stdout, "+now:", "nor on the screen");

  const ended = await kmend(["apply", "plan.json"], { cwd: folder });
  t.equal(ended.code, 0, ended.stdout + ended.stderr);
  t.match(ended.stdout, /PLAN: 20 predictions, 20 kept, 0 broken\n/);
});
