/** Runs the real command line, as people do, and sees what it leaves behind. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { parseJournal } from "../../src/journal/parse-journal.ts";
import { plainEnvironment } from "../environment.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

/** What a command line came to. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface HowToRun {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Takes root's right to read and write everything away from it. */
  readonly isLowly?: boolean;
}

// Every process that a test starts inherits it, whoever its parent has become.
const mark = `KMEND_TEST_MARK=${randomBytes(8).toString("hex")}`;

// What Node made of the sources the first time, the next starts take over: half of what a start costs.
const compiled = mkdtempSync(join(tmpdir(), "kmend-compiled-"));
process.once("exit", () => rmSync(compiled, { recursive: true, force: true }));

/** Starts `kmend ARGV` without a terminal; its state folder is `state` below the folder it starts in. */
export function startKmend(argv: readonly string[], { cwd, env = {}, isLowly = false }: HowToRun): Started {
  const lowly = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  const [command = "", ...args] = [
    ...(isLowly && process.getuid?.() === 0 ? lowly : []),
    ...[process.execPath, main, ...argv],
  ];
  const child = spawn(command, args, {
    cwd,
    env: {
      ...cleanEnvironment(),
      KMEND_STATE: join(cwd, "state"),
      KMEND_TEST_MARK: mark.split("=")[1],
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { process: child, ended: ending(child) };
}

export function kmend(argv: readonly string[], how: HowToRun): Promise<Ended> {
  return startKmend(argv, how).ended;
}

/** Runs a line of shell in which `$KMEND` is the command. */
export function shellWithKmend(line: string, { cwd, env = {} }: HowToRun): Promise<Ended> {
  const child = spawn("bash", ["-c", line], {
    cwd,
    env: { ...surroundings(cwd), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return ending(child);
}

/** Something to wait for on the screen, and what is typed then; null: the terminal goes away. */
export type Typed = readonly [question: RegExp, keys: string | null];

/** Runs a line of shell in which `$KMEND` is the command at a terminal of its own, and answers what it asks, each once it stands there. */
export function atTerminal(
  line: string,
  answers: readonly Typed[],
  { cwd, env = {} }: HowToRun,
): Promise<Ended> {
  const child = spawn("script", ["-qec", line, "/dev/null"], {
    cwd,
    env: { ...surroundings(cwd), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const left = [...answers];
  let unread = "";
  child.stdin.on("error", () => {});
  child.stdout.on("data", (chunk: Buffer) => {
    unread += chunk.toString();
    const [next] = left;
    if (!next?.[0].test(unread)) return;
    unread = "";
    left.shift();
    if (next[1] === null) child.stdin.end();
    else child.stdin.write(next[1]);
  });
  return ending(child);
}

function surroundings(cwd: string): NodeJS.ProcessEnv {
  return {
    ...cleanEnvironment(),
    KMEND: `${process.execPath} ${main}`,
    KMEND_STATE: join(cwd, "state"),
    KMEND_TEST_MARK: mark.split("=")[1],
  };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return { ...plainEnvironment(), NODE_COMPILE_CACHE: compiled };
}

async function ending(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** What no user should ever see: a stack, or the admission of a fault. */
export const notForUsers = /^\s+at .+:\d+:\d+\)?$|This is a fault in kmend|\[object Object\]|Node\.js v\d/m;

/** The command lines of processes that were started here and still run. */
export function leftProcesses(): readonly string[] {
  const own = String(process.pid);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== own)
    .filter((pid) => readProc(pid, "environ").split("\0").includes(mark))
    .map((pid) => readProc(pid, "cmdline").replaceAll("\0", " "))
    .filter((line) => line !== "");
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return ""; // it has ended, or is not ours
  }
}

/** The events of the newest run in a state folder: none of one that has made its folder, and not yet its journal. */
export function lastRun(state: string): readonly Event[] {
  const runs = join(state, "runs");
  const run = readdirSync(runs).sort().at(-1) ?? "";
  const journal = join(runs, run, "journal.jsonl");
  return existsSync(journal) ? parseJournal(readFileSync(journal, "utf8"), run).events : [];
}

/** What became of each recorded change, by host and task, as the newest journal alone tells. */
export function fates(state: string): Readonly<Record<string, string>> {
  const events = lastRun(state);
  const ends = new Map(
    events.flatMap((event) =>
      event.type === "change:applied" || event.type === "change:failed"
        ? [[event.change, event.type.slice("change:".length)]]
        : [],
    ),
  );
  const recorded = events.filter((event) => event.type === "change:recorded");
  return Object.fromEntries(
    recorded.map(({ host, task, change }) => [`${host} ${task.name}`, ends.get(change) ?? "unknown"]),
  );
}

/** Takes away what the runs of a state folder saved on this machine as their host. */
export function forgetSaved(state: string): void {
  if (!existsSync(join(state, "runs"))) return;
  for (const run of readdirSync(join(state, "runs")))
    rmSync(join("/var/lib/kmend", run), { recursive: true, force: true });
}

/** A small disk for one test. */
export function smallDisk(t: Test, kilobytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "kmend-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "kmend-test", folder]);
  t.teardown(() => {
    forgetSaved(folder);
    execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Writes until the disk says no. */
export function fill(disk: string): void {
  const file = openSync(join(disk, "fill"), "w");
  try {
    for (;;) writeSync(file, Buffer.alloc(1024));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(file);
  }
}
