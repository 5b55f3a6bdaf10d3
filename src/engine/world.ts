/** Everything that a run is given: the engine reads no clock, no chance and no terminal of its own. */

import { randomBytes } from "node:crypto";
import type { Connector } from "../connection/connection.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Events, Journal, Recap } from "../journal/journal.ts";
import type { Mask } from "../mask/mask.ts";
import type { Module } from "../modules/modules.ts";
import type { NamedFiles } from "../playbook/playbook.ts";
import type { Dict } from "../template/template.ts";
import type { Vault } from "../vault/vault.ts";

export interface World {
  readonly inventory: Inventory;
  readonly connector: Connector;
  readonly journal: Journal;
  readonly catalogue: ModuleCatalogue;
  /** Folders with roles, after `roles/` beside the playbook. */
  readonly rolesPath?: readonly string[];
  /** Roles that an include finds by a name of their own. */
  readonly named?: NamedFiles;
  readonly options: EngineOptions;
  /** What the journal's first line says of this run beside what the engine knows. */
  readonly about: Pick<Events["run:started"], "kmend" | "command" | "who" | "options">;
  readonly stop: Stop;
  readonly clock: Clock;
  readonly random: Random;
  /** Asks on the terminal (vars_prompt, pause); null where there is none. */
  readonly ask: Ask | null;
  /** Waited for before each batch of each play, where somebody watches; absent: the next begins at once. Whoever wants none to begin
   *  aborts `stop` before it resolves. */
  readonly betweenBatches?: (next: NextBatch) => Promise<void>;
  /** The exit code of a run that came to its end, where what it found counts too (a scan: some host leaks); absent: as its hosts fared.
   *  @param exitCode as its hosts fared */
  readonly verdict?: (exitCode: number) => number;
  /** Opens what is encrypted; absent: that is a problem. */
  readonly vault?: Vault;
  /** What the process must not tell; absent: the run has its own. */
  readonly mask?: Mask;
}

/** The batch that is to begin. */
export interface NextBatch {
  readonly play: string;
  readonly number: number;
  readonly of: number;
  readonly hosts: readonly string[];
}

export interface ModuleCatalogue {
  /** A module by any name it goes by. */
  find(name: string): Module | undefined;
  names?(): readonly string[];
}

/** Ctrl-C, taken in twice. */
export interface Stop {
  /** Aborted at the first: what is under way ends, nothing new begins. */
  readonly soft: AbortSignal;
  /** Aborted at the second: what is under way is cut off. */
  readonly hard: AbortSignal;
}

export interface Clock {
  now(): number;
  /** Ends early, without an error, when the signal says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The next of a sequence of numbers from 0 up to, without, 1. */
export type Random = () => number;

export type Ask = (question: {
  readonly text: string;
  readonly secret: boolean;
  readonly initial?: string;
}) => Promise<string>;

export type OnFailure = "stop" | "rollback_host" | "rollback_batch" | "rollback_run";

export type InFlight = "retry" | "skip" | "fail";

export interface EngineOptions {
  readonly check: boolean;
  readonly diff: boolean;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  /** A host pattern that narrows every play. */
  readonly limit?: string;
  readonly extraVars: Dict;
  /** How many hosts work at once. */
  readonly forks: number;
  readonly startAtTask?: string;
  /** Somebody is asked before each task; `ask` is there then. */
  readonly step?: boolean;
  readonly forceHandlers: boolean;
  readonly become: {
    readonly enabled: boolean;
    readonly method: string;
    readonly user: string;
    readonly password?: string;
  };
  readonly connection: ConnectionDefaults;
  /** Overrides every play's `on_failure:`. */
  readonly onFailure?: OnFailure;
  /** What to take a command for that was under way when the run stopped; absent: ask, where somebody can be asked. */
  readonly inFlight?: InFlight;
  /** How long to wait for a host that another run has, in ms; absent: not at all. */
  readonly lockWaitMs?: number;
  /** Hosts are changed also where the way back has no room, or would not outlive a reboot. */
  readonly anyPlace?: boolean;
  /** A dry run that is kept as a plan: it says of each task what will come of it. */
  readonly foretells?: boolean;
  /** No batch and no play starts after this, in milliseconds since 1970. */
  readonly notAfter?: number;
  /** Jinja's native types. */
  readonly native: boolean;
  /** Ends any task's script after this long; 0: none. */
  readonly taskTimeoutS: number;
}

/** What flags and settings say of connections; a host's own variables win. */
export interface ConnectionDefaults {
  readonly kind: string;
  readonly user?: string;
  readonly port?: number;
  readonly password?: string;
  readonly privateKeyFile?: string;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  readonly hostKeyChecking: boolean;
  readonly knownHostsFiles?: readonly string[];
  readonly configFile?: string;
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCountMax: number;
}

/** The clock on the wall. */
export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
    }),
};

/** Nobody foresees it. 48 bits: as many as a number of 0 to 1 has room for in whole bytes. */
export const systemRandom: Random = () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48;

export interface RunOutcome {
  readonly exitCode: number;
  readonly recap: Readonly<Record<string, Recap>>;
}
