/** The cluster's processes as this machine's kernel knows them, whoever started them. */

import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { argumentsOf, haveEnded, pids, signal } from "../processes.ts";
import type { ClusterPlace } from "./cluster-place.ts";
import { type Component, type ComponentName, isOfCluster } from "./components.ts";

export interface ClusterProcess {
  readonly name: ComponentName;
  readonly pid: number;
}

/** The control plane's processes that run. */
export async function clusterProcesses(place: ClusterPlace): Promise<readonly ClusterProcess[]> {
  const found: ClusterProcess[] = [];
  for (const pid of await pids()) {
    const [program = "", ...args] = await argumentsOf(pid);
    const name = basename(program) as ComponentName;
    if (componentNames.has(name) && isOfCluster(place, args)) found.push({ name, pid });
  }
  return found;
}

const componentNames: ReadonlySet<string> = new Set<ComponentName>([
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
]);

/** Starts those of the components that do not run, and wakes up those that are frozen; they outlive who starts them. */
export async function startMissing(
  place: ClusterPlace,
  programs: string,
  components: readonly Component[],
): Promise<readonly ComponentName[]> {
  const processes = await clusterProcesses(place);
  for (const { pid } of processes) signal(pid, "SIGCONT");
  const running = new Set(processes.map(({ name }) => name));
  const missing = components.filter(({ name }) => !running.has(name));
  for (const { name, args } of missing) await start(place, join(programs, name), args);
  return missing.map(({ name }) => name);
}

async function start(place: ClusterPlace, program: string, args: readonly string[]): Promise<void> {
  const log = await open(logOf(place, basename(program)), "a", 0o600);
  try {
    const started = spawn(program, args, { stdio: ["ignore", log.fd, log.fd], cwd: "/", detached: true });
    await new Promise((resolve, reject) => started.once("spawn", resolve).once("error", reject));
    started.unref();
  } finally {
    await log.close();
  }
}

export function logOf(place: ClusterPlace, name: string): string {
  return join(place.logs, `${name}.log`);
}

/** Ends all of them, those too that were frozen, and returns when none runs; gives how many did. */
export async function endCluster(place: ClusterPlace): Promise<number> {
  const running = await clusterProcesses(place);
  // The store goes last: what still writes would else wait for it.
  const [stores, others] = [
    running.filter(({ name }) => name === "etcd"),
    running.filter(({ name }) => name !== "etcd"),
  ];
  for (const some of [others, stores]) await end(some.map(({ pid }) => pid));
  return running.length;
}

async function end(processes: readonly number[]): Promise<void> {
  for (const how of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of processes) {
      signal(pid, how);
      signal(pid, "SIGCONT");
    }
    if (await haveEnded(processes, endedWithinMs)) return;
  }
  throw new Error(`Cannot end the cluster: processes ${processes.join(", ")} do not end`);
}

/** Idle, each ends within a second; the API server waits longer for requests that are under way, and has nothing to lose. */
const endedWithinMs = 4000;
