/**
 * How a plan looks past what it has not done: what a task looks at on a host, what its change would leave there, and the state as the
 * next task will find it. A module without it is taken to look at everything.
 */

import type { PathState } from "./files/path-state.ts";
import type { AnyChange, Setting } from "./module.ts";

/** What a task looks at. */
export interface Sights {
  /** A path, whatever lies below it, and the folders above it. */
  readonly paths?: readonly string[];
  readonly units?: readonly string[];
  readonly packages?: readonly string[];
  /** It is not there yet: a package that comes before may bring it. */
  readonly isAbsent?: boolean;
}

/** What a change would leave. */
export interface Traces {
  readonly paths?: readonly PathState[];
  /** Paths that will be otherwise, without anybody knowing how. */
  readonly touched?: readonly string[];
  readonly units?: readonly { readonly unit: string; readonly active: boolean; readonly enabled: boolean }[];
  readonly packages?: readonly string[];
}

/** All that the changes before would leave on a host; null: it will be otherwise, and nobody knows how. */
export interface Foreseen {
  readonly paths: ReadonlyMap<string, PathState | null>;
  readonly units: ReadonlyMap<string, NonNullable<Traces["units"]>[number] | null>;
}

export interface Foresight<Args, State, Change extends AnyChange> {
  sees(args: Args, state: State | null): Sights;
  leaves?(change: Change, setting: Setting): Traces;
  /** The state as the changes before would leave it; null: that cannot be told. Absent: it never can. */
  corrected?(state: State, before: Foreseen, args: Args): State | null;
}
