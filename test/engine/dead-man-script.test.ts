/** RUN/dead-man.sh as a host's shells see it: armed, confirmed or fired, and never two of them. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { deadManText, readDeadMan } from "../../src/engine/dead-man-script.ts";
import { runRevertScript } from "../../src/engine/revert-script.ts";
import { shells } from "../modules/host.ts";

t.setTimeout(120_000);
// Most of their time they wait.
t.jobs = 6;

for (const [shell, [program = "sh", ...args]] of Object.entries(shells)) {
  /** A run's folder with three changes, whose scripts write down that they were taken back. */
  class Folder {
    readonly path: string;
    env: NodeJS.ProcessEnv = {};
    constructor(t: Test) {
      // One test has several, and what waits in one of them may still be ending when the next is made.
      const own = mkdtempSync(join(tmpdir(), "kmend-dead-man-"));
      t.teardown(() => rmSync(own, { recursive: true, force: true, maxRetries: 5 }));
      this.path = join(own, "it's a run");
      mkdirSync(this.path, { mode: 0o700 });
      for (const change of ["000008", "000009", "000010"]) {
        mkdirSync(join(this.path, change));
        writeFileSync(join(this.path, change, "revert.sh"), `echo ${change} >> taken-back\n`);
      }
      execFileSync("sh", ["-c", runRevertScript(this.path, "RUN", join(this.path, "draft")).text]);
      // No unit of the machine that tests: what systemd does with it, real hosts show.
      const text = deadManText(this.path, "RUN")
        .replace("/run/systemd/system", "/no/such")
        .replace("command -v crontab", "false");
      writeFileSync(join(this.path, "dead-man.sh"), text);
    }
    do(...words: string[]): string {
      return execFileSync(program, [...args, join(this.path, "dead-man.sh"), ...words], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, ...this.env },
      });
    }
    /** Only the state, without a process that waits. */
    armed(dueInS: number, from = "000009", patience = 2): void {
      const due = Math.floor(Date.now() / 1000) + dueInS;
      writeFileSync(join(this.path, "armed"), `${due} ${from} ${patience}\n`);
    }
    start(...words: string[]): ChildProcess {
      return spawn(program, [...args, join(this.path, "dead-man.sh"), ...words], {
        stdio: "ignore",
        env: { ...process.env, ...this.env },
      });
    }
    has(name: string): boolean {
      return existsSync(join(this.path, name));
    }
    takenBack(): string[] {
      return this.has("taken-back")
        ? readFileSync(join(this.path, "taken-back"), "utf8").trimEnd().split("\n")
        : [];
    }
    status() {
      return readDeadMan(this.do("status"));
    }
  }
  const ended = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve) => child.once("exit", resolve));

  t.test(`${shell}: in time, it is confirmed, and nothing is taken back`, async (t) => {
    const folder = new Folder(t);
    t.equal(folder.status().kind, "none");
    t.equal(folder.do("arm", "60", "000009"), "process\n");
    const status = folder.status();
    t.equal(status.kind, "armed");
    if (status.kind === "armed") t.ok(Math.abs(status.due - status.now - 60) <= 1);
    t.equal(readDeadMan(folder.do("confirm")).kind, "confirmed");
    t.equal(readDeadMan(folder.do("confirm")).kind, "confirmed", "twice does no harm");
    t.strictSame(folder.takenBack(), []);
  });

  t.test(
    `${shell}: where the time is up, it takes back from its first change on, newest first`,
    async (t) => {
      const folder = new Folder(t);
      folder.do("arm", "1", "000009");
      while (folder.status().kind !== "fired") await sleep(50);
      t.strictSame(folder.takenBack(), ["000010", "000009"], "what came before is not its own");
      const status = readDeadMan(folder.do("confirm"));
      t.match(status, { kind: "fired", code: 0, report: /taken back: 2/ }, "it is too late to confirm");
      t.notOk(folder.has("armed"));
    },
  );

  t.test(`${shell}: a boot goes on with what the one before cut off`, async (t) => {
    const due = new Folder(t);
    due.armed(-100);
    await ended(due.start("wait"));
    t.equal(due.status().kind, "fired", "the time went by while it was off");
    const firing = new Folder(t);
    firing.armed(-100);
    execFileSync("mv", [join(firing.path, "armed"), join(firing.path, "taking-another-boot")]);
    t.equal(firing.status().kind, "firing");
    await ended(firing.start("wait"));
    t.strictSame(firing.takenBack(), ["000010", "000009"]);
  });

  t.test(`${shell}: of many that wait and confirm at once, one wins`, async (t) => {
    for (let round = 0; round < 3; round += 1) {
      const folder = new Folder(t);
      folder.armed(0);
      // The old process of before, and one that was started anew.
      const waiting = [folder.start("wait"), folder.start("wait")].map(ended);
      const answer = readDeadMan(folder.do("confirm"));
      await Promise.all(waiting);
      const isConfirmed = answer.kind === "confirmed";
      t.equal(folder.status().kind, isConfirmed ? "confirmed" : "fired");
      t.strictSame(folder.takenBack(), isConfirmed ? [] : ["000010", "000009"], "once, or not at all");
    }
  });

  t.test(`${shell}: what was cut off while it took the host back is left to whoever confirms`, async (t) => {
    const folder = new Folder(t);
    folder.armed(-100);
    execFileSync("mv", [join(folder.path, "armed"), join(folder.path, "taking-another-boot")]);
    t.equal(readDeadMan(folder.do("confirm")).kind, "stalled");
    t.equal(readDeadMan(folder.do("confirm")).kind, "confirmed");
    await ended(folder.start("wait"));
    t.strictSame(folder.takenBack(), []);
  });

  t.test(`${shell}: an armed host lets changes in, one that takes itself back does not`, async (t) => {
    const folder = new Folder(t);
    folder.armed(60);
    folder.do("enter", String(process.pid));
    t.match(readFileSync(join(folder.path, "working"), "utf8"), `${process.pid} `);
    folder.do("confirm");
    t.throws(() => folder.do("enter", String(process.pid)));
    t.notOk(folder.has("working"));
  });

  t.test(`${shell}: a clock that is set moves nothing`, async (t) => {
    for (const hours of [1, -1]) {
      const folder = new Folder(t);
      folder.do("arm", "2", "000009");
      const set = join(folder.path, "bin");
      mkdirSync(set);
      const shifted = `#!/bin/sh\n[ "$*" = +%s ] && exec echo $(($(/bin/date +%s) + ${hours * 3600}))\nexec /bin/date "$@"\n`;
      writeFileSync(join(set, "date"), shifted, { mode: 0o755 });
      folder.env = { PATH: `${set}:${process.env["PATH"]}` };
      const waiting = ended(folder.start("wait"));
      await sleep(200);
      const status = folder.status();
      t.match(status, { kind: "armed" }, `${hours} h: not yet`);
      if (status.kind === "armed") t.ok(status.due - status.now <= 2, "and it says for how long");
      await waiting;
      while (folder.status().kind !== "fired") await sleep(50);
      t.strictSame(folder.takenBack(), ["000010", "000009"], "but then");
    }
  });

  t.test(`${shell}: it can be made to count anew, and by nobody who comes too late`, async (t) => {
    const folder = new Folder(t);
    folder.do("arm", "5", "000009");
    const since = Date.now();
    await sleep(1500);
    t.equal(readDeadMan(folder.do("again")).kind, "armed");
    while (folder.status().kind !== "fired") await sleep(50);
    t.ok(Date.now() - since > 6000, "five seconds from then on");
    t.equal(readDeadMan(folder.do("again")).kind, "fired");
    t.strictSame(folder.takenBack(), ["000010", "000009"]);
    folder.do("arm", "60", "000009");
    const status = folder.status();
    t.ok(status.kind === "armed" && status.due - status.now > 50, "armed anew, it counts as it is told");
  });

  t.test(`${shell}: a change under way may end; one that does not is ended`, async (t) => {
    for (const seconds of [1, 1000]) {
      const folder = new Folder(t);
      folder.armed(0, "000009", seconds === 1 ? 5 : 1);
      // A session of its own, as each shell of kmend has.
      const work = spawn("sh", ["-c", `sleep ${seconds}; echo done > work; exec true`], {
        cwd: folder.path,
        stdio: "ignore",
        detached: true,
      });
      const over = ended(work);
      folder.do("enter", String(work.pid));
      await ended(folder.start("wait"));
      t.equal(folder.has("work"), seconds === 1);
      t.strictSame(folder.takenBack(), ["000010", "000009"], "then it is taken back");
      await over;
    }
  });
}
