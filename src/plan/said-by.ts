import type { Outcome, Said } from "../journal/journal.ts";

/** How a task ended, in a plan's own words. */
export const saidBy: Readonly<Record<Outcome, Said>> = {
  changed: "change",
  ok: "right",
  skipped: "skip",
  failed: "fail",
  unreachable: "unreachable",
};
