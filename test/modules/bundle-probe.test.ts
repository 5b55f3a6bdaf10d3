/**
 * The probe of a runtime without docker, on this machine: nothing is left of it, whatever the runtime does and whoever is killed.
 * Where runc is installed (Debian's package, or KMEND_TEST_RUNC=FILE), the real one is asked too.
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { type Asked, answersIn, leftIn } from "../../src/modules/probe/answers.ts";
import { bundleProbe } from "../../src/modules/probe/bundle-probe.ts";
import { shells } from "./host.ts";

t.setTimeout(0);

const asked: Asked = { versions: {}, release: "3.10.0-1160.el7.x86_64", isToldToIgnore: false };
const folder = mkdtempSync(join(tmpdir(), "kmend-bundle-"));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

function runtime(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

function ask(path: string, [program = "sh", ...args]: readonly string[] = ["dash"], startS = 10) {
  const done = spawnSync(program, args, { input: bundleProbe([path], startS).text, timeout: 60_000 });
  const stdout = done.stdout.toString();
  return { code: done.status, answers: answersIn(stdout, asked), left: leftIn(stdout) };
}

/** Folders, cgroups and processes of a probe. */
function leftovers(): readonly string[] {
  const folders = readdirSync("/run").filter((name) => name.startsWith("kmend-probe-"));
  const lines = (program: string, ...args: readonly string[]) =>
    spawnSync(program, args).stdout.toString().split("\n");
  const groups = lines("find", "/sys/fs/cgroup", "-type", "d", "-name", "kmend-probe-*");
  const processes = lines("ps", "-eo", "args").filter(
    (line) => line.includes(folder) && line.includes("kmend-probe-"),
  );
  return [...folders, ...groups, ...processes].filter((line) => line !== "");
}

async function until(isSo: () => boolean, seconds: number): Promise<boolean> {
  for (let tenths = 0; tenths < seconds * 10; tenths++) {
    if (isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return isSo();
}

const isRoot = process.getuid?.() === 0;

t.test(
  "a runtime that refuses is quoted, and nothing is left",
  { skip: !isRoot && "needs root" },
  async (t) => {
    const refuses = runtime(
      "refuses",
      "echo 'kernel memory accounting disabled in this runc build' >&2; exit 1",
    );
    for (const [name, shell] of Object.entries(shells)) {
      t.match(
        ask(refuses, shell),
        { code: 0, left: [], answers: [{ answer: "refused", switches_on: false }] },
        name,
      );
      t.strictSame(leftovers(), [], name);
    }
  },
);

t.test(
  "a runtime that leaves its state behind is cleaned up after",
  { skip: !isRoot && "needs root" },
  async (t) => {
    const messy = runtime(
      "messy",
      `[ "$3" = run ] || exit 1
mkdir -p "$2/$6"; echo {} >"$2/$6/state.json"; echo 'no such device' >&2; exit 1`,
    );
    t.match(ask(messy), {
      left: [],
      answers: [{ answer: "unknown", switches_on: null, says: /did not start: no such device/ }],
    });
    t.strictSame(leftovers(), []);
  },
);

t.test("a runtime that does not come to an end is ended", { skip: !isRoot && "needs root" }, async (t) => {
  const hangs = runtime("hangs", '[ "$3" != run ] || exec sleep 300');
  t.match(ask(hangs, ["dash"], 1), {
    left: [],
    answers: [{ answer: "unknown", says: /nothing ran within 1 s/ }],
  });
  t.strictSame(leftovers(), []);
});

const running = `case $3 in
  run) exec sleep 300 ;;
  state) echo '"status": "running"' ;;
  kill) kill -9 "$(cat "$2/../pid")" ;;
esac`;

t.test(
  "whose session is killed in the middle leaves nothing either",
  { skip: !isRoot && "needs root" },
  async (t) => {
    const slow = runtime("slow", running.replace("state) echo", "state) sleep 30; echo"));
    const shell = spawn("dash", [], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    shell.stdin?.end(bundleProbe([slow]).text);
    const isThere = () =>
      readdirSync("/run").some((name) => /^kmend-probe-/.test(name) && existsSync(`/run/${name}/pid`));
    t.ok(await until(isThere, 10), "the runtime is under way");
    process.kill(-(shell.pid ?? 0), "SIGKILL");
    t.ok(await until(() => leftovers().length === 0, 15), `left: ${leftovers().join(", ")}`);
  },
);

const runc = [process.env["KMEND_TEST_RUNC"] ?? "", "/usr/sbin/runc", "/usr/bin/runc"].find((path) =>
  existsSync(path),
);
const whyNoRunc = !isRoot ? "needs root" : runc === undefined ? "needs runc: apt-get install runc" : false;

t.test("the real runc starts in the bundle, and its word is heard", { skip: whyNoRunc }, async (t) => {
  const said = spawnSync(runc ?? "", ["--version"]).stdout.toString();
  const real = runtime("real", `exec '${runc}' "$@"`);
  t.match(said, /runc version 1\.[1-9]/, "one of rc94 or later, as Debian has since 12");
  for (const [name, shell] of Object.entries(shells)) {
    t.match(
      ask(real, shell),
      {
        code: 0,
        left: [],
        answers: [{ answer: /ignored|no-limit/, says: /rc94 or later|as under cgroup v2/ }],
      },
      name,
    );
    t.strictSame(leftovers(), [], name);
  }
});

t.test("the real runc's container is gone when the session is killed", { skip: whyNoRunc }, async (t) => {
  const wrapped = runtime("wrapped", `[ "$3" != state ] || sleep 30\nexec '${runc}' "$@"`);
  const shell = spawn("dash", [], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.stdin?.end(bundleProbe([wrapped]).text);
  const groups = () => leftovers().filter((each) => each.startsWith("/sys/fs/cgroup"));
  t.ok(await until(() => groups().length > 0, 10), "the container has its cgroups");
  process.kill(-(shell.pid ?? 0), "SIGKILL");
  t.ok(await until(() => leftovers().length === 0, 15), `left: ${leftovers().join(", ")}`);
});
