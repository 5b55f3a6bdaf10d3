import { exitCodes, KmendError } from "../problem/problem.ts";
import { hasTerminal } from "./ask.ts";
import type { RunFlags } from "./run-options.ts";

/** @throws KmendError `no-terminal` where `--step` has nobody to ask: an unattended run must neither wait nor leave out every task */
export function checkStep({ step, yes }: RunFlags): void {
  if (!step) return;
  const why = yes ? "--yes says to ask nothing" : hasTerminal() ? null : "there is no terminal";
  if (why === null) return;
  throw new KmendError(
    {
      code: "no-terminal",
      message: `Cannot ask before each task, as --step says: ${why}`,
      hint: "Leave it out. --tags and --start-at-task choose tasks without asking.",
    },
    exitCodes.badOptions,
  );
}
