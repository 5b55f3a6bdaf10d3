/** How long a task may take: by `timeout` each of its scripts, by `async` all of it. */

import type { Doing } from "./doing.ts";
import { keyword } from "./frame.ts";
import { locatedNumber } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

type Limits = Pick<Doing, "timeoutMs" | "deadlineMs">;

/** @param seconds of its `async`; 0: it has none */
export function timeLimits({ world }: Run, plan: PlannedTask, view: View, seconds: number): Limits {
  const timeoutMs =
    (locatedNumber(keyword(plan.frame, "timeout"), view) ?? world.options.taskTimeoutS) * 1000;
  return { timeoutMs, ...(seconds > 0 ? { deadlineMs: world.clock.now() + seconds * 1000 } : {}) };
}

/** What the next script has, in ms; 0: as long as it needs. */
export function scriptTimeMs({ timeoutMs, deadlineMs, run }: Limits & Pick<Doing, "run">): number {
  if (deadlineMs === undefined) return timeoutMs;
  const left = Math.max(1, deadlineMs - run.world.clock.now());
  return timeoutMs > 0 ? Math.min(timeoutMs, left) : left;
}

/** A wait of this length, or what is left of it when the task's time is up. */
export function waitMs(ms: number, { deadlineMs = Infinity, run }: Limits & Pick<Doing, "run">): number {
  return Math.max(0, Math.min(ms, deadlineMs - run.world.clock.now()));
}
