/** What a run does when it is asked to stop, when nobody reads it any more, and when the controller's disk is full. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import {
  fates,
  fill,
  forgetSaved,
  kmend,
  lastRun,
  leftProcesses,
  notForUsers,
  shellWithKmend,
  smallDisk,
  startKmend,
} from "./kmend.ts";

t.setTimeout(200_000);

const onLocal = ["-c", "local", "-i", "a,", "play.yml"];

/** A change, a command that says when it has begun and goes on while `go` is not there, a change. */
const playbook = `- hosts: all
  gather_facts: false
  tasks:
    - name: first
      copy: {content: one, dest: FOLDER/one}
    - name: slow
      shell: touch begun; until [ -e go ]; do sleep 0.05; done; touch done
      args: {chdir: FOLDER}
    - name: last
      copy: {content: two, dest: FOLDER/two}
`;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  t.test(`${signal} once: what is under way ends, nothing new begins`, async (t) => {
    const folder = workplace(t);
    const run = startKmend(["run", ...onLocal], { cwd: folder });
    await existing(join(folder, "begun"));
    run.process.kill(signal);
    await until(() => typesOf(folder).includes("run:interrupted"));
    write(folder, "go");
    const { code, stderr, stdout } = await run.ended;
    t.equal(code, 99, stdout + stderr);
    t.match(stderr, `${signal}: ending after the tasks under way. Once more ends now.`);
    t.notMatch(stdout + stderr, notForUsers);
    t.strictSame([exists(folder, "done"), exists(folder, "two")], [true, false]);
    t.strictSame(fates(join(folder, "state")), { "a first": "applied", "a slow": "applied" });
    t.match(lastRun(join(folder, "state")).at(-1), { type: "run:ended", exitCode: 99 });
  });

  t.test(`${signal} twice: ends now, and the open change is known as unknown`, async (t) => {
    const folder = workplace(t);
    const run = startKmend(["run", ...onLocal], { cwd: folder });
    await existing(join(folder, "begun"));
    run.process.kill(signal);
    await until(() => typesOf(folder).includes("run:interrupted"));
    run.process.kill(signal);
    const { code, stderr, stdout } = await run.ended;
    t.equal(code, 99, stdout + stderr);
    t.match(stderr, `${signal}: ending now, in the middle of what runs.`);
    t.notMatch(stdout + stderr, notForUsers);
    t.strictSame([exists(folder, "done"), exists(folder, "two")], [false, false]);
    t.strictSame(fates(join(folder, "state")), { "a first": "applied", "a slow": "unknown" });
    t.match(lastRun(join(folder, "state")).at(-1), { type: "run:ended", exitCode: 99 });
    t.strictSame(leftProcesses(), [], "what it had started was ended too");
    const shown = await kmend(["show", "last", "--changes"], { cwd: folder });
    t.match(shown.stdout, /first {2}applied; way back: revert\n.* slow {2}unknown: .*; way back: none/);
  });
}

t.test("killed outright: the journal stands, and what was recorded can be taken back", async (t) => {
  const folder = workplace(t);
  const run = startKmend(["run", ...onLocal], { cwd: folder });
  await existing(join(folder, "begun"));
  run.process.kill("SIGKILL");
  await run.ended;
  write(folder, "go");
  await existing(join(folder, "done"));
  t.strictSame(fates(join(folder, "state")), { "a first": "applied", "a slow": "unknown" });
  const { code, stdout } = await kmend(["rollback", "last", "-c", "local"], { cwd: folder });
  t.equal(code, 2, "a command has no way back, and that is said");
  t.match(stdout, /slow[\s\S]*what a command changed is not known/);
  t.notOk(exists(folder, "one"), "the file before it was taken back all the same");
  write(folder, "one");
  const again = await kmend(["rollback", "last", "-c", "local"], { cwd: folder });
  t.match(again.stdout, /slow/);
  t.ok(exists(folder, "one"), "what was taken back before is left alone");
});

/** Whoever reads the output goes away, or never was there: the run goes on to its end. */
const outputs = {
  "a pipe that is closed after a line": ["$KMEND run ARGS | head -n 1 >/dev/null; exit $PIPESTATUS", 0, /^$/],
  "a pipe that nobody reads": ["$KMEND run ARGS | true; exit $PIPESTATUS", 0, /^$/],
  "a pipe that nobody reads, in JSON": ["$KMEND run --output json ARGS | true; exit $PIPESTATUS", 0, /^$/],
  "no output at all": ["$KMEND run ARGS >&-", 0, /^$/],
  "a full disk": [
    "$KMEND run ARGS >/dev/full",
    1,
    /^Cannot write the output: ENOSPC[^\n]+\n.+\n {6}kmend show last\n$/,
  ],
} as const;

for (const [name, [line, code, stderr]] of Object.entries(outputs))
  t.test(`output into ${name} does not end the run`, async (t) => {
    const folder = workplace(t);
    write(folder, "go");
    const ended = await shellWithKmend(line.replace("ARGS", onLocal.join(" ")), { cwd: folder });
    t.equal(ended.code, code, ended.stderr);
    t.match(ended.stderr, stderr);
    t.ok(exists(folder, "two"));
    t.strictSame(fates(join(folder, "state")), {
      "a first": "applied",
      "a slow": "applied",
      "a last": "applied",
    });
    t.match(lastRun(join(folder, "state")).at(-1), { type: "run:ended", exitCode: 0 });
  });

const isRoot = process.getuid?.() === 0;
t.test("a full disk on the controller", { skip: isRoot ? false : "only root can mount one" }, async (t) => {
  const full =
    /^Cannot write the journal \S+: the disk is full\n {2}No host is changed without a journal\. Make room/m;

  t.test("nothing is changed that the journal could not take", async (t) => {
    const folder = workplace(t, playbook.replace("content: two", `content: "{{ 'line' * 50000 }}"`));
    write(folder, "go");
    const state = smallDisk(t, 100);
    const { code, stderr, stdout } = await kmend(["run", ...onLocal, "--state", state], { cwd: folder });
    t.equal(code, 1, stdout);
    t.match(stderr, full);
    t.notMatch(stdout + stderr, notForUsers);
    t.notOk(exists(folder, "two"), "the change whose original could not be kept was not made");
    t.ok(lastRun(state).length > 5, "what stands in the journal can be read");
    const shown = await kmend(["show", "last", "--changes", "--state", state], { cwd: folder });
    t.match(shown.stdout, /first {2}applied/);
  });

  t.test("a disk that fills up while a task runs ends the run before the next change", async (t) => {
    const folder = workplace(t, playbook.replace("touch done", "touch done; seq 3000"));
    const state = smallDisk(t, 200);
    const run = startKmend(["run", ...onLocal, "--state", state], { cwd: folder });
    await existing(join(folder, "begun"));
    fill(state);
    write(folder, "go");
    const { code, stderr, stdout } = await run.ended;
    t.equal(code, 1, stdout);
    t.match(stderr, full);
    t.ok(exists(folder, "done"));
    t.notOk(exists(folder, "two"));
  });
});

t.test("a journal that may not grow so large: the run ends with words, not by a signal", async (t) => {
  const folder = workplace(t, playbook.replace("content: two", `content: "{{ 'line' * 50000 }}"`));
  write(folder, "go");
  const { code, signal, stderr, stdout } = await shellWithKmend(
    `ulimit -f 100; exec $KMEND run ${onLocal.join(" ")}`,
    { cwd: folder },
  );
  t.equal(signal, null);
  t.equal(code, 1, stdout);
  t.match(
    stderr,
    /^Cannot write the journal \S+: a file may not grow so large \(ulimit -f\)\n {2}No host is changed without a journal/m,
  );
  t.notMatch(stdout + stderr, notForUsers);
  t.ok(exists(folder, "one"));
  t.notOk(exists(folder, "two"));
});

t.test("a disk that takes no writes", { skip: isRoot ? false : "only root can mount one" }, async (t) => {
  await t.test("from the beginning: the run does not begin", async (t) => {
    const folder = workplace(t);
    const state = smallDisk(t, 200);
    execFileSync("mount", ["-o", "remount,ro", state]);
    const { code, stderr, stdout } = await kmend(["run", ...onLocal, "--state", state], { cwd: folder });
    t.equal(code, 1, stdout);
    t.match(stderr, /^Cannot make the run's folder \S+:\s.*read-only/im);
    t.notMatch(stdout + stderr, notForUsers);
    t.notOk(exists(folder, "one"));
  });
});

/** What the kernel says to a call on the journal's file, while a task is under way. */
const failing: readonly (readonly [calls: string, error: string, said: RegExp])[] = [
  ["write,pwrite64", "EIO", /the disk failed \(input\/output error\)/],
  ["fsync,fdatasync", "EIO", /the disk failed \(input\/output error\)/],
  ["write,pwrite64", "EROFS", /the file system is read-only/],
];
for (const [calls, error, said] of failing)
  t.test(`a journal of which ${calls} fail with ${error} from then on`, { skip: noTracer() }, async (t) => {
    const folder = workplace(t);
    const state = join(folder, "state");
    const run = startKmend(["run", ...onLocal], { cwd: folder });
    await existing(join(folder, "begun"));
    const tracer = await injecting(run.process.pid ?? 0, { journal: journalIn(state), calls, error });
    write(folder, "go");
    const { code, stderr, stdout } = await run.ended;
    tracer.kill("SIGKILL");
    t.equal(code, 1, stdout);
    t.match(stderr, /^Cannot write the journal /m);
    t.match(stderr, said);
    t.notMatch(stdout + stderr, notForUsers);
    t.ok(exists(folder, "done"), "the task under way ended");
    t.notOk(exists(folder, "two"), "the next change was not made");

    const verified = await kmend(["show", "last", "--verify"], { cwd: folder });
    t.match(verified.stdout + verified.stderr, /as they were written|was torn/);
    const resumed = await kmend(["resume", "last", "--in-flight", "retry"], { cwd: folder });
    t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
    t.ok(exists(folder, "two"), "it is gone on with once the disk is well");
  });

t.test("no process is left", async (t) => t.strictSame(leftProcesses(), []));

/** A folder with the playbook in it. */
function workplace(t: Test, text = playbook): string {
  const folder = mkdtempSync(join(tmpdir(), "kmend-signals-"));
  t.teardown(() => {
    forgetSaved(join(folder, "state"));
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, "play.yml"), text.replaceAll("FOLDER", folder));
  return folder;
}

function journalIn(state: string): string {
  const [journal = ""] = globSync(join(state, "runs/*/journal.jsonl"));
  return journal;
}

/** Attaches to a process, and lets the kernel refuse its calls on the journal. */
async function injecting(
  pid: number,
  { journal, calls, error }: { journal: string; calls: string; error: string },
): Promise<ChildProcess> {
  const argv = ["-f", "-p", String(pid), "-P", journal, "-e", `inject=${calls}:error=${error}`];
  const tracer = spawn("strace", argv, { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve) => {
    tracer.stderr.on("data", (said: Buffer) => {
      if (/attached/.test(said.toString())) resolve();
    });
    tracer.once("close", () => resolve());
  });
  return tracer;
}

function noTracer(): string | false {
  const { status } = spawnSync("strace", ["-o", "/dev/null", "true"]);
  return status === 0 ? false : "strace may not trace here";
}

function write(folder: string, name: string): void {
  writeFileSync(join(folder, name), "");
}

function exists(folder: string, name: string): boolean {
  return existsSync(join(folder, name));
}

function existing(path: string): Promise<void> {
  return until(() => existsSync(path));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

function typesOf(folder: string): string[] {
  const runs = join(folder, "state", "runs");
  if (!existsSync(runs) || readdirSync(runs).length === 0) return [];
  return lastRun(join(folder, "state")).map((event) => event.type);
}
