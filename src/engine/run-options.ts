import type { RunOptions } from "../connection/connection.ts";
import type { Doing } from "./doing.ts";

/** How every script of a task runs: its environment, its time limit, and the operator's second Ctrl-C. */
export function runOptions(doing: Pick<Doing, "env" | "timeoutMs" | "run" | "isSecret">): RunOptions {
  return {
    signal: doing.run.world.stop.hard,
    isSecret: doing.isSecret,
    ...(doing.env ? { env: doing.env } : {}),
    ...(doing.timeoutMs > 0 ? { timeoutMs: doing.timeoutMs } : {}),
  };
}
