/** How a plan will be carried out, for whoever has to decide. */

import { durationWords, harmless, howMany } from "../report/report.ts";
import type { PlanFile, PlannedPlay } from "./plan-file.ts";

/** Of more batches the first ones are said. */
const mostBatches = 8;

/** The batches of each play and the keywords that say how it goes on, what is locked, how long it takes, and the command.
 *  @param file where the plan was written */
export function planTerms(plan: PlanFile, file: string): string {
  const { plays, locks, notAfter, estimate, extraVars, validUntil } = plan;
  const terms = [
    ...plays.filter(({ batches }) => batches.length > 0).map(playTerms),
    `locks ${howMany(locks.hosts.length, "host")}${locks.waitMs > 0 ? `, and waits ${durationWords(locks.waitMs)} for one that is locked` : ""}`,
    ...(notAfter === null ? [] : [`starts no batch after ${notAfter}`]),
    timeTerm(estimate),
  ];
  const again = extraVars.names.length === 0 ? "" : ` (with -e again: ${extraVars.names.join(", ")})`;
  return [
    "How it is carried out:",
    ...terms.map((term) => `  - ${term}`),
    "",
    `The plan is in ${harmless(file)}, and holds until ${validUntil}${harmless(again)}:`,
    `    kmend apply ${harmless(file)}`,
  ].join("\n");
}

function playTerms({ name, batches, keywords }: PlannedPlay): string {
  const [first = []] = batches;
  const sizes = batches.slice(0, mostBatches).map((hosts) => hosts.length);
  const more = batches.length > mostBatches ? ", ..." : "";
  const cut =
    batches.length === 1
      ? `one batch of ${howMany(first.length, "host")}`
      : `${batches.length} batches, of ${sizes.join(", ")}${more} hosts`;
  // How a play is cut into batches is said by the batches.
  const { serial: _, ...others } = keywords;
  const rest = Object.entries(others).map(([keyword, value]) => `      ${harmless(`${keyword}: ${value}`)}`);
  return [`${harmless(name)}: ${cut}`, ...rest].join("\n");
}

function timeTerm({ seconds, unknown }: PlanFile["estimate"]): string {
  if (seconds === null)
    return "how long it takes is not known: none of it was ever run from this state folder";
  const rest =
    unknown.length === 0
      ? ""
      : `, nor ${howMany(unknown.length, "task")} that never ran from this state folder`;
  return `takes about ${durationWords(seconds * 1000)}; waits and soaks are not in it${rest}`;
}
