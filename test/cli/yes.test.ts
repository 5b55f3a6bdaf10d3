/** Options that all commands which change hosts have in common. */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { commands } from "../../src/cli/commands.ts";
import { forgetSaved, kmend, shellWithKmend } from "./kmend.ts";

t.setTimeout(120_000);

t.test("they take the same options for what they show, keep and write", async (t) => {
  for (const name of ["run", "plan", "apply", "rollback", "resume"]) {
    const command = await commands.find((each) => each.name === name)?.load();
    const taken = command?.options.map(({ long }) => long) ?? [];
    for (const option of ["--output", "--report", "--state", "--lock-wait", "--yes"])
      t.ok(taken.includes(option), `${name} ${option}`);
  }
});

const hasScript = spawnSync("script", ["--version"]).status === 0;

t.test("--yes asks nothing on a terminal", { skip: hasScript ? false : "no script(1)" }, async (t) => {
  const cwd = t.testdir({
    "ask.yml": `- hosts: all
  gather_facts: false
  vars_prompt: [{name: word, default: fallback, private: false}]
  tasks:
    - pause: {prompt: Go on}
    - debug: {var: word}
`,
  });
  // A terminal that nobody types at: a question would stand there until the end of the test.
  const line = `timeout 60 script -qec "$KMEND run -i one, -c local ask.yml --yes --output plain" /dev/null`;
  t.match(await shellWithKmend(line, { cwd }), { code: 0, stdout: /"word": "fallback"/ });
});

t.test("apply writes reports", async (t) => {
  const cwd = t.testdir({});
  t.teardown(() => forgetSaved(join(cwd, "state")));
  writeFileSync(
    join(cwd, "play.yml"),
    `- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: {content: new, dest: ${cwd}/file}\n`,
  );
  t.match(await kmend(["plan", "-i", "one,", "-c", "local", "play.yml", "--out", "plan.json"], { cwd }), {
    code: 0,
  });
  t.match(await kmend(["apply", "plan.json", "--report", "no/such.md"], { cwd }), { code: 5 });
  t.match(await kmend(["apply", "plan.json", "--report", "md=report.md"], { cwd }), { code: 0 });
  t.match(readFileSync(join(cwd, "report.md"), "utf8"), /one/);
});
