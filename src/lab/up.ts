/** Raises a lab, or what is missing of it. */

import { spawn } from "node:child_process";
import { copyFile, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { program } from "../package/package.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { baseImage } from "./base-image.ts";
import { type Answers, ask } from "./control.ts";
import { type LabDescription, readDescription, writeDescription } from "./description.ts";
import { down } from "./down.ts";
import { type Group, type LabNode, planFleet, shareOut, type Wish, type Wishes } from "./fleet.ts";
import { inventoryText } from "./inventory-file.ts";
import { makeKeys } from "./keys.ts";
import { withLock } from "./lock.ts";
import { raiseLimits } from "./machine-limits.ts";
import { installNeeds } from "./needs.ts";
import { claimNetwork } from "./network.ts";
import { type LabPlace, labPlace } from "./place.ts";

export interface LabOptions {
  /** The folder that holds kmend's state; the lab is below it. */
  readonly state: string;
  readonly name: string;
}

export interface UpOptions extends LabOptions, Wishes {
  /** How many hosts, shared out over the groups; or how many of each. */
  readonly nodes?: number | Readonly<Record<Group, number>>;
  /** Where a copy of the inventory goes. */
  readonly inventoryCopy?: string;
  readonly tell?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface UpResult {
  readonly inventory: string;
  readonly nodes: readonly LabNode[];
  /** The hosts that were not up before. */
  readonly booted: readonly string[];
  readonly bootMs: number;
}

export const defaultNodes = 6;

/** Raises the lab; where it is up already, boots only what does not run. Interrupted, it leaves no new lab behind. */
export async function up(options: UpOptions): Promise<UpResult> {
  const place = labPlace(resolve(options.state), options.name);
  const { tell = () => {}, signal } = options;
  try {
    await installNeeds(tell);
    await raiseLimits(tell);
    const base = await baseImage(place.cache, { tell, signal });
    signal?.throwIfAborted();
    await mkdir(place.folder, { recursive: true, mode: 0o700 });
    return await withLock(join(place.folder, "lock"), () => raiseLab(place, base, options), signal);
  } catch (error) {
    throw signal?.aborted ? interrupted(place, error) : error;
  }
}

async function raiseLab(place: LabPlace, base: string, options: UpOptions): Promise<UpResult> {
  const before = await readDescription(place);
  try {
    const lab = before ?? (await describe(place, base, options));
    if (before) refuseOtherWish(before, options);
    await makeKeys(place, lab.nodes);
    await writeFile(place.inventory, inventoryText(place, lab.nodes), { mode: 0o600 });
    if (options.inventoryCopy) await copyFile(place.inventory, options.inventoryCopy);
    const { booted, ms } = await unlessAborted(bootHosts(place, options), options.signal);
    return { inventory: place.inventory, nodes: lab.nodes, booted, bootMs: ms };
  } catch (error) {
    // Hosts that did not boot are left to be looked at, and to be tried again.
    const isLookedAt = error instanceof KmendError && error.code === bootFailed;
    if (!before && !isLookedAt) await down(options);
    throw error;
  }
}

function interrupted(place: LabPlace, cause: unknown): KmendError {
  const message = `Interrupted: the lab "${place.name}" was not raised, or not all of it`;
  return new KmendError({ code: "interrupted", message }, exitCodes.interrupted, cause);
}

async function describe(
  place: LabPlace,
  base: string,
  { nodes = defaultNodes, ...wishes }: Pick<UpOptions, "nodes" | keyof Wishes>,
): Promise<LabDescription> {
  const counts = typeof nodes === "number" ? shareOut(nodes) : nodes;
  const network = await claimNetwork(place);
  const lab = {
    version: 1,
    name: place.name,
    network,
    base,
    nodes: planFleet(counts, network, wishes),
  } as const;
  await writeDescription(place, lab);
  return lab;
}

/** A lab that is there stays as it is: hosts are neither added nor given another kernel or engine under way. */
function refuseOtherWish(
  lab: LabDescription,
  { nodes, kernel, engine, driver }: Pick<UpOptions, "nodes" | keyof Wishes>,
): void {
  if ([nodes, kernel, engine, driver].every((each) => each === undefined)) return;
  const counts = nodes === undefined ? lab.nodes.length : nodes;
  const wished = planFleet(typeof counts === "number" ? shareOut(counts) : counts, lab.network, {
    kernel: kernel ?? asTheyAre("kernel", lab.nodes),
    engine: engine ?? asTheyAre("engine", lab.nodes),
    driver: driver ?? asTheyAre("driver", lab.nodes),
  });
  if (JSON.stringify(wished) === JSON.stringify(lab.nodes)) return;
  throw new KmendError({
    code: "lab-differs",
    message: `Cannot change the lab "${lab.name}": it is there with ${lab.nodes.length} hosts, and other hosts, kernels, engines or drivers were asked for`,
    hint: `Raise another under a new --name, or take this one down first:\n    kmend lab down --name ${lab.name}`,
  });
}

/** A host that was not there before gets what the first one has: the lab then differs by its hosts. */
function asTheyAre<K extends keyof Wishes>(what: K, nodes: readonly LabNode[]): Wish<LabNode[K]> {
  const [first] = nodes;
  if (!first) throw new Error("a lab has hosts");
  return { all: first[what], byNode: Object.fromEntries(nodes.map((node) => [node.name, node[what]])) };
}

async function bootHosts(place: LabPlace, { state, tell = () => {} }: UpOptions): Promise<Answers["boot"]> {
  if ((await ask(place.socket, "status", {})) === null) await startDaemon(place, resolve(state), tell);
  const answer = await ask(place.socket, "boot", {});
  if (answer === null) throw daemonEnded(place, "");
  if (answer.failed.length > 0) throw notBooted(place, answer.failed);
  return answer;
}

/** Starts the daemon and waits until it takes requests. */
async function startDaemon(place: LabPlace, state: string, tell: (line: string) => void): Promise<void> {
  await mkdir(dirname(place.socket), { recursive: true, mode: 0o700 });
  tell("Building the stand-ins' packages where they are not in the cache, and booting the hosts");
  const log = await open(place.daemonLog, "a", 0o600);
  const daemon = spawn(process.execPath, [program("lab/daemon"), state, place.name], {
    stdio: ["ignore", log.fd, log.fd],
    cwd: "/",
    detached: true,
  });
  let hasEnded = false;
  daemon.once("exit", () => {
    hasEnded = true;
  });
  daemon.unref();
  await log.close();
  while ((await ask(place.socket, "status", {})) === null) {
    if (hasEnded) throw daemonEnded(place, await readFile(place.daemonLog, "utf8"));
    await pause(pollMs);
  }
}

const pollMs = 30;

const bootFailed = "lab-boot-failed";

function notBooted(place: LabPlace, failed: readonly string[]): KmendError {
  const last = failed.length - 1;
  const hint = `The other hosts are up. To try these again, or to give up:\n    kmend lab up --name ${place.name}\n    kmend lab down --name ${place.name}`;
  return new KmendError(
    failed.map((message, index) => ({ code: bootFailed, message, ...(index === last ? { hint } : {}) })),
  );
}

function daemonEnded(place: LabPlace, log: string): KmendError {
  const last = log.trim().split("\n").slice(-8).join("\n");
  return new KmendError({
    code: "lab-daemon-ended",
    message: `Cannot raise the lab "${place.name}": its daemon ended at once`,
    hint: last === "" ? `Its log is ${place.daemonLog}` : `It said last:\n${last}`,
  });
}

/** The promise, or the signal's reason as soon as it aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  promise.catch(() => {}); // a late failure has no one left to hear it
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", onAbort));
}
