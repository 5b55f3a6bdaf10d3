/** Each screen of the wizard in a real terminal of 80 by 24, without colour, as recorded beside it. To record them anew:
 *
 *      KMEND_RECORD=1 node test/run.ts test/wizard/screens.test.ts */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { hasTmux, Terminal } from "./terminal.ts";

const folder = join(import.meta.dirname, "screens");
const program = join(import.meta.dirname, "recorded-fix.ts");
const skip = hasTmux ? false : "tmux is not here";

/** Begins the wizard over made-up hosts. */
function begin(t: Test, ...args: readonly string[]): Terminal {
  const terminal = new Terminal([process.execPath, program, ...args], {
    cwd: import.meta.dirname,
    env: { NO_COLOR: "1" },
  });
  t.teardown(() => terminal.close());
  return terminal;
}

/** The screen is as it was recorded under this name. */
function isAsRecorded(t: Test, name: string, screen: string): void {
  const path = join(folder, `${name}.txt`);
  if (process.env["KMEND_RECORD"]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, `${screen}\n`);
  }
  t.equal(`${screen}\n`, readFileSync(path, "utf8"), name);
}

t.test("by keys", { skip, timeout: 280_000 }, async (t) => {
  const terminal = begin(t);
  const steps: readonly (readonly [name: string, shows: string, ...keys: string[]])[] = [
    ["unread", "1 of 5 could not be read.", "Enter"],
    ["ways", "How are they mended? (leaking, by kubelet: 2 hosts)", "Down", "Down", "Enter"],
    ["which", "Which of them?", "Down", "Enter"],
    ["pattern", "Pattern", "a", "p", "p", "-", "*", "Enter"],
    ["list", "Which of these?", "Enter"],
    ["draining", "What empties the nodes of their pods?", "Down", "Enter"],
    ["drain-command", "Command that drains a node", "Enter"],
    ["uncordon-command", "Command that gives it back", "Enter"],
    ["runtime", "How are they mended? (leaking, by runtime: 1 host)", "Enter"],
    ["policy", "Go through them like this?", "Down", "Down", "Down", "Down", "Enter"],
    ["on-failure", "What is done when a host fails?", "Down", "Enter"],
    ["policy-changed", "take back its whole batch", "Enter"],
    ["confirm", "Change 3 hosts now?", "Down", "Down", "Enter"],
    ["between", "Batch 2 of 2 is next.", "Enter"],
    ["end", "It ended with"],
  ];
  for (const [name, shows, ...keys] of steps) {
    isAsRecorded(t, name, await terminal.shows(shows));
    terminal.keys(...keys);
  }
  t.notMatch(terminal.everything(), /\u001b\[[0-9;]*[34][0-7]m/, "no colour was sent");
});

t.test("five hundred hosts, searched and picked by keys", { skip, timeout: 280_000 }, async (t) => {
  const terminal = begin(t, "--many");
  const steps: readonly (readonly [name: string | null, shows: string, ...keys: string[]])[] = [
    [null, "(leaking, by kubelet: 380 hosts)", "Enter"],
    ["many-which", "Which of them?", "Up", "Down", "Down", "Down", "Enter"],
    ["many-list", "380 of 380 picked", "Tab", "app-11", "Tab", "Down", "Space"],
    ["many-searched", "10 of 380 picked, 11 shown. Search: app-11", "C-u", "app-3*,!app-33*"],
    ["many-words", "10 of 380 picked, 81 shown.", "Tab", "Enter"],
    [null, "(leaking, by runtime: 120 hosts)", "Down", "Down", "Enter"],
    [null, "Go through them like this?", "Enter"],
    ["many-confirm", "Change 91 hosts now?", "Down", "Down", "Enter"],
    [null, "Type the number of hosts to confirm (91)", "19", "Enter"],
    ["many-wrong", "That is not 91."],
  ];
  for (const [name, shows, ...keys] of steps) {
    const screen = await terminal.shows(shows);
    if (name !== null) isAsRecorded(t, name, screen);
    terminal.keys(...keys);
  }
});

t.test("left by Ctrl-C, it says what stands", { skip, timeout: 280_000 }, async (t) => {
  const terminal = begin(t);
  await terminal.shows("1 of 5 could not be read.");
  terminal.keys("C-c");
  isAsRecorded(t, "left", await terminal.shows("It ended with 99."));
});

t.test("a line at a time", { skip, timeout: 280_000 }, async (t) => {
  const terminal = begin(t, "--plain");
  const answers = ["", "", "", "", "2", "", "3", "1"];
  await terminal.shows("Number (Enter for 1):");
  isAsRecorded(t, "plain-unread", terminal.screen());
  for (const answer of answers) {
    const before = terminal.everything();
    terminal.keys(...answer, "Enter");
    await terminal.shows(/: ?$/);
    t.ok(terminal.everything().startsWith(before.trimEnd()), "nothing that was shown is drawn over");
  }
  isAsRecorded(t, "plain", await terminal.shows(/: ?$/));
  t.notMatch(terminal.everything(), /\u001b/, "neither colour nor anything else but text");
});

t.test("keys from before a question are no answer to it", { skip, timeout: 280_000 }, async (t) => {
  for (const args of [[], ["--plain"]]) {
    const terminal = begin(t, ...args);
    terminal.keys("Enter", "3", "Enter"); // it has not begun
    await terminal.shows(args.length > 0 ? /: ?$/ : "1 of 5 could not be read.");
    t.notMatch(terminal.everything(), /How are they mended/, "the first question still waits");
  }
});

t.test("a line at a time, left by Ctrl-C", { skip, timeout: 280_000 }, async (t) => {
  const terminal = begin(t, "--plain");
  await terminal.shows("Number (Enter for 1):");
  terminal.keys("C-c");
  isAsRecorded(t, "plain-left", await terminal.shows("It ended with 99."));
});
