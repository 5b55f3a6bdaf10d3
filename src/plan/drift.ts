/** What is otherwise than the plan said, before anything was changed. */

import { byHostName, saidWords } from "../report/report.ts";
import { isDefinite, type Prediction } from "./plan-file.ts";

/** A sentence each: which hosts, which task, what. Two dry runs are compared, of which the first is the plan's. What the plan did not
 *  claim to know is left out. */
export function driftBetween(planned: readonly Prediction[], now: readonly Prediction[]): readonly string[] {
  const found = new Map(now.map((each) => [each.key, each]));
  const known = new Set(planned.map(({ key }) => key));
  const moved = planned.filter(isDefinite).flatMap((was): Drift | [] => {
    const is = found.get(was.key);
    const what = is
      ? difference(was, is)
      : `the plan said "${saidWords[was.says]}", and it is not reached now`;
    return what === null ? [] : { of: was, what };
  });
  const added = now
    .filter((is) => !known.has(is.key) && is.says === "change")
    .map((is) => ({ of: is, what: "it would change something now, and is not in the plan" }));
  const alike = Map.groupBy([...moved, ...added], sentence);
  return [...alike].map(([says, found]) => {
    const hosts = [...new Set(found.map(({ of }) => of.host))].sort(byHostName);
    return `${hosts.join(", ")}: ${says}`;
  });
}

interface Drift {
  readonly of: Prediction;
  readonly what: string;
}

function difference(was: Prediction, is: Prediction): string | null {
  if (was.says !== is.says) {
    const why = is.why === undefined ? "" : ` (${is.why})`;
    return `the plan said "${saidWords[was.says]}", now it is "${saidWords[is.says]}"${why}`;
  }
  if (was.from === is.from) return null;
  return "it would change, as the plan said, but from another state or to another";
}

function sentence({ of: { task, label }, what }: Drift): string {
  const item = label === undefined ? "" : ` (item ${label})`;
  return `task "${task.name}"${item}, ${task.place}: ${what}`;
}
