/** Where a task stands, whichever hosts reach it: a run that goes on finds it by that, and not by how many tasks ran before. */

import { createHash } from "node:crypto";
import type { Task } from "../playbook/playbook.ts";
import { formatPlace, type Place } from "../problem/problem.ts";
import { type Dict, toJson } from "../template/template.ts";
import { chain, type Frame } from "./frame.ts";
import type { Run } from "./run.ts";

/** Of the play's batch, the task's own line, the levels around it with what includes handed over, and how often it was reached there. */
export function placeInRun(run: Run, node: Pick<Task, "place" | "name" | "loop">, frame: Frame): string {
  const { play } = run;
  const levels = chain(frame).map(({ shared, params, given }) => [
    "place" in shared ? formatPlace(shared.place as Place) : null,
    handed(run, params),
    handed(run, given),
  ]);
  const batch = play.batch.map((host) => host.name);
  const own = [formatPlace(node.place), node.name?.value ?? null, node.loop !== undefined];
  const all = JSON.stringify([play.number, batch, play.kind, own, levels]);
  const at = createHash("sha256").update(all).digest("hex").slice(0, 16);
  const nth = (run.timesReached.get(at) ?? 0) + 1;
  run.timesReached.set(at, nth);
  return `${at}.${nth}`;
}

/** With stars for its secrets: a sum of a short one would give it away. */
function handed({ mask }: Run, vars: Dict | null): unknown {
  return vars && mask.json(toJson(vars));
}
