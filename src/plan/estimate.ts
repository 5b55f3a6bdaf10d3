/** How long a plan will take, by what the same tasks took in earlier runs. */

import type { Event } from "../journal/journal.ts";
import type { Prediction } from "./plan-file.ts";

/** What a task took on one host in an earlier run. */
export interface Timing {
  readonly name: string;
  readonly module: string;
  readonly isChanged: boolean;
  readonly ms: number;
}

export interface Estimate {
  /** Null: no task of it was ever run from this state folder. */
  readonly seconds: number | null;
  /** Tasks that would do something and were never run: their time is not in the number. */
  readonly unknown: readonly string[];
}

/** Of the events of a run that was no dry run. */
export function timings(events: readonly Event[]): Timing[] {
  return events.flatMap((event) =>
    event.type === "task:ended" && (event.outcome === "changed" || event.outcome === "ok")
      ? [
          {
            name: event.task.name,
            module: event.task.module,
            isChanged: event.outcome === "changed",
            ms: event.durationMs,
          },
        ]
      : [],
  );
}

/** A batch works through a task on as many hosts at once as there are forks, and no host begins the next before all have ended. */
export function estimated(
  predictions: readonly Prediction[],
  { timings: known, forks }: { readonly timings: readonly Timing[]; readonly forks: number },
): Estimate {
  const steps = new Map<string, Prediction[]>();
  for (const each of predictions.filter(({ says }) => says !== "skip" && says !== "unreachable")) {
    const step = each.key.replace(` ${each.host} `, " ").replace(/#\d+$/, "");
    steps.set(step, [...(steps.get(step) ?? []), each]);
  }
  const unknown = new Set<string>();
  let ms: number | null = null;
  for (const each of steps.values()) {
    const [first] = each;
    if (!first) continue;
    const isChanging = each.some(({ says }) => says !== "right");
    const taken = medianOf(known, first.task, isChanging);
    if (taken !== null)
      ms = (ms ?? 0) + taken * Math.ceil(new Set(each.map(({ host }) => host)).size / Math.max(1, forks));
    else if (isChanging) unknown.add(first.task.name);
  }
  return { seconds: ms === null ? null : Math.round(ms / 1000), unknown: [...unknown] };
}

function medianOf(known: readonly Timing[], task: Prediction["task"], isChanged: boolean): number | null {
  const same = known.filter((each) => each.name === task.name && each.module === task.module);
  const alike = same.filter((each) => each.isChanged === isChanged);
  const times = (alike.length > 0 ? alike : same).map(({ ms }) => ms).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? null;
}
