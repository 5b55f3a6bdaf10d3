/** A play that says `on_failure: rollback_…` promises a way back: what could not be taken back is not begun there. */

import { type AnyChange, TaskFailed } from "../modules/modules.ts";
import type { Doing } from "./doing.ts";

/** @throws TaskFailed where a change lacks what its way back needs, and nobody has said that it may */
export function refuseWithoutWayBack({ run, plan, ownWayBack }: Doing, change: AnyChange): void {
  const { onFailure } = run.play;
  const isTakingBack = plan.ref.kind === "rollback";
  if (!change.lacksWayBack || ownWayBack || onFailure === "stop" || isTakingBack) return;
  throw new TaskFailed(
    `Cannot begin what could not be taken back, as on_failure: ${onFailure} promises: ${change.irreversible}\n  Or give the task a \`rollback:\` of its own; \`rollback: none\` goes without one.`,
  );
}
