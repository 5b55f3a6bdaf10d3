/** One at a time across processes, by the kernel's own lock: it ends with its holder, however that ends. */

import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs `work` while holding the lock of this file; waits for whoever holds it now, or until the signal aborts. */
export async function withLock<T>(file: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  // flock(1) holds it until its standard input ends, which is when we say so or are no more.
  const holder = spawn("flock", [file, "sh", "-c", "echo held; cat"], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const ended = once(holder, "close");
  const giveUp = (): void => void holder.kill();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const isHeld = await Promise.race([
      once(holder.stdout, "data").then(() => true),
      ended.then(() => false),
    ]);
    signal?.removeEventListener("abort", giveUp);
    signal?.throwIfAborted();
    if (!isHeld) throw new Error(`Cannot lock ${file}: flock ended early`);
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
