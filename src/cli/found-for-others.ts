/** What this run was told on hosts about other runs, passed on to their journals. */

import type { Event, Events, Journal, Store } from "../journal/journal.ts";
import { KmendError } from "../problem/problem.ts";

/** Listens to a run's journal. @returns what passes on what was heard, after the run */
export function foundForOthers(journal: Journal): (store: Store) => Promise<void> {
  const found: Events["deadman:found"][] = [];
  journal.subscribe((event: Event) => {
    if (event.type !== "deadman:found") return;
    const { n: _, at: __, type: ___, ...about } = event;
    found.push({ ...about, at: event.at });
  });
  return async (store) => {
    for (const each of found) await passOn(store, each);
  };
}

/** A run of another controller, one that is being written or is damaged, is let be: this run's journal has it. */
async function passOn(store: Store, found: Events["deadman:found"]): Promise<void> {
  try {
    if (!(await store.ids()).includes(found.run)) return;
    const { journal } = await store.reopen(found.run);
    journal.note("deadman:found", found);
    await journal.close();
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
  }
}
