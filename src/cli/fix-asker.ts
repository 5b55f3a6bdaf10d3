import type { Paper } from "../report/report.ts";
import { type Asker, forgettingAsker, plainAsker, terminalAsker } from "../wizard/wizard.ts";
import { forgetTyped } from "./typed-ahead.ts";

/** Who asks at this terminal, by keys or a line at a time; no answer is taken that was typed before its question. */
export function fixAsker(paper: Paper, isPlain: boolean): Asker {
  return forgettingAsker(
    isPlain ? plainAsker(process.stdin, process.stdout) : terminalAsker(paper),
    forgetTyped,
  );
}
