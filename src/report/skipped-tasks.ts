import { howMany } from "./how-many.ts";

/** Tasks in a row that every host skipped, as one line: of a role for many cases most are. */
export interface SkippedTasks {
  add(task: string): void;
  /** The line of those since the last call; null where there are none. */
  line(): string | null;
}

export function skippedTasks(): SkippedTasks {
  let names: string[] = [];
  return {
    add(task) {
      names.push(task);
    },
    line() {
      const [first, last, count] = [names[0], names.at(-1), names.length];
      names = [];
      if (first === undefined) return null;
      return count === 1 ? `${first}  skipped` : `${howMany(count, "task")} skipped: ${first} … ${last}`;
    },
  };
}
