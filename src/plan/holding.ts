/** Holds a run to its plan, event by event. */

import type { Event, Held } from "../journal/journal.ts";
import { isDefinite, type Prediction } from "./plan-file.ts";
import { saidBy } from "./said-by.ts";
import { type From, placer } from "./where.ts";

/** How the plan's definite predictions did. */
export interface Tally {
  readonly kept: number;
  readonly broken: readonly Held[];
  /** The run did not come to them: their host was lost before, or the run ended. */
  readonly untested: readonly Prediction[];
}

/** Takes the events of the run as they come; each end of a task that was foretold gives whether that held. */
export function holding(
  predictions: readonly Prediction[],
  from: From,
): { take(event: Event): (Held & { readonly isKept: boolean }) | null; tally(): Tally } {
  const where = placer(from);
  const open = new Map(predictions.filter(isDefinite).map((each) => [each.key, each]));
  const broken: Held[] = [];
  let kept = 0;

  function take(event: Event): (Held & { readonly isKept: boolean }) | null {
    where.take(event);
    if (event.type !== "task:ended" && event.type !== "item:ended") return null;
    const { host, task } = event;
    const index = event.type === "item:ended" ? event.index : undefined;
    const { key } = where.placed(host, task, index);
    const prediction = open.get(key);
    if (!prediction) return null;
    open.delete(key);
    const happened = saidBy[event.outcome];
    const isKept = happened === prediction.says;
    const held = { host, task, ...(index === undefined ? {} : { index }), said: prediction.says, happened };
    if (isKept) kept += 1;
    else broken.push(held);
    return { ...held, isKept };
  }

  return { take, tally: () => ({ kept, broken, untested: [...open.values()] }) };
}
