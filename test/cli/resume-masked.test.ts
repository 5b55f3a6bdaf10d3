/** A run goes on where it stopped, and what it registered held a secret: stars are not what later tasks get. */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { crashing } from "../torture/crashing.ts";
import { forgetSaved, kmend, lastRun } from "./kmend.ts";

t.setTimeout(120_000);

const secret = "hunter2-of-the-day";

t.test("registered results and facts with a secret in them are had again", async (t) => {
  const folder = t.testdir({});
  t.teardown(() => forgetSaved(join(folder, "state")));
  writeFileSync(join(folder, "kept"), `${secret}\n`);
  writeFileSync(
    join(folder, "play.yml"),
    `- hosts: a
  gather_facts: false
  vars: {db_password: ${secret}}
  tasks:
    - set_fact: {line: "password={{ db_password }}"}
    - slurp: {src: ${folder}/kept}
      register: kept
    - copy: {content: "{{ db_password }} {{ item }}", dest: "${folder}/{{ item }}"}
      loop: [one, two]
      register: copied
    - command: echo {{ db_password }}
      register: said
      changed_when: false
    - copy: {content: "{{ line }} {{ kept.content | b64decode }} {{ copied.results | length }}", dest: ${folder}/out}
`,
  );
  const argv = ["-i", "a,", "-c", "local"];
  const run = ["run", ...argv, "play.yml"];
  await kmend(run, { cwd: folder });
  const whole = readFileSync(join(folder, "out"), "utf8");
  t.equal(whole, `password=${secret} ${secret}\n 2`);
  const last = lastRun(join(folder, "state")).findLast((event) => event.type === "task:started");
  for (const name of ["one", "two", "out", "state"]) rmSync(join(folder, name), { recursive: true });
  await crashing(run, { cwd: folder }, { at: last?.n ?? 0, how: "after" });

  const asked = await kmend(["resume", "last"], { cwd: folder });
  t.equal(asked.code, 5, "a command is not run again unasked");
  t.match(asked.stdout, /the secret result of "command"/);
  const resumed = await kmend(["resume", "last", "--in-flight", "retry"], { cwd: folder });
  t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.equal(readFileSync(join(folder, "out"), "utf8"), whole);
  t.match(resumed.stdout, /ok=5 +changed=2/);
  t.notMatch(JSON.stringify(lastRun(join(folder, "state"))), /hunter2/);
});

t.test(
  "a change that no journal may tell of is picked up where it was under way, and taken back",
  async (t) => {
    const folder = t.testdir({});
    const state = join(folder, "state");
    t.teardown(() => forgetSaved(state));
    writeFileSync(
      join(folder, "play.yml"),
      `- hosts: a
  gather_facts: false
  vars: {db_password: ${secret}}
  tasks:
    - name: hidden
      copy: {content: hidden, dest: ${folder}/hidden}
      no_log: true
    - name: path
      copy: {content: x, dest: "${folder}/{{ db_password }}"}
    - name: command
      command: sh -c 'echo x >> ${folder}/ran'
      no_log: true
      rollback: [{file: {path: ${folder}/ran, state: absent}}]
    - name: line
      lineinfile: {path: ${folder}/line, line: "x={{ db_password }}", create: true}
`,
    );
    const run = ["run", "-i", "a,", "-c", "local", "play.yml"];
    const files = ["hidden", secret, "ran", "line"].map((name) => join(folder, name));
    const clean = (): void => {
      forgetSaved(state);
      for (const file of [...files, state]) rmSync(file, { recursive: true, force: true });
    };
    await kmend(run, { cwd: folder });
    const events = lastRun(state);
    const recorded = events.filter((event) => event.type === "change:recorded");
    for (const event of events) {
      if (event.type !== "change:recorded" && event.type !== "change:applied") continue;
      const name = recorded.find(({ change }) => change === event.change)?.task.name ?? "";
      // Of a command that was recorded and no more, nobody can tell whether it ran: that is asked elsewhere.
      const places = [
        "hidden change:recorded",
        "path change:applied",
        "command change:applied",
        "line change:recorded",
      ];
      if (!places.includes(`${name} ${event.type}`)) continue;
      clean();
      await crashing(run, { cwd: folder }, { at: event.n, how: "after" });
      const about = `${name}, ${event.type}`;
      const resumed = await kmend(["resume", "last"], { cwd: folder });
      t.equal(resumed.code, 0, about + resumed.stdout + resumed.stderr);
      t.match(resumed.stdout, /ok=4 +changed=4/, about);
      t.equal(readFileSync(join(folder, "ran"), "utf8"), "x\n", about);
      t.notMatch(JSON.stringify(lastRun(state)), /hunter2/, about);
      const back = await kmend(["rollback", "last"], { cwd: folder });
      t.equal(back.code, 0, about + back.stdout + back.stderr);
      t.strictSame(
        files.filter((file) => existsSync(file)),
        [],
        about,
      );
    }
  },
);
