import type { TaskRef } from "../../journal/journal.ts";
import { formatPlace } from "../../problem/problem.ts";
import type { AccountTask } from "./account.ts";

/** The tasks that a run reached, each once, however many batches it went through. */
export interface KeptTasks {
  readonly tasks: readonly AccountTask[];
  /** Which of them a task is, from 0; a new one is kept. */
  numberOf(ref: TaskRef): number;
}

export function taskKeeper(): KeptTasks {
  const tasks: AccountTask[] = [];
  const numbers = new Map<string, number>();
  return {
    tasks,
    numberOf(ref) {
      // The same task of another batch has another id, and the same place.
      const place = formatPlace(ref.place);
      const play = Number.parseInt(ref.id, 10) || 0;
      const key = `${play} ${place} ${ref.kind} ${ref.module}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, tasks.length);
      tasks.push({ name: ref.name, module: ref.module, kind: ref.kind, place, play });
      return tasks.length - 1;
    },
  };
}
