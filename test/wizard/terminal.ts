/** A real terminal of 80 columns and 24 rows, by tmux: keys in, the screen as a person sees it out. */

import { execFileSync, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

/** The test runner's colours and settings reach nobody. */
const environment = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", LANG: "C.UTF-8" };

/** Runs a program, says how it ended, and keeps the screen. tmux itself does not always notice that a program has ended. */
const untilClosed = `trap : INT; "$@"; echo "It ended with $?."; while :; do sleep 60; done`;

/** How long a screen may take to come, on a busy machine. */
const patienceMs = 120_000;

export class Terminal {
  static #count = 0;
  readonly #socket = `kmend-test-${process.pid}-${Terminal.#count++}`;

  /** @param argv a program and its arguments
   *  @param env what it is given besides PATH and HOME */
  constructor(argv: readonly string[], { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> }) {
    const given = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const size = ["-x", "80", "-y", "24"];
    // Without a file of settings, whoever runs the tests.
    const start = ["new-session", "-d", ...size, "-c", cwd, ...given, "sh", "-c", untilClosed, "sh", ...argv];
    this.#tmux("-f", "/dev/null", ...start);
  }

  /** The screen's lines, without the spaces at their ends. */
  screen(): string {
    return this.#tmux("capture-pane", "-p").replace(/[ ]+$/gm, "").trimEnd();
  }

  /** All that was shown, with what has scrolled away; colours as they were sent. */
  everything(): string {
    return this.#tmux("capture-pane", "-p", "-e", "-S", "-", "-J");
  }

  /** Keys by tmux's names: `Enter`, `Down`, `C-c`; anything else is typed. */
  keys(...keys: readonly string[]): void {
    for (const key of keys) this.#tmux("send-keys", key);
  }

  /** The screen once the text stands on it, and nothing on it has changed for a while.
   *  @throws Error with the screen where it does not come */
  async shows(text: string | RegExp): Promise<string> {
    let before = "";
    for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(200)) {
      const now = this.screen();
      const isThere = typeof text === "string" ? now.includes(text) : text.test(now);
      if (isThere && now === before) return now;
      before = now;
    }
    throw new Error(`The screen never shows ${text}:\n${before}`);
  }

  close(): void {
    spawnSync("tmux", ["-L", this.#socket, "kill-server"]);
  }

  #tmux(...words: readonly string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, ...words], { encoding: "utf8", env: environment });
  }
}
