/** On a terminal a soak is seen: until when it lasts, and what is left of it; Ctrl-C ends it. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { hasTmux, Terminal } from "../wizard/terminal.ts";

const main = resolve("src/cli/main.ts");

t.test("a soak on a terminal", { skip: hasTmux ? false : "no tmux", timeout: 120_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kmend-soak-"));
  writeFileSync(
    join(folder, "play.yml"),
    "- hosts: all\n  gather_facts: false\n  serial: 1\n  soak: 1h\n  tasks:\n    - ping:\n",
  );
  const terminal = new Terminal(
    [process.execPath, main, "run", "-c", "local", "-i", "a,b", "play.yml", "--state", join(folder, "state")],
    { cwd: folder, env: { TERM: "xterm-256color" } },
  );
  t.teardown(() => {
    terminal.close();
    rmSync(folder, { recursive: true });
  });
  const shows = async (text: RegExp): Promise<string> => {
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(50)) {
      const screen = terminal.screen();
      if (text.test(screen)) return screen;
    }
    throw new Error(`The screen never shows ${text}:\n${terminal.screen()}`);
  };
  const first = await shows(/59 min \d+ s left/);
  t.match(first, /soak of 1 h after batch 1 of 2, until 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
  const left = first.match(/59 min (\d+) s left/)?.[1];
  await shows(new RegExp(`59 min (?!${left} )\\d+ s left`));
  terminal.keys("C-c");
  const last = await shows(/It ended with 99/);
  t.match(last, /soak of 1 h/, "what it was stays on the screen");
  t.notMatch(last, / left/, "the count-down does not");
});
