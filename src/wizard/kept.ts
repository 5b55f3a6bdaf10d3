/** What was chosen, kept so that `kmend fix --resume` comes back to it. What was done is in the journals alone. */

import type { Leg } from "./leg.ts";
import type { Policy } from "./policy.ts";

export interface Kept {
  readonly schema: 1;
  readonly inventory: readonly string[];
  /** Empty: nothing was chosen yet. */
  readonly legs: readonly Leg[];
  readonly policy: Policy | null;
  /** Whoever was asked said yes: hosts may have been changed from here on. */
  readonly isConfirmed: boolean;
  /** What each host was before, in words. */
  readonly before: Readonly<Record<string, string>>;
  /** Of the legs that have begun, in their order. */
  readonly runs: readonly string[];
  /** Verified, or left for good. */
  readonly isOver: boolean;
}

export const nothingKept: Kept = {
  schema: 1,
  inventory: [],
  legs: [],
  policy: null,
  isConfirmed: false,
  before: {},
  runs: [],
  isOver: false,
};
