import type { Act, Event } from "../../journal/journal.ts";
import type { KeptTasks } from "./keep-tasks.ts";
import type { Foretold } from "./plan-of.ts";
import { wayBackWords } from "./way-back-words.ts";

/** What a dry run foretold of its tasks. */
export interface KeptPredictions {
  take(event: Event): void;
  /** What cannot be known; null: it foretold nothing. */
  unknown(): readonly Foretold[] | null;
  /** What a task, a number in the account's tasks, does to those who use the host: each once. */
  actsOf(host: string, task: number): readonly Act[];
}

export function predictionKeeper(tasks: KeptTasks): KeptPredictions {
  let unknown: Foretold[] | null = null;
  const acts = new Map<string, Set<Act>>();

  function take(event: Event): void {
    if (event.type !== "prediction:made") return;
    unknown ??= [];
    const { host, says, why = "", act, wayBack } = event;
    const task = tasks.numberOf(event.task);
    if (says === "unknown")
      unknown.push({ host, task, why, ...(wayBack ? { wayBack: wayBackWords(wayBack) } : {}) });
    if (act) acts.set(`${host} ${task}`, (acts.get(`${host} ${task}`) ?? new Set()).add(act));
  }

  return {
    take,
    unknown: () => unknown,
    actsOf: (host, task) => [...(acts.get(`${host} ${task}`) ?? [])],
  };
}
