/** Runs what is asked for, at most so many at once, in the order in which they were asked for. */
export type Slots = <T>(act: () => Promise<T>) => Promise<T>;

export function newSlots(limit: number): Slots {
  let free = Math.max(1, limit);
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await act();
    } finally {
      // Handed on, not given back: nobody can slip in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
