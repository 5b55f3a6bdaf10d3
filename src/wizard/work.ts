/** What the wizard has done for it: by the same functions that the other commands call. It reaches no host itself. */

import type { Event } from "../journal/journal.ts";
import type { ScannedHost } from "../report/report.ts";
import type { Kept } from "./kept.ts";
import type { Leg } from "./leg.ts";
import type { Policy } from "./policy.ts";

export interface Work {
  /** Inventories that were found, the likeliest first. */
  sources(): Promise<readonly Source[]>;
  /** Makes an inventory of what somebody typed or chose. @throws KmendError for one that cannot be read */
  hostsOf(inventory: readonly string[]): Promise<number>;
  /** Hosts that an inventory knows as nodes of a cluster. */
  clusterNodes(inventory: readonly string[]): Promise<readonly string[]>;
  /** Reads the evidence, and shows each host as it answers. @param hosts null: all */
  scan(inventory: readonly string[], hosts: readonly string[] | null): Promise<Scanned>;
  /** The dry run of a leg. */
  plan(given: Given): Promise<Ran>;
  run(given: Given, watched: Watched): Promise<Ran>;
  /** Goes on with a run that stopped. */
  resume(
    run: string,
    given: Given,
    watched: Watched,
    options: { readonly retryFailed: boolean },
  ): Promise<Ran>;
  /** @param hosts null: all of the run's */
  rollback(run: string, hosts: readonly string[] | null): Promise<Ran>;
  /** A run's journal; null where it is gone. */
  recorded(run: string): Promise<Ran | null>;
  /** Writes what came of a run, for people who were not there. @returns the file; null where it cannot be written */
  report(run: string): Promise<string | null>;
  /** Journals of earlier runs, the newest first. */
  earlier(): Promise<readonly (readonly Event[])[]>;
  /** Keeps what was chosen, for `--resume`. */
  keep(kept: Kept): Promise<void>;
  /** The command that does a leg without asking. */
  command(given: Given): Promise<string>;
}

export interface Source {
  readonly inventory: readonly string[];
  /** Where it was found, for people. */
  readonly name: string;
  /** null: nobody has asked yet, as asking takes its time. */
  readonly hosts: number | null;
}

export interface Given {
  readonly inventory: readonly string[];
  readonly leg: Leg;
  readonly policy: Policy;
}

export interface Scanned {
  readonly hosts: readonly ScannedHost[];
  readonly events: readonly Event[];
  readonly isInterrupted: boolean;
}

/** A run that ended, or was read back. */
export interface Ran {
  readonly run: string;
  readonly folder: string;
  /** null: it has no last word. */
  readonly exitCode: number | null;
  readonly events: readonly Event[];
}

export interface Watched {
  /** Its journal is there, and no host was reached yet. */
  begun(run: string): Promise<void>;
  /** Whether somebody is to be asked before a batch; what has happened tells. */
  asks(next: Next): boolean;
  /** Asks; the screen is free meanwhile. @returns whether the batch may begin */
  between(next: Next): Promise<boolean>;
}

export interface Next {
  readonly play: string;
  readonly number: number;
  readonly of: number;
  readonly hosts: readonly string[];
  /** All that was written of the run so far. */
  readonly events: readonly Event[];
}
