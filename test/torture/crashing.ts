/** Runs kmend in a process that is killed at a line of its journal. */

import { join } from "node:path";
import { type Ended, type HowToRun, kmend } from "../cli/kmend.ts";

const preload = join(import.meta.dirname, "crash-at.ts");

/** Which line of the journal, from 1, and whether it is written whole. */
export interface Crash {
  readonly at: number;
  readonly how: "after" | "torn";
}

/** `kmend ARGV`, dead of SIGKILL right after that line, or in its middle. */
export function crashing(argv: readonly string[], how: HowToRun, crash: Crash): Promise<Ended> {
  const env = {
    ...how.env,
    NODE_OPTIONS: `--import=${preload}`,
    CRASH_AT: String(crash.at),
    CRASH_HOW: crash.how,
  };
  return kmend(argv, { ...how, env });
}
