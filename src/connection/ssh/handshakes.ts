/** Turns for handshakes: only so many at once, and another try for one that the host dropped. */

import { setTimeout as sleep } from "node:timers/promises";
import { wasDropped } from "./handshake-failures.ts";

/** Who shakes hands when. */
export interface Handshakes {
  /** Runs `shake` when its turn comes; again, later, when the host hung up on it. */
  take<T>(shake: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

const tries = 6;
const firstWaitMs = 150; // doubled each time: 150 to 2400 ms, 5 s in all

/** sshd begins to drop logins at ten that are under way (`MaxStartups 10:30:100`). */
export const mostAtOnce = 10;

/** Turns for at most `limit` handshakes at once. */
export function handshakes(limit: number = mostAtOnce): Handshakes {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function turn<T>(shake: () => Promise<T>): Promise<T> {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await shake();
    } finally {
      // The turn is handed on, not given back: nobody can slip in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }
  return {
    async take(shake, signal) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await turn(shake);
        } catch (error) {
          if (!wasDropped(error) || attempt >= tries || signal?.aborted) throw error;
        }
        // Spread, so that those dropped together do not come back together.
        await sleep(firstWaitMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
      }
    },
  };
}
