import { randomBytes } from "node:crypto";

/** A run's id: sorts by time, to the millisecond, and two runs of one millisecond differ: `20261125-001044-1f37c`. UTC. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const ms = now.getUTCMilliseconds().toString(16).padStart(3, "0");
  return `${stamp}-${ms}${randomBytes(1).toString("hex")}`;
}
