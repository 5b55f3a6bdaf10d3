/** `--not-after`: what has begun goes on to its end, nothing new begins. */

import type { Run } from "./run.ts";

/** Asked before each batch and each play. @returns whether the window has closed */
export function endAfterWindow(run: Run): boolean {
  const { clock, options } = run.world;
  if (options.notAfter === undefined || clock.now() < options.notAfter) return false;
  run.cut = "window";
  return true;
}
