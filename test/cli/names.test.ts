/** The playbooks and roles that the package ships are found by name, from a folder that knows nothing of the package. */

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { shipped, shippedNames } from "../../src/package/package.ts";
import { type Ended, forgetSaved, kmend, lastRun, notForUsers } from "./kmend.ts";

t.setTimeout(300_000);

const here = ["-i", "hosts.ini"];

interface Files {
  readonly [name: string]: string | Files;
}

/** A folder with files, and an inventory of two hosts: this machine, and one where nobody answers. */
function place(t: Test, files: Files) {
  const folder = t.testdir({
    "hosts.ini": "here ansible_connection=local\naway ansible_host=127.0.0.1 ansible_port=9\n",
    ...files,
  });
  t.teardown(() => forgetSaved(join(folder, "state")));
  return { folder, kmend: (...argv: string[]): Promise<Ended> => kmend(argv, { cwd: folder }) };
}

t.test("every shipped playbook loads by its name", async (t) => {
  const { kmend } = place(t, {});
  const names = [...shippedNames().playbooks.keys()];
  t.ok(names.includes("kmend.playbooks.rollout-pool"), `${names}`);
  const { code, stdout, stderr } = await kmend("validate", ...names);
  t.match({ code, stderr }, { code: 0, stderr: "" });
  t.equal(stdout, `${names.join(", ")}: no problem\n`);
});

t.test("a run by name: what is recorded is the file, and it is gone on with", async (t) => {
  const { folder, kmend } = place(t, {});
  const path = shipped("playbooks/cgroup-v2.yml");
  const run = await kmend("run", ...here, "kmend.playbooks.cgroup-v2");
  t.equal(run.code, 4, run.stdout + run.stderr);
  t.match(run.stdout, /TASK \[cgroup_v2 : Say what it means\] \*+\nok: \[here\]/);
  const [first] = lastRun(join(folder, "state"));
  t.match(first, { type: "run:started", playbooks: [path] });
  t.ok(first?.type === "run:started" && Object.hasOwn(first.sources ?? {}, path));

  writeFileSync(join(folder, "hosts.ini"), "here ansible_connection=local\naway ansible_connection=local\n");
  const resumed = await kmend("resume", "last", "--limit", "@unreachable");
  t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.match(resumed.stdout, /TASK \[cgroup_v2 : Say what it means\] \*+\nok: \[away\]/);
});

t.test("a plan by name is carried out, and its playbooks are listed by the name", async (t) => {
  const { folder, kmend } = place(t, {});
  const only = ["--limit", "here"];
  const planned = await kmend("plan", ...here, ...only, "kmend.playbooks.cgroup-v2", "--out", "plan.json");
  t.equal(planned.code, 0, planned.stdout + planned.stderr);
  const plan = readFileSync(join(folder, "plan.json"), "utf8");
  t.match(JSON.parse(plan).playbooks, ["kmend.playbooks.cgroup-v2"]);
  t.match(plan, '"kmend.roles.cgroup_v2/tasks/assess.yml": "', "and its files are named");
  t.notMatch(plan, shipped("playbooks"), "where the package lies is not in it");
  const applied = await kmend("apply", "plan.json");
  t.match(applied, { code: 0, stdout: /0 broken/ }, applied.stdout + applied.stderr);
  const listed = await kmend("run", ...here, "--list-tasks", "kmend.playbooks.cgroup-v2");
  t.match(listed.stdout, /^\nplaybook: kmend\.playbooks\.cgroup-v2\n/);
});

t.test("a playbook of one's own imports shipped playbooks and roles", async (t) => {
  const { folder, kmend } = place(t, {
    "site.yml": `
- import_playbook: kmend.playbooks.check
- hosts: here
  gather_facts: false
  roles:
    - role: kmend.roles.cgroup_v2
    - depending
  tasks:
    - import_role: {name: kmend.roles.cgroup_v2, tasks_from: assess}
      when: role_name == 'cgroup_v2' and ansible_role_name == 'kmend.roles.cgroup_v2'
    - include_role: {name: kmend.roles.cgroup_v2, tasks_from: "{{ 'report' }}"}
`,
    roles: {
      depending: { meta: { "main.yml": "dependencies: [{role: kmend.roles.kmem, kmem_pin: false}]\n" } },
    },
  });
  // As docs/rollout.md says it: for pools of one's own.
  cpSync(shipped("playbooks/rollout.yml"), join(folder, "rollout.yml"));
  t.match(await kmend("validate", "site.yml", "rollout.yml"), { code: 0, stderr: "" });

  const site = readFileSync(join(folder, "site.yml"), "utf8").replace(/^- import_playbook.*\n/m, "");
  writeFileSync(join(folder, "site.yml"), site);
  const run = await kmend("run", ...here, "--limit", "here", "site.yml");
  t.equal(run.code, 0, run.stdout + run.stderr);
  t.match(
    run.stdout,
    /TASK \[kmend\.roles\.cgroup_v2 : Say what it means\] \*+\nok: [\s\S]*cgroup_v2 : Show the report\] \*+\nok: /,
  );
});

t.test("a file, and a role in a folder, win", async (t) => {
  const { kmend } = place(t, {
    "kmend.playbooks.kmem": "- hosts: all\n  gather_facts: false\n  roles: [kmend.roles.kmem]\n",
    roles: { "kmend.roles.kmem": { tasks: { "main.yml": "- debug: {msg: one's own}\n" } } },
  });
  const { code, stdout } = await kmend("run", ...here, "--limit", "here", "kmend.playbooks.kmem");
  t.match({ code, stdout }, { code: 0, stdout: /"msg": "one's own"/ });
});

t.test("what is not there is told with what there is", async (t) => {
  const { folder, kmend } = place(t, {
    "site.yml": `
- import_playbook: rollout-pool.yml
- import_playbook: kmend.playbooks.rollout-pol
- hosts: all
  roles: [kmem, kmend.roles.kmemm, kmend.roles.nothing, other.roles.kmem, mine]
`,
  });
  const unknown = await kmend("run", ...here, "kmend.playbooks.rolout");
  t.match(unknown, {
    code: 1,
    stdout: "",
    stderr: `Cannot find playbook "kmend.playbooks.rolout"
  Did you mean kmend.playbooks.rollout? List them with
      kmend doc --list --type playbook
`,
  });
  const elsewhere = await kmend("plan", ...here, "playbooks/rollout.yml");
  t.match(elsewhere, {
    code: 1,
    stderr:
      /Cannot read .*\/playbooks\/rollout\.yml: there is no such file\n.*of that name:\n {6}kmend\.playbooks\.rollout\n$/,
  });
  t.match(await kmend("run", ...here, "nothing.yml"), {
    code: 1,
    stderr: /nothing\.yml: there is no such file\n$/,
  });

  const { stderr } = await kmend("run", ...here, "site.yml");
  t.notMatch(stderr, notForUsers);
  const problems = stderr.split(/^(?=\/)/m).map((each) => each.replace(folder, ""));
  t.match(problems, [
    /^\/site\.yml:2:20: Cannot read .*rollout-pool\.yml: .*\n {2}kmend ships .*\n {6}kmend\.playbooks\.rollout-pool\n$/,
    /^\/site\.yml:3:20: Cannot find playbook .*\n {2}Did you mean kmend\.playbooks\.rollout-pool\?/,
    /^\/site\.yml:5:11: Cannot find role "kmem"\n {2}Looked in:\n[\s\S]*\n {2}kmend ships .*\n {6}kmend\.roles\.kmem\n$/,
    /^\/site\.yml:5:17: Cannot find role .*\n {2}Did you mean kmend\.roles\.kmem\? .*\n {6}kmend doc --list --type role\n$/,
    /^\/site\.yml:5:\d+: Cannot find role .*\n {2}List them with\n/,
    /^\/site\.yml:5:\d+: Cannot find role .*\n {2}Roles of collections are not looked for/,
    /^\/site\.yml:5:\d+: Cannot find role "mine"\n {2}Looked in:\n[^:]*$/,
  ]);
  t.equal(problems.length, 7);
});
