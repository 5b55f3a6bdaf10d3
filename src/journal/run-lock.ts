/**
 * Who is writing a run: one process, named by a file in the run's folder.
 *
 * The files are numbered. Whoever finds the newest one's writer gone makes the next; only one can. So no lock is ever taken away
 * from somebody, and two that come at once do not both get it.
 */

import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { KmendError } from "../problem/problem.ts";

export interface Writer {
  readonly pid: number;
  readonly host: string;
  /** Of this boot of the machine; empty where the system does not say. */
  readonly boot: string;
  /** When the process began, in the kernel's ticks; empty where the system does not say. */
  readonly began: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

const named = /^lock-(\d+)$/;

/** @returns how to give it back @throws KmendError `run-is-live` while another process has it */
export async function lockRun(folder: string, run: string): Promise<() => Promise<void>> {
  const own = await thisProcess();
  for (;;) {
    const newest = Math.max(0, ...(await lockNumbers(folder)));
    const writer = newest === 0 ? null : await writerOf(folder, newest);
    if (writer && (await isAlive(writer))) throw isLive(run, writer);
    const path = join(folder, `lock-${newest + 1}`);
    if (await made(path, JSON.stringify(own))) return () => rm(path, { force: true });
  }
}

/** Who writes the run now, or null. */
export async function liveWriter(folder: string): Promise<Writer | null> {
  const newest = Math.max(0, ...(await lockNumbers(folder)));
  const writer = newest === 0 ? null : await writerOf(folder, newest);
  return writer && (await isAlive(writer)) ? writer : null;
}

export function isLive(run: string, { pid, host, since }: Writer): KmendError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  return new KmendError(
    {
      code: "run-is-live",
      message: `Cannot touch the run ${run}: ${where} has been writing it since ${since}`,
      hint:
        host === hostname()
          ? "Wait until it ends, or end it: Ctrl-C there, or kill it."
          : `If that machine is gone for good, remove the newest lock-N file in the run's folder.`,
    },
    1,
  );
}

async function lockNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => named.exec(name)?.[1] ?? []).map(Number);
}

async function writerOf(folder: string, number: number): Promise<Writer | null> {
  const text = await readFile(join(folder, `lock-${number}`), "utf8").catch(() => "");
  try {
    return JSON.parse(text) as Writer;
  } catch {
    return null;
  }
}

/** Written first and named then: whoever sees the lock sees whose it is. @returns false where the name is taken */
async function made(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function thisProcess(): Promise<Writer> {
  return {
    pid: process.pid,
    host: hostname(),
    boot: await bootId(),
    began: await beginOf(process.pid),
    since: new Date().toISOString(),
  };
}

/** On another machine nobody can tell: then it counts as alive. */
async function isAlive({ pid, host, boot, began }: Writer): Promise<boolean> {
  if (host !== hostname()) return true;
  if (boot !== (await bootId())) return false;
  if (began !== "") return began === (await beginOf(pid));
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "")).trim();
}

/** A process id is given out again; with its beginning it is one process. The name before it may hold anything. */
async function beginOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" ? "" : (rest[18] ?? "");
}
