/** The lock on a host, as a host's shell sees it. */

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import t, { type Test } from "tap";
import {
  beat,
  type LockAnswer,
  lockStillHeld,
  readLockAnswer,
  releaseLock,
  takeLock,
  workUnderLock,
} from "../../src/engine/lock-script.ts";
import { shells } from "../modules/host.ts";

const owner = (token: string, run = token) => ({
  token,
  run,
  who: "ops@controller",
  since: "2026-01-02T03:04:05.000Z",
  command: "run",
});

for (const [shell, [program, ...args]] of Object.entries(shells)) {
  const sh = (script: { readonly text: string }): string =>
    execFileSync(program ?? "sh", [...args, "-c", script.text], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const take = (folder: string, token: string, own: string[] = [], run = token): LockAnswer =>
    readLockAnswer(sh(takeLock(folder, owner(token, run), own)).trimEnd());
  const holds = (folder: string, number: number, token: string): boolean => {
    try {
      sh(lockStillHeld(folder, number, token));
      return true;
    } catch {
      return false;
    }
  };
  const place = (t: Test): string => join(t.testdir({}), "it's a folder");

  t.test(`${shell}: one run has the host until it gives it back`, async (t) => {
    const folder = place(t);
    t.strictSame(take(folder, "a"), { kind: "held", number: 1, broken: null, found: [] });
    t.strictSame(
      take(folder, "a"),
      { kind: "held", number: 1, broken: null, found: [] },
      "it is ours already",
    );
    const busy = take(folder, "b");
    t.match(busy, { kind: "busy", holder: { run: "a", who: "ops@controller", command: "run", state: "" } });
    t.ok(holds(folder, 1, "a"));
    t.notOk(holds(folder, 1, "b"));
    sh(releaseLock(folder, 1, "a"));
    t.strictSame(readdirSync(folder), [], "nothing is left of it");
    t.equal(take(folder, "b").kind, "held");
  });

  t.test(`${shell}: whoever comes first is told once of what the host took back by itself`, async (t) => {
    const folder = place(t);
    for (const run of ["theirs", "ours"]) {
      mkdirSync(join(folder, run), { recursive: true });
      writeFileSync(join(folder, run, "fired"), "");
      writeFileSync(join(folder, run, "report"), "fired 1700000000 1\ntaking back: x\n");
    }
    t.match(take(folder, "a", ["ours"]), {
      kind: "held",
      found: [{ run: "theirs", at: 1700000000, code: 1 }],
    });
    sh(releaseLock(folder, 1, "a"));
    t.match(take(folder, "b", ["ours"]), { kind: "held", number: 1, found: [] });
  });

  t.test(`${shell}: a holder that is not heard of any more loses it, and learns that`, async (t) => {
    const folder = place(t);
    take(folder, "a");
    const now = Math.floor(Date.now() / 1000);
    writeFileSync(join(folder, "beat-a"), `${now - 40}\n`);
    t.equal(take(folder, "b").kind, "busy", "a slow one is not gone");
    writeFileSync(join(folder, "beat-a"), `${now + 3600}\n`);
    t.equal(take(folder, "b").kind, "busy", "nor is one where the clock went back");
    writeFileSync(join(folder, "beat-a"), `${now - 100}\n`);
    t.match(take(folder, "b"), { kind: "held", number: 2, broken: { run: "a", state: "silent" } });
    t.notOk(holds(folder, 1, "a"));
    t.throws(() => sh(beat(folder, { number: 1, token: "a" })), /the lock on this host was lost/);
    t.throws(() => sh(releaseLock(folder, 1, "a")), /the lock on this host was lost/);
    sh(releaseLock(folder, 2, "b"));
    sh(releaseLock(folder, 2, "b"));
    t.strictSame(readdirSync(folder), []);
    t.notOk(holds(folder, 1, "a"), "also when nobody has it any more");
    const careful = { text: `set -e\n${lockStillHeld(folder, 1, "a").text}` };
    t.throws(
      () => sh(careful),
      /the lock on this host was lost/,
      "where the first failure ends a script it is said, too",
    );
    take(folder, "c");
    t.notOk(holds(folder, 1, "a"), "or another under the same number");
  });

  t.test(`${shell}: a heartbeat keeps it`, async (t) => {
    const folder = place(t);
    take(folder, "a");
    writeFileSync(join(folder, "beat-a"), "1\n");
    sh(beat(folder, { number: 1, token: "a" }));
    t.equal(take(folder, "b").kind, "busy");
    sh(beat(folder, { number: 1, token: "a" }, 600));
    t.ok(
      Number(readFileSync(join(folder, "beat-a"), "utf8")) > Date.now() / 1000 + 500,
      "ahead, for a reboot",
    );
  });

  t.test(`${shell}: a run takes over at once what its dead earlier process left`, async (t) => {
    const folder = place(t);
    take(folder, "a1", [], "a");
    t.match(take(folder, "a2", ["a"], "a"), { kind: "held", number: 2, broken: { run: "a", state: "left" } });
    t.notOk(holds(folder, 1, "a1"));
    t.match(take(folder, "r", ["r", "a"]), { kind: "held", number: 3 }, "and so does its rollback");
  });
}

t.test(
  "a script that the earlier process began is waited for, and then nothing is changed beside it",
  async (t) => {
    const folder = join(t.testdir({}), "folder");
    const end = join(folder, "../end");
    const script = `${takeLock(folder, owner("a1", "a"), []).text.replaceAll(/exit 0/g, "break 2>/dev/null")}
while [ ! -e ${end} ]; do sleep 0.1; done`;
    const working = promisify(execFile)("sh", ["-c", script]);
    while (!existsSync(join(folder, "lock-1"))) await new Promise((resolve) => setTimeout(resolve, 20));
    const again = () =>
      execFileSync("sh", ["-c", takeLock(folder, owner("a2", "a"), ["a"]).text], { encoding: "utf8" });
    t.match(readLockAnswer(again().trimEnd()), { kind: "busy", holder: { run: "a", state: "working" } });
    writeFileSync(end, "");
    await working;
    t.equal(readLockAnswer(again().trimEnd()).kind, "held");
  },
);

t.test(
  "so is one that another shell than the lock's own began, and it is told apart from one that is gone",
  async (t) => {
    for (const [name, [program = "sh", ...args]] of Object.entries(shells)) {
      const folder = join(t.testdir({}), "folder");
      const end = join(folder, "../end");
      const take = (token: string, own: string[]): LockAnswer =>
        readLockAnswer(
          execFileSync(program, [...args, "-c", takeLock(folder, owner(token, "a"), own).text], {
            encoding: "utf8",
          }).trimEnd(),
        );
      take("a1", []);
      const work = (script: string): Promise<unknown> =>
        promisify(execFile)(program, [
          ...args,
          "-c",
          `(\nset -e\n${workUnderLock(folder, 1, "a1").text}\n)\n${script}`,
        ]);
      await work("");
      const gone = readdirSync(folder).filter((file) => file.startsWith("shell-"));
      t.equal(gone.length, 1, name);
      const working = work(`while [ ! -e ${end} ]; do sleep 0.1; done`);
      const noted = (): number => readdirSync(folder).filter((file) => file.startsWith("shell-")).length;
      while (noted() < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      const waiting = setTimeout(() => writeFileSync(end, ""), 400);
      const began = Date.now();
      const { stdout } = await promisify(execFile)(program, [
        ...args,
        "-c",
        takeLock(folder, owner("a2", "a"), ["a"]).text,
      ]);
      t.match(readLockAnswer(stdout.trimEnd()), { kind: "held", number: 2, broken: { state: "left" } }, name);
      t.ok(Date.now() - began > 350, `${name}: it has waited`);
      clearTimeout(waiting);
      await working;
      execFileSync(program, [...args, "-c", releaseLock(folder, 2, "a2").text]);
      t.strictSame(readdirSync(folder), [], `${name}: nothing is left of it`);
    }
  },
);

t.test(
  "a lock is not given back, nor worked under again, beside a script of its own that nobody hears of",
  async (t) => {
    const folder = join(t.testdir({}), "folder");
    const end = join(folder, "../end");
    const sh = (text: string): string =>
      execFileSync("sh", ["-c", text], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    const take = (): LockAnswer =>
      readLockAnswer(sh(takeLock(folder, owner("a1", "a"), ["a"]).text).trimEnd());
    t.match(take(), { kind: "held", number: 1 });
    const working = promisify(execFile)("sh", [
      "-c",
      `(\n${workUnderLock(folder, 1, "a1").text}\n)\nwhile [ ! -e ${end} ]; do sleep 0.1; done`,
    ]);
    const isNoted = (): boolean => readdirSync(folder).some((name) => name.startsWith("shell-"));
    while (!isNoted()) await new Promise((resolve) => setTimeout(resolve, 20));
    t.throws(() => sh(releaseLock(folder, 1, "a1", true).text), /still at work/);
    t.match(take(), { kind: "busy", holder: { run: "a", state: "working" } });
    t.ok(existsSync(join(folder, "beat-a1")), "its heart beats on");
    writeFileSync(end, "");
    await working;
    t.match(take(), { kind: "held", number: 1, broken: null });
    sh(releaseLock(folder, 1, "a1", true).text);
    t.strictSame(readdirSync(folder), []);
  },
);

t.test("of many who come at once, one has it", async (t) => {
  const run = promisify(execFile);
  for (let round = 0; round < 20; round += 1) {
    const folder = join(t.testdir({}), String(round));
    const answers = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        const { stdout } = await run("sh", ["-c", takeLock(folder, owner(`t${index}`), []).text]);
        return readLockAnswer(stdout.trimEnd()).kind;
      }),
    );
    t.strictSame(answers.sort(), ["busy", "busy", "busy", "held"], `round ${round + 1}`);
  }
});

t.test("what a host says of a holder is no command that somebody would copy", async (t) => {
  const answer = readLockAnswer("busy\nrun; touch /tmp/x\n$(id)\n`id`\n\u001b[2J\nmany\nfree");
  t.strictSame(answer, {
    kind: "busy",
    holder: {
      run: "run??touch??tmp?x",
      who: "??id?",
      since: "?id?",
      command: "??2J",
      beatAgoS: 0,
      state: "free",
    },
  });
});
