/**
 * A gate on a host: it stops a script of kmend in its middle, so that a fault strikes while the script is under way.
 *
 * Programs that change something have a stand-in before them in PATH. Called by way of ssh while the gate is armed, it
 * counts; at the call that is meant it waits until the gate is opened, and then does what it was called for.
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execOnNode } from "../../src/lab/lab.ts";
import type { TestLab } from "../lab/with-lab.ts";

const programs = "mkdir rmdir mv cp rm ln chmod chown touch systemctl sh";

// The heartbeat comes when it comes: its calls are not counted.
const standIn = `#!/bin/sh
if [ -n "$SSH_CONNECTION" ] && [ -e /gate/armed ]; then
  case "$*" in
  *beat-* | *draft-* | */lock-*) ;;
  *)
    echo "\${0##*/} $*" | head -n 1 >> /gate/calls
    read -r at < /gate/armed
    if [ "$(wc -l < /gate/calls)" = "$at" ]; then
      echo "$$" > /gate/held
      while [ -e /gate/armed ]; do /bin/sleep 0.05; done
    fi ;;
  esac
fi
exec /bin/"\${0##*/}" "$@"
`;

export class Gate {
  readonly #lab: TestLab;
  readonly #host: string;
  readonly #folder: string;

  constructor(lab: TestLab, host: string) {
    this.#lab = lab;
    this.#host = host;
    // As the host sees it, from outside: no ssh is needed to look.
    this.#folder = join(lab.state, "lab", lab.name, "nodes", host, "root", "gate");
  }

  async build(): Promise<void> {
    const text = Buffer.from(standIn).toString("base64");
    await this.exec(`mkdir -p /gate /usr/local/sbin
for program in ${programs}; do
  echo ${text} | base64 -d > /usr/local/sbin/$program; chmod 755 /usr/local/sbin/$program
done`);
  }

  /** @param call the one to wait at, from 1; 0: only count */
  arm(call: number): void {
    for (const name of ["calls", "held"]) rmSync(join(this.#folder, name), { force: true });
    writeFileSync(join(this.#folder, "calls"), "");
    writeFileSync(join(this.#folder, "armed"), `${call}\n`);
  }

  open(): void {
    rmSync(join(this.#folder, "armed"), { force: true });
  }

  /** What was called since it was armed. */
  calls(): readonly string[] {
    return readFileSync(join(this.#folder, "calls"), "utf8").split("\n").slice(0, -1);
  }

  /** Resolves once a script waits; false: what was awaited ended before. */
  async holds(ended: Promise<unknown>): Promise<boolean> {
    let isOver = false;
    void ended.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      if (existsSync(join(this.#folder, "held"))) return true;
      await sleep(20);
    }
    return false;
  }

  /** Resolves once what waited, and the script that it belongs to, is gone. */
  async isEmpty(): Promise<void> {
    await this.exec(`for i in $(seq 300); do
  read -r pid < /gate/held; [ -e "/proc/$pid" ] || pgrep -f 'kmend_[c]ode' > /dev/null || break; sleep 0.1
done; sleep 0.2`);
  }

  exec(script: string): Promise<{ readonly stdout: string }> {
    return execOnNode(this.#lab, this.#host, `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`);
  }
}
