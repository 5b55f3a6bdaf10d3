/** How a run ended, folded from its events: its last word, what it left, and how hosts that were taken back stand. */

import type { Event, Events, Recap } from "../journal/journal.ts";

type TakenBack = Exclude<Events["rollback:ended"]["hosts"][string], "nothing to do">;

/** How a host stands when the run ends; the words of a rollback win over those of tasks. */
export type HostEnd = "ok" | "changed" | "failed" | "unreachable" | TakenBack;

/** What a run that ended early left to do. */
export type Left = Pick<Events["run:cut-short"], "done" | "halfDone" | "untouched" | "goOn">;

export interface Ending {
  /** Its last word; null: it has none yet, or none any more, since it was gone on with. */
  readonly ended: (Events["run:ended"] & { readonly at: string }) | null;
  readonly left: Left | null;
  readonly takenBack: ReadonlyMap<string, TakenBack>;
}

export function endingKeeper(): { take(event: Event): void; ending(): Ending } {
  let ended: Ending["ended"] = null;
  let left: Left | null = null;
  const takenBack = new Map<string, TakenBack>();
  return {
    take(event) {
      switch (event.type) {
        case "run:resumed":
          // The last word of the process before counts no more.
          ended = null;
          left = null;
          break;
        case "rollback:ended":
          for (const [host, how] of Object.entries(event.hosts))
            if (how !== "nothing to do") takenBack.set(host, how);
          break;
        case "run:cut-short":
          left = { done: event.done, halfDone: event.halfDone, untouched: event.untouched, goOn: event.goOn };
          break;
        case "run:ended":
          ended = event;
          break;
        default:
      }
    },
    ending: () => ({ ended, left, takenBack }),
  };
}

/** A rollback counts no tasks. */
export const nothing: Recap = {
  ok: 0,
  changed: 0,
  unreachable: 0,
  failed: 0,
  skipped: 0,
  rescued: 0,
  ignored: 0,
};

export function endOf({ failed, unreachable, changed }: Recap): HostEnd {
  if (unreachable > 0) return "unreachable";
  if (failed > 0) return "failed";
  return changed > 0 ? "changed" : "ok";
}
