/** The API server goes away and comes back: the trouble that everybody who asks it must survive. */

import { setTimeout as pause } from "node:timers/promises";
import { haveEnded, signal as send } from "../processes.ts";
import type { ClusterPlace } from "./cluster-place.ts";
import { clusterProcesses } from "./cluster-processes.ts";

/** `frozen`: connections stay open and nothing is answered. `dead`: they are cut off, and new ones refused. */
export const awayWays = ["frozen", "dead"] as const;
export type AwayWay = (typeof awayWays)[number];

export interface Away {
  readonly how: AwayWay;
  /** How long it stays away, in milliseconds. */
  readonly forMs: number;
  /** Ends it sooner. */
  readonly signal?: AbortSignal | undefined;
  /** Starts what does not run, and wakes up what is frozen. */
  readonly bringBack: () => Promise<void>;
}

/** Takes the API server away for a while, and returns once it is back and ready. */
export async function takeApiAway(
  place: ClusterPlace,
  { how, forMs, signal, bringBack }: Away,
): Promise<void> {
  const servers = (await clusterProcesses(place)).filter(({ name }) => name === "kube-apiserver");
  const numbers = servers.map(({ pid }) => pid);
  try {
    for (const pid of numbers) send(pid, how === "frozen" ? "SIGSTOP" : "SIGKILL");
    if (how === "dead") await haveEnded(numbers, endedWithinMs);
    await pause(forMs, undefined, { signal }).catch(() => {});
  } finally {
    await bringBack();
  }
}

const endedWithinMs = 5000;
