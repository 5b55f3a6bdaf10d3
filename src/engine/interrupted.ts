import { exitCodes, KmendError } from "../problem/problem.ts";
import type { World } from "./world.ts";

/** Ends the run where it stands: what was under way has no end in the journal, so that a resume goes on with it. No host has failed.
 *  @throws KmendError `interrupted` once the operator has asked to stop: before anything new begins, and where a wait was cut short */
export function checkStop({ world }: { readonly world: World }, message = "Interrupted"): void {
  if (world.stop.soft.aborted) throw new KmendError({ code: "interrupted", message }, exitCodes.interrupted);
}

/** Waits, and is not done with it where the operator asks to stop. @throws KmendError `interrupted` */
export async function waitFor(run: { readonly world: World }, ms: number): Promise<void> {
  if (ms <= 0) return;
  const { clock, stop } = run.world;
  await clock.sleep(ms, stop.soft);
  checkStop(run, "Interrupted while waiting");
}
