/** The machine's processes as the kernel's model needs them, read from /proc when asked for. */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Task } from "./cgroup.ts";
import type { TaskSource } from "./model.ts";

/** Whom a file is read or written by: the pid is the machine's, whatever namespace the caller lives in. */
export interface Caller {
  readonly pid: number;
}

export const processTable = { isLive, descendants, residentBytes } satisfies TaskSource;

/** The process of this machine-wide pid, or null when there is none (a zombie has left its cgroup). */
export function taskOf(pid: number): Task | null {
  const stat = read(`/proc/${pid}/stat`);
  // The name may hold blanks and brackets; what follows the last bracket is plain: state, ppid, ... starttime.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const isGone = fields[0] === "" || fields[0] === "Z" || fields[0] === "X";
  return isGone ? null : { pid, startTime: Number(fields[19]) };
}

/** The process that the caller means by this number; 0 is the caller itself. */
export function taskNamed(number: number, caller: Caller): Task | null {
  if (number === 0) return taskOf(threadGroup(caller.pid));
  const view = viewOf(caller);
  if (view.depth === 1) return taskOf(number);
  const found = allPids().find((pid) => view.numberOf(pid) === number);
  return found === undefined ? null : taskOf(found);
}

/** How one process sees the others. */
export interface View {
  /** 1 in the machine's own pid namespace, one more in each namespace inside another. */
  readonly depth: number;
  /** The number of a process as the viewer sees it; null where it lives outside the viewer's namespace. */
  readonly numberOf: (pid: number) => number | null;
}

export function viewOf(caller: Caller): View {
  const depth = Math.max(1, namespacePids(caller.pid).length);
  const own = namespace(caller.pid);
  function numberOf(pid: number): number | null {
    const numbers = namespacePids(pid);
    const number = numbers[depth - 1];
    // A deeper one is taken for the viewer's own: hosts have no namespaces below theirs.
    const isVisible = depth === 1 || numbers.length > depth || namespace(pid) === own;
    return number !== undefined && isVisible ? number : null;
  }
  return { depth, numberOf };
}

export function allPids(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function isLive(task: Task): boolean {
  return taskOf(task.pid)?.startTime === task.startTime;
}

function descendants(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").map(Number).filter(Boolean);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function residentBytes(pid: number): bigint {
  return BigInt(read(`/proc/${pid}/statm`).split(" ")[1] ?? 0) * 4096n;
}

function namespacePids(pid: number): number[] {
  return numbersAfter(pid, "NSpid");
}

function threadGroup(thread: number): number {
  return numbersAfter(thread, "Tgid")[0] ?? thread;
}

function numbersAfter(pid: number, field: string): number[] {
  const line = new RegExp(`^${field}:(.*)$`, "m").exec(read(`/proc/${pid}/status`))?.[1] ?? "";
  return line.trim().split(/\s+/).filter(Boolean).map(Number);
}

function namespace(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return ""; // it has just ended
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has just ended
  }
}
