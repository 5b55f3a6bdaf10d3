import { firstHosts, wrapAll } from "../../report/report.ts";
import type { Kept } from "../kept.ts";
import type { Work } from "../work.ts";
import { changedHosts } from "./batch.ts";

interface Leaving {
  readonly width: number;
  readonly comeBack: string;
}

/** What stands when somebody leaves, and how to come back to it. */
export async function leftScreen(
  kept: Kept,
  work: Pick<Work, "recorded">,
  { width, comeBack: command }: Leaving,
): Promise<string[]> {
  const comeBack = ["To come back to here:", `    ${command}`];
  if (kept.runs.length === 0) return ["Left. Nothing was changed on any host.", ...comeBack];
  const lines = ["Left in the middle. What stands:"];
  for (const run of kept.runs) {
    const ran = await work.recorded(run);
    const changed = changedHosts(ran?.events ?? []);
    lines.push(`- run ${run}: changes on ${changed.length === 0 ? "no host" : firstHosts(changed)}`);
  }
  const last = kept.runs.at(-1) ?? "";
  return [
    ...wrapAll(lines, width),
    ...comeBack,
    "To take back the last run instead:",
    `    kmend rollback ${last}`,
  ];
}
