/** `kmend show` for who sits at a terminal: what is over stands there as it ended, and what goes on is watched live. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { hasTmux, Terminal } from "../wizard/terminal.ts";
import { atTerminal, forgetSaved, kmend, startKmend } from "./kmend.ts";

t.setTimeout(120_000);

const main = join(import.meta.dirname, "../../src/cli/main.ts");

t.test("a run at a terminal", { skip: hasTmux ? false : "there is no tmux" }, async (t) => {
  const folder = t.testdir({
    "play.yml": `
- name: Mend
  hosts: all
  gather_facts: false
  tasks:
    - name: Write it
      command: touch {{ playbook_dir }}/{{ inventory_hostname }}
      changed_when: false
    - name: Look
      command: test {{ inventory_hostname }} = a
      changed_when: false
    - name: Wait
      command: sh -c 'touch {{ playbook_dir }}/waits; while test ! -e {{ playbook_dir }}/go; do sleep 0.1; done'
      changed_when: false
`,
  });
  const state = join(folder, "state");
  t.teardown(() => forgetSaved(state));
  const how = { cwd: folder };
  const run = startKmend(["run", "-i", "a,b,", "-c", "local", "play.yml"], how);
  while (!existsSync(join(folder, "waits"))) await sleep(20);

  const terminal = new Terminal([process.execPath, main, "show", "last", "--follow"], {
    cwd: folder,
    env: { KMEND_STATE: state },
  });
  t.teardown(() => terminal.close());

  await t.test("what is over before stands there, what goes on moves", async (t) => {
    // Its spinner turns all the time: no two looks at it are alike.
    while (!/ 0\/1 hosts/.test(terminal.screen())) await sleep(100);
    const screen = terminal.screen();
    t.match(
      screen,
      /^✔ Write it {2}2 ok\n✖ Look {2}1 ok, 1 failed\n {2}✖ b: Look: .*\n. Wait\n.*0\/1 hosts/m,
    );
  });

  await t.test("without --follow it says how to watch it", async (t) => {
    const { code, stdout, stderr } = await kmend(["show", "last", "--output", "pretty"], how);
    t.equal(code, 0, stderr);
    t.match(stdout, /^… Wait/m, "nobody knows of its end");
    t.match(stderr, /^It is running\. Follow it with\n {4}kmend show \S+ --follow$/m);
  });

  writeFileSync(join(folder, "go"), "");
  t.equal((await run.ended).code, 2);

  await t.test("it ends with the run, and with the run's recap", async (t) => {
    const screen = await terminal.shows("It ended with 0.");
    t.match(screen, /✔ Wait {2}1 ok\n\n✔ a: 3 ok\n✖ b: 1 ok, 1 failed\n/);
  });

  await t.test("a run that is over is shown without a redraw", async (t) => {
    const { code, stdout } = await atTerminal("$KMEND show last", [], how);
    t.equal(code, 0);
    t.notMatch(stdout, /\u001b\[(?!\d*m)/, "nothing but colours");
    t.match(stdout, /Wait {2}1 ok\r\n\r\n/);
    t.match(stdout, /b: 1 ok, 1 failed/);
    const log = await kmend(["show", "last"], how);
    t.match(log.stdout, /^PLAY RECAP \*+\na {26}: ok=3/m, "a log has Ansible's lines, as ever");
  });
});

t.test("a run whose kmend died is followed no further", async (t) => {
  const folder = t.testdir({
    "play.yml": "- {hosts: all, gather_facts: false, tasks: [{command: touch begun}, {command: sleep 60}]}\n",
  });
  t.teardown(() => forgetSaved(join(folder, "state")));
  const run = startKmend(["run", "-i", "a,", "-c", "local", "play.yml"], { cwd: folder });
  while (!existsSync(join(folder, "begun"))) await sleep(20);
  run.process.kill("SIGKILL");
  await run.ended;
  const { code, stderr } = await kmend(["show", "last", "--follow"], { cwd: folder });
  t.equal(code, 0);
  t.match(stderr, /^It stopped without a last word\. Go on with it, or take it back:\n {4}kmend resume /);
});
