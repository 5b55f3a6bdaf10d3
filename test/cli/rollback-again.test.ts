/** Rolled back twice is rolled back once; a rollback is rolled back by its own id. */

import { existsSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { forgetSaved, kmend } from "./kmend.ts";

t.test("the second rollback does nothing; that of the rollback brings the result again", async (t) => {
  const cwd = t.testdir({});
  t.teardown(() => forgetSaved(join(cwd, "state")));
  const run = (...argv: string[]) => kmend(argv, { cwd });
  const newest = () => readdirSync(join(cwd, "state/runs")).sort().at(-1) ?? "";
  writeFileSync(
    join(cwd, "play.yml"),
    `- hosts: localhost\n  gather_facts: false\n  tasks: [{copy: {content: mine, dest: ${cwd}/file}}]\n`,
  );
  t.equal((await run("run", "-c", "local", "-i", "localhost,", "play.yml")).code, 0);
  const first = await run("rollback", "last");
  t.equal(first.code, 0, first.stdout);
  t.notOk(existsSync(join(cwd, "file")));
  const back = newest();

  writeFileSync(join(cwd, "file"), "newer");
  const second = await run("rollback", "last");
  t.equal(second.code, 0);
  t.match(second.stdout, "There is nothing to take back");
  t.ok(existsSync(join(cwd, "file")));

  unlinkSync(join(cwd, "file"));
  const again = await run("rollback", back);
  t.equal(again.code, 0, again.stdout);
  t.ok(existsSync(join(cwd, "file")));
  t.equal((await run("rollback", newest())).code, 0);
  t.notOk(existsSync(join(cwd, "file")));
});
