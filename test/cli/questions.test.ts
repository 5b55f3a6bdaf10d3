/** Questions of a run at a terminal: `--step`, `pause` and Ctrl-C at them, below a live view that keeps away meanwhile. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { hasTmux, Terminal } from "../wizard/terminal.ts";
import { forgetSaved, kmend, lastRun } from "./kmend.ts";

t.setTimeout(120_000);

const skip = hasTmux ? false : "there is no tmux";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

t.test("a run that is stepped through", { skip }, async (t) => {
  const folder = t.testdir({
    "play.yml": `
- name: Mend
  hosts: all
  gather_facts: false
  tasks:
    - {name: First, command: "touch {{ playbook_dir }}/first-{{ inventory_hostname }}"}
    - {name: Second, command: "touch {{ playbook_dir }}/second"}
    - {name: Drain it, pause: {prompt: "Drain the node, then press Enter"}, register: said}
    - {name: Third, command: "touch {{ playbook_dir }}/third-{{ inventory_hostname }}"}
`,
  });
  const state = join(folder, "state");
  t.teardown(() => forgetSaved(state));
  const argv = ["run", "-i", "a,b,", "-c", "local", "play.yml", "--step"];

  await t.test("nobody is there to be asked", async (t) => {
    const { code, stderr } = await kmend(argv, { cwd: folder });
    t.equal(code, 5);
    t.match(stderr, /^Cannot ask before each task, as --step says: there is no terminal\n/);
    t.notOk(existsSync(state), "and nothing was begun");
  });

  const terminal = new Terminal([process.execPath, main, ...argv], {
    cwd: folder,
    env: { KMEND_STATE: state },
  });
  t.teardown(() => terminal.close());

  await t.test("each task waits for its answer, and says what it would run, and where", async (t) => {
    const screen = await terminal.shows("Perform task: TASK: First (N)o/(y)es/(c)ontinue:");
    t.match(screen, /a, b: command, play\.yml:6:7\n/);
    t.notOk(existsSync(join(folder, "first-a")));
    terminal.keys("y", "Enter");
    await terminal.shows("Perform task: TASK: Second");
    t.match(terminal.screen(), /^✔ First {2}2 changed$/m);
    t.ok(existsSync(join(folder, "first-b")));
    terminal.keys("Enter");
    await terminal.shows("Perform task: TASK: Drain it");
    t.match(terminal.screen(), /^NOT RUN Second: left out on a, b/m);
    terminal.keys("y", "Enter");
  });

  await t.test("a pause has the screen for itself", async (t) => {
    const screen = await terminal.shows("Drain the node, then press Enter");
    t.notMatch(screen, / 0\/1 hosts/, "nothing is drawn beside it");
    terminal.keys("Enter");
    await terminal.shows("Perform task: TASK: Third");
    t.match(terminal.screen(), /press Enter\n✔ Drain it {2}1 ok\n/);
  });

  await t.test("Ctrl-C at a question ends the run, and says how to go on", async (t) => {
    terminal.keys("C-c");
    const screen = await terminal.shows("It ended with 99.");
    t.match(screen, /kmend resume /);
    t.notMatch(terminal.everything(), /fault/);
  });

  await t.test("a resume leaves out what was declined, and goes on with the rest", async (t) => {
    const { code, stdout } = await kmend(["resume", "last"], { cwd: folder });
    t.equal(code, 0, stdout);
    t.notOk(existsSync(join(folder, "second")));
    t.ok(existsSync(join(folder, "third-b")));
    t.match(stdout, /^a {26}: ok=3 {4}changed=2 /m);
    t.match(stdout, /^b {26}: ok=2 {4}changed=2 /m);
    t.equal(lastRun(state).filter(({ type }) => type === "task:declined").length, 1);
  });
});

t.test("keys from before a question are no answer to it", { skip }, async (t) => {
  const folder = t.testdir({
    "play.yml": `
- hosts: all
  gather_facts: false
  tasks:
    - {name: Work, command: "sh -c 'touch begun; until test -e typed; do sleep 0.1; done'", args: {chdir: "{{ playbook_dir }}"}}
    - {name: Ask, pause: {prompt: Which}}
`,
  });
  const state = join(folder, "state");
  const argv = ["run", "-i", "a,", "-c", "local", "play.yml"];
  const terminal = new Terminal([process.execPath, main, ...argv], {
    cwd: folder,
    env: { KMEND_STATE: state },
  });
  t.teardown(() => terminal.close());
  while (!existsSync(join(folder, "begun"))) await sleep(50);
  terminal.keys("early", "Enter", "half");
  writeFileSync(join(folder, "typed"), "");
  t.match(await terminal.shows("? Which"), /\? Which:?$/m, "it waits, and nothing stands there yet");
  terminal.keys("late", "Enter");
  t.match(await terminal.shows("It ended with 0."), /Which late$/m);
});

t.test("nobody answers any more", { skip }, async (t) => {
  const question = "vars_prompt: [{name: word, prompt: Which, private: true}]";
  const folder = t.testdir({
    "asks.yml": `- {hosts: all, gather_facts: false, ${question}, tasks: []}\n`,
    "pauses.yml": "- {hosts: all, gather_facts: false, tasks: [{pause: {prompt: Which}}]}\n",
  });
  for (const [playbook, what] of [
    ["asks.yml", "Ctrl-D"],
    ["pauses.yml", "Ctrl-D"],
    ["pauses.yml", "the terminal goes away"],
  ] as const)
    await t.test(`${playbook}: ${what}: the run ends in order`, async (t) => {
      const state = join(folder, `state-${playbook}-${what.length}`);
      const argv = ["run", "-i", "a,", "-c", "local", playbook];
      const terminal = new Terminal([process.execPath, main, ...argv], {
        cwd: folder,
        env: { KMEND_STATE: state },
      });
      t.teardown(() => terminal.close());
      await terminal.shows("? Which");
      if (what === "Ctrl-D") terminal.keys("C-d");
      else terminal.close();
      while (lastRun(state).at(-1)?.type !== "run:ended") await sleep(50);
      t.match(lastRun(state).at(-1), { exitCode: 99, reason: "interrupted" });
    });
});
