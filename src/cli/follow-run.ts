/** Follows a run that another process writes, by its journal alone. */

import { watch } from "node:fs";
import { type Event, lastOwn, type RecordedRun, type Store } from "../journal/journal.ts";

// Where nothing is written for so long, whoever wrote it may have died: that changes no file.
const lookAgainMs = 5000;

/** Reads on until the run ends, its writer is gone, or `stop` says so. @param begun what was read already
 *  @returns all of it, as it was read last */
export async function followRun(
  store: Pick<Store, "read">,
  begun: RecordedRun,
  { read, stop }: { read(event: Event): void; readonly stop: AbortSignal },
): Promise<RecordedRun> {
  const changes = changesIn(begun.folder);
  let recorded = begun;
  try {
    for (;;) {
      const seen = recorded.events.length;
      recorded = await store.read(begun.run);
      for (const event of recorded.events.slice(seen)) read(event);
      if (hasEnded(recorded) || stop.aborted) return recorded;
      await changes.next(stop);
    }
  } finally {
    changes.close();
  }
}

/** Nothing more is to come of it by itself. */
export function hasEnded({ events, writer }: RecordedRun): boolean {
  return lastOwn(events)?.type === "run:ended" || writer === null;
}

/** What changed while nobody waited counts for the next who does. */
function changesIn(folder: string): { next(stop: AbortSignal): Promise<void>; close(): void } {
  let isChanged = false;
  let wake = (): void => {};
  const watcher = watch(folder, () => {
    isChanged = true;
    wake();
  });
  return {
    async next(stop) {
      if (!isChanged && !stop.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, lookAgainMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          stop.addEventListener("abort", wake, { once: true });
        });
      isChanged = false;
    },
    close: () => watcher.close(),
  };
}
