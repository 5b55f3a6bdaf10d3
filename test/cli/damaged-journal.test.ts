/** What the command line makes of a journal that is not as it was written. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { forgetSaved, kmend, notForUsers } from "./kmend.ts";

t.setTimeout(120_000);

t.test(
  "an altered journal is refused, and taken back as far as it can be read when that is wanted",
  async (t) => {
    const cwd = t.testdir({});
    t.teardown(() => forgetSaved(join(cwd, "state")));
    const tasks = ["one", "two"]
      .map((name) => `    - copy: {content: ${name}, dest: ${cwd}/${name}}\n`)
      .join("");
    writeFileSync(join(cwd, "play.yml"), `- hosts: a\n  gather_facts: false\n  tasks:\n${tasks}`);
    const run = (...argv: string[]) => kmend(argv, { cwd });
    t.equal((await run("run", "-i", "a,", "-c", "local", "play.yml")).code, 0);
    const whole = await run("show", "last", "--verify");
    t.equal(whole.code, 0);
    t.match(whole.stdout, /\d+ events and 0 kept texts are as they were written/);

    const [name = ""] = readdirSync(join(cwd, "state/runs"));
    const file = join(cwd, "state/runs", name, "journal.jsonl");
    const lines = readFileSync(file, "utf8").split("\n");
    const at = lines.findIndex((line) => line.includes('"change:recorded"') && line.includes("/two"));
    writeFileSync(file, lines.with(at, lines[at]?.replaceAll("/two", "/six") ?? "").join("\n"));

    const checked = await run("show", "last", "--verify");
    t.equal(checked.code, 1);
    t.match(checked.stderr, `journal.jsonl:${at + 1}: event ${at + 1} is not as it was written`);
    t.match((await run("runs")).stdout, /DAMAGED: show RUN --verify/);
    for (const command of ["rollback", "resume"]) {
      const refused = await run(command, "last");
      t.equal(refused.code, 1);
      t.match(refused.stderr, `journal.jsonl:${at + 1}: `);
      t.match(refused.stderr, "--even-damaged");
      t.notMatch(refused.stderr, notForUsers);
      t.ok(existsSync(join(cwd, "one")), "nothing was touched");
    }
    t.equal((await run("rollback", name, "--even-damaged")).code, 0);
    t.notOk(existsSync(join(cwd, "one")));
    t.ok(existsSync(join(cwd, "two")), "what cannot be read is left alone");
  },
);
