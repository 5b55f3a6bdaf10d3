/**
 * The plan file: what a dry run said, so that it can be read, signed off, and carried out by somebody else.
 *
 * Words: a **prediction** is what a plan says of one task, or one item of its loop, on one host; it is **definite** unless it
 * says that it cannot be known; **drift** is what is otherwise than the plan said before anything was changed.
 * Must: a plan file that was changed or cut short is refused. Must: no secret enters it. Must: a broken prediction is named.
 */

export { checkOptions, checkTime, checkUnchanged } from "./check.ts";
export { driftBetween } from "./drift.ts";
export { type Timing, timings } from "./estimate.ts";
export { holding } from "./holding.ts";
export { planFrom, predictionsOf, sourcesOf } from "./made.ts";
export { isDefinite, type PlanFile, readPlan } from "./plan-file.ts";
export { planTerms } from "./terms.ts";
export { unforeseen } from "./unforeseen.ts";
export type { From } from "./where.ts";
