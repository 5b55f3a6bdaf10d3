/** How long each script of a task may take, and the whole of a wait: by `timeout`, or by `async` where that is less. */

import { exitCodes, KmendError } from "../problem/problem.ts";
import type { Doing } from "./doing.ts";
import { keyword } from "./frame.ts";
import { locatedNumber } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

/** In ms; 0: as long as it needs. @param seconds of its `async`; 0: it has none */
export function timeLimitMs({ world }: Run, plan: PlannedTask, view: View, seconds: number): number {
  const timeout = locatedNumber(keyword(plan.frame, "timeout"), view) ?? world.options.taskTimeoutS;
  const limits = [timeout, seconds].filter((each) => each > 0);
  return limits.length === 0 ? 0 : Math.min(...limits) * 1000;
}

/** The time that is left of a wait, which begins now. */
export function timeToWait({ timeoutMs, run, on }: Pick<Doing, "timeoutMs" | "run" | "on">) {
  const { clock } = run.world;
  const until = timeoutMs > 0 ? clock.now() + timeoutMs : Infinity;
  return {
    /** So many ms, or what is left. */
    atMost: (ms: number): number => Math.max(0, Math.min(ms, until - clock.now())),
    /** @throws KmendError `timeout` where nothing is left */
    check: (): void => {
      if (clock.now() < until) return;
      const message = `${on}: Cannot wait any longer: it took the ${timeoutMs / 1000} s that the task was given`;
      throw new KmendError({ code: "timeout", message }, exitCodes.hostsFailed);
    },
  };
}
