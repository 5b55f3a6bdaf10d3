import { type Event, stoppedBetweenBatches } from "../journal/journal.ts";
import type { Reader } from "../report/report.ts";
import type { Next, Watched } from "../wizard/wizard.ts";
import { askedAside } from "./asking.ts";
import { type Follow, withWatchers } from "./followers.ts";
import type { RunFlags } from "./run-options.ts";

/** Follows a run with a reader, which gives the screen back whenever somebody is asked between batches; who watches from outside, as the
 *  flags ask for, watches on meanwhile. `run` tells the run's id, once it has begun. */
export function followWithPauses(
  newReader: () => Reader,
  watched: Watched | null,
  flags: RunFlags,
): { readonly follow: Follow; run(): string } {
  let run = "last";
  const paused: Follow = async (world, journal, act, past = []) => {
    run = journal.run;
    await watched?.begun(run);
    const events: Event[] = [...past];
    let reader = newReader();
    const unsubscribe = journal.subscribe((event) => {
      events.push(event);
      reader.read(event);
    });
    const stopped = new AbortController();
    const betweenBatches = async (batch: Omit<Next, "events">): Promise<void> => {
      const next = { ...batch, events };
      if (!watched?.asks(next)) return;
      await reader.end();
      const mayBegin = await watched.between(next);
      reader = newReader();
      if (!mayBegin) stopped.abort(stoppedBetweenBatches);
    };
    const soft = AbortSignal.any([world.stop.soft, stopped.signal]);
    try {
      return await act({
        ...world,
        ask: askedAside(world.ask, () => reader),
        betweenBatches,
        stop: { ...world.stop, soft },
      });
    } finally {
      unsubscribe();
      await reader.end();
    }
  };
  const follow: Follow = (world, journal, act, past = []) =>
    withWatchers(flags, journal, () => paused(world, journal, act, past), past);
  return { follow, run: () => run };
}
