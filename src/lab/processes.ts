/** The hosts' processes as this machine's kernel knows them, whoever started them. */

import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** The systemd-nspawn processes whose hosts live below this folder. */
export async function nspawnsBelow(folder: string): Promise<readonly { pid: number; root: string }[]> {
  const found: { pid: number; root: string }[] = [];
  for (const pid of await pids()) {
    const args = await argumentsOf(pid);
    const root = args.find((arg) => arg.startsWith("--directory="))?.slice("--directory=".length);
    if (args[0]?.endsWith("systemd-nspawn") && root?.startsWith(`${folder}/`)) found.push({ pid, root });
  }
  return found;
}

/** The daemons of this lab. There is one at most, unless something went wrong. */
export async function daemonsOf(stateFolder: string, name: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of await pids()) {
    const [script, state, lab] = (await argumentsOf(pid)).slice(-3);
    if (/[/]lab[/]daemon[.][jt]s$/.test(script ?? "") && state === stateFolder && lab === name)
      found.push(pid);
  }
  return found;
}

/** The process in a host that is its init, seen from here; null while there is none. */
export async function initOf(nspawn: number): Promise<number | null> {
  for (const pid of await pids()) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (parent === nspawn) return pid;
  }
  return null;
}

/** The command line of a process; empty where it is gone. */
export async function argumentsOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return text.split("\0").slice(0, -1);
}

/** Whether it runs: a zombie, whose parent has not asked yet, does not. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await argumentsOf(pid)).length > 0;
}

/** Waits until none of them runs; false when some still do after that long. */
export async function haveEnded(processes: readonly number[], withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const running = await Promise.all(processes.map(isRunning));
    if (!running.includes(true)) return true;
    if (performance.now() > deadline) return false;
    await pause(pollMs);
  }
}

/** Sends a signal to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const pollMs = 20;

/** All that run, as numbers. */
export async function pids(): Promise<readonly number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}
