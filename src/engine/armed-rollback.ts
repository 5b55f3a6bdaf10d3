/** A rollback of a host that is armed: it stays so until that is over, and the two never take back at the same time. */

import { text } from "../modules/modules.ts";
import { KmendError } from "../problem/problem.ts";
import type { Script } from "../script/script.ts";
import type { Recorded } from "./change.ts";
import { armedOf, disarmed, lateHost, tell, whenStill } from "./dead-man.ts";
import {
  confirmDeadMan,
  deadManAgain,
  enterArmed,
  leaveArmed,
  readDeadMan,
  timeIsUp,
} from "./dead-man-script.ts";
import { reach } from "./reach-again.ts";
import type { Run } from "./run.ts";

/** Before a rollback touches the host: it counts anew. Where kmend dies over it, the host does the rest.
 *  @throws KmendError where the host can't be reached */
export async function putOffArmed(run: Run, change: Recorded): Promise<void> {
  const armed = armedOf(run, change);
  if (!armed || armed.isTakenBack) return;
  const { clock, stop } = run.world;
  const { shell } = await reach(run, change, change.become);
  const output = await shell.run(deadManAgain(armed.folder), { signal: stop.hard });
  const status = readDeadMan(text(output.stdout));
  if (status.kind === "armed") {
    armed.dueMs = clock.now() + (status.due - status.now) * 1000;
    armed.isTakenBack = true;
    return;
  }
  const settled = await whenStill(run, armed, shell, confirmDeadMan(armed.folder));
  if (settled.kind !== "fired") disarmed(run, armed, "rollback");
}

/** What a revert's script begins and ends with, so that the host does not take back at the same time; null: nothing is armed. */
export function guardOf(
  run: Run,
  change: Recorded,
): { readonly enter: Script; readonly leave: Script } | null {
  const armed = armedOf(run, change);
  return armed?.isTakenBack ? { enter: enterArmed(armed.folder), leave: leaveArmed(armed.folder) } : null;
}

/** The host was faster: the rollback looks at what it left. */
export function isTooLate(run: Run, change: Recorded, message: string): boolean {
  const armed = armedOf(run, change);
  if (!armed?.isTakenBack || !(message.includes(timeIsUp) || message.includes(lateHost))) return false;
  armed.isTakenBack = false;
  return true;
}

/** After a rollback: the host has nothing left to take back. One that was lost in the middle does it by itself, and it is said when. */
export async function endArmed(run: Run, changes: readonly Recorded[], isLost: boolean): Promise<void> {
  for (const armed of new Set(changes.map((change) => armedOf(run, change)))) {
    if (!armed) continue;
    const change = changes.find((each) => armedOf(run, each) === armed);
    try {
      if (isLost || !change) tell(run, armed, "the rollback could not reach it");
      else if (armed.isTakenBack) {
        const { shell } = await reach(run, change, change.become);
        const status = await whenStill(run, armed, shell, confirmDeadMan(armed.folder));
        if (status.kind !== "fired") disarmed(run, armed, "rollback");
      }
    } catch (error) {
      if (!(error instanceof KmendError) || error.code === "journal-unwritable") throw error;
      tell(run, armed, error.message);
    }
  }
}
