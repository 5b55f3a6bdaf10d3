/** `rollback last` is the last run that there is something to take back of: one that only looked is none. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { kmend } from "./kmend.ts";

const play = (tasks: string) =>
  `- hosts: localhost\n  gather_facts: false\n  tasks:\n${tasks.replaceAll(/^/gm, "    ")}\n`;

t.test("a run that only read does not hide the one that changed something", async (t) => {
  const cwd = t.testdir({});
  const run = (...argv: string[]) => kmend(argv, { cwd });
  writeFileSync(join(cwd, "change.yml"), play(`- copy: {content: mine, dest: ${cwd}/file}`));
  writeFileSync(join(cwd, "look.yml"), play("- command: cat /proc/uptime\n  changed_when: false"));
  t.equal((await run("run", "-c", "local", "-i", "localhost,", "change.yml")).code, 0);
  t.equal((await run("run", "-c", "local", "-i", "localhost,", "look.yml")).code, 0);
  t.equal((await run("plan", "-c", "local", "-i", "localhost,", "change.yml")).code, 0);
  t.ok(existsSync(join(cwd, "file")));
  const none = await run("rollback", "last", "-c", "local", "-i", "localhost,", "--limit", "localhots");
  t.equal(none.code, 1, "a host that is none is no reason to say that nothing is to be taken back");
  t.match(none.stderr, /no hosts to target: localhots\n.*Did you mean "localhost"\?/);
  t.ok(existsSync(join(cwd, "file")));
  const back = await run("rollback", "last", "-c", "local", "-i", "localhost,");
  t.equal(back.code, 0, back.stderr);
  t.notOk(existsSync(join(cwd, "file")));
});
