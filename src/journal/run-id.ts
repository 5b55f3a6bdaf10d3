import { randomBytes } from "node:crypto";

/** A run's id: sorts by time, and two runs of one second differ: `20261125-001044-7f3c`. UTC. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${randomBytes(2).toString("hex")}`;
}
