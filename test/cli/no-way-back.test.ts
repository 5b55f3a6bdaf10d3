/** What cannot be undone is named before it happens: in the plan, in the run, and afterwards in `kmend show`. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { forgetSaved, kmend } from "./kmend.ts";

t.setTimeout(100_000);

const none = "what a command changed is not known; a `rollback:` on the task would undo it";

interface Case {
  readonly is: readonly string[];
  readonly planned: string;
  readonly shown: string;
}

const gone = { planned: `NONE: ${none}`, shown: `none (${none})` };
const needless = { planned: "none needed, says the playbook", shown: "none needed" };
const tasks: Readonly<Record<string, Case>> = {
  command: { is: ["command: touch x"], ...gone },
  loop: { is: ["command: touch {{ item }}", "loop: [x, y]"], ...gone },
  "with creates": { is: ["command: touch z", "args: {creates: z}"], ...gone },
  "with its own": {
    is: ["shell: touch y", "rollback: [{name: undo, file: {path: FOLDER/y, state: absent}}]"],
    planned: "the playbook's rollback: undo",
    shown: "rollback tasks",
  },
  "given up": {
    is: ["command: touch x", "rollback: none"],
    planned: "NONE: the task says `rollback: none`",
    shown: "none (the task says `rollback: none`)",
  },
  "needs none": { is: ["command: touch x", "rollback: []"], ...needless },
  "only reads": { is: ["command: 'true'", "changed_when: false"], ...needless },
};

t.test("what has no way back", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kmend-no-way-back-"));
  t.teardown(() => {
    forgetSaved(join(folder, "state"));
    rmSync(folder, { recursive: true });
  });
  const list = Object.entries(tasks).map(
    ([name, { is }]) => `    - ${[`name: ${name}`, ...is].join("\n      ").replaceAll("FOLDER", folder)}\n`,
  );
  writeFileSync(join(folder, "play.yml"), `- hosts: all\n  gather_facts: false\n  tasks:\n${list.join("")}`);
  const argv = ["-c", "local", "-i", "a,", "play.yml"];

  const plan = await kmend(["plan", ...argv], { cwd: folder });
  t.equal(plan.code, 0, plan.stdout + plan.stderr);
  const { stdout } = await kmend(["run", ...argv], { cwd: folder });
  const shown = await kmend(["show", "last", "--changes"], { cwd: folder });
  for (const [name, { planned, shown: how }] of Object.entries(tasks)) {
    t.match(plan.stdout, `  - ${name}\n      on: a\n      way back: ${planned}\n`, `${name}: in the plan`);
    t.match(shown.stdout, `a  ${name}  applied; way back: ${how}\n`, `${name}: in the journal`);
    const [, reason] = /^NONE: (.*)$/.exec(planned) ?? [];
    const section = stdout.split(/^(?=TASK \[)/m).find((part) => part.startsWith(`TASK [${name}]`)) ?? "";
    t.equal(section.match(/^no way back: /gm)?.length ?? 0, reason ? 1 : 0, `${name}: once in the run`);
    if (reason) t.match(section, `*\nno way back: ${reason}\nchanged: [a]`, "and before it is done");
  }
});
