import type { Recorded } from "./change.ts";

/**
 * What one host had done in several places (on itself, by its delegates) is taken back newest first across all of them: a node takes
 * no pods again before its kubelet is what it was. What others had done goes on beside it.
 */
export interface NewestFirst {
  /** Resolves once everything that the same host had done after it is over. */
  turnOf(change: Recorded): Promise<void>;
  /** It is over, whatever came of it. */
  isOver(change: Recorded): void;
}

/** @param changes all that are to be taken back; each must come to its end, or those below it wait for ever */
export function newestFirst(changes: readonly Recorded[]): NewestFirst {
  const ends = new Map(changes.map((change) => [change.change, Promise.withResolvers<void>()]));
  const newer = new Map<string, string>();
  for (const own of Map.groupBy(changes, (change) => change.for).values()) {
    const sorted = own.toSorted((a, b) => Number(b.change) - Number(a.change));
    sorted.slice(1).forEach((change, above) => {
      newer.set(change.change, sorted[above]?.change ?? "");
    });
  }
  return {
    turnOf: async ({ change }) => ends.get(newer.get(change) ?? "")?.promise,
    isOver: ({ change }) => ends.get(change)?.resolve(),
  };
}
