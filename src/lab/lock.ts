/** One at a time across processes, by the kernel's own lock: it ends with its holder, however that ends. */

import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs `work` while holding the lock of this file; waits for whoever holds it now. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  // flock(1) holds it until its standard input ends, which is when we say so or are no more.
  const holder = spawn("flock", [file, "sh", "-c", "echo held; cat"], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const ended = once(holder, "close");
  try {
    await Promise.race([
      once(holder.stdout, "data"),
      ended.then(() => Promise.reject(new Error(`Cannot lock ${file}: flock ended early`))),
    ]);
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
