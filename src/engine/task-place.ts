/** Where a task stands, whichever hosts reach it: a run that goes on finds it by that, and not by how many tasks ran before. */

import { createHash } from "node:crypto";
import type { Task } from "../playbook/playbook.ts";
import { formatPlace, type Place } from "../problem/problem.ts";
import { type Dict, toJson } from "../template/template.ts";
import { chain, type Frame } from "./frame.ts";
import type { Run } from "./run.ts";

/** A task's place, and the one that an earlier kmend gave it. */
export interface PlaceInRun {
  readonly at: string;
  /** Without includes and flushes of handlers, that were told apart only by how often the place was reached. */
  readonly before: string;
}

/** Of the play's batch, the task's own line, the levels around it with what includes handed over, the flush of a handler, and how
 *  often it was reached there. */
export function placeInRun(run: Run, node: Pick<Task, "place" | "name" | "loop">, frame: Frame): PlaceInRun {
  const { play } = run;
  const frames = chain(frame);
  const levels = frames.map(({ shared, params, given }) => [
    "place" in shared ? formatPlace(shared.place as Place) : null,
    handed(run, params),
    handed(run, given),
  ]);
  const includes = frames.flatMap(({ by }) => (by ? [[formatPlace(by.place), by.nth]] : []));
  const batch = play.batch.map((host) => host.name);
  const own = [formatPlace(node.place), node.name?.value ?? null, node.loop !== undefined];
  const all = [play.number, batch, play.kind, own, levels];
  const before = reached(run, all);
  const more = play.flush === null && includes.length === 0 ? [] : [includes, play.flush];
  return { at: more.length === 0 ? before : reached(run, [...all, ...more]), before };
}

function reached(run: Run, place: readonly unknown[]): string {
  const at = createHash("sha256").update(JSON.stringify(place)).digest("hex").slice(0, 16);
  const nth = (run.timesReached.get(at) ?? 0) + 1;
  run.timesReached.set(at, nth);
  return `${at}.${nth}`;
}

/** With stars for its secrets: a sum of a short one would give it away. */
function handed({ mask }: Run, vars: Dict | null): unknown {
  return vars && mask.json(toJson(vars));
}
