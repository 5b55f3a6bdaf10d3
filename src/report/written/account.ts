/** What came of a run, a plan or a rollback, as one value: what every written report is made of. docs/report.schema.json has its
 *  form. */

import type { Act, EndReason, Events, Outcome, Recap, TaskRef } from "../../journal/journal.ts";
import type { HostEnd, Left } from "../ending.ts";
import type { PlanHeld } from "../plan-held.ts";

/** A run as its journal tells it. Times are ISO 8601, UTC. */
export interface Account {
  readonly schema: 1;
  readonly run: string;
  /** `plan`: nothing was changed, and the report says what would be. */
  readonly kind: "run" | "plan" | "rollback";
  readonly command: string;
  /** For a rollback: the run that it takes back. */
  readonly of?: string;
  /** The version that began it. */
  readonly kmend: string;
  /** Who began it, and whoever went on with it; empty: its journal does not say. */
  readonly who: readonly string[];
  readonly playbooks: readonly string[];
  readonly inventories: readonly string[];
  /** A pattern that narrowed the hosts. */
  readonly limit?: string;
  readonly startedAt: string;
  /** Of the last event. */
  readonly lastAt: string;
  /** `stopped`: it has no last word, and nobody writes it any more. */
  readonly state: "running" | "ended" | "stopped";
  readonly exitCode?: number;
  readonly reason?: EndReason;
  /** How it ended, in a sentence. */
  readonly says: string;
  /** How often it was gone on with. */
  readonly resumes: number;
  readonly plays: readonly { readonly play: number; readonly name: string; readonly place: string }[];
  /** In the order in which they were first reached. */
  readonly tasks: readonly AccountTask[];
  readonly hosts: readonly AccountHost[];
  readonly changes: readonly AccountChange[];
  readonly rollbacks: readonly AccountRollback[];
  readonly reverts: readonly AccountRevert[];
  readonly batches: readonly AccountBatch[];
  /** What a person has to look at; of a plan, nothing. */
  readonly attention: readonly Attention[];
  /** What a run that ended early left to do. */
  readonly left?: Left;
  /** Tasks that somebody who was asked (`--step`) said no to. */
  readonly declined?: readonly {
    readonly task: string;
    readonly place: string;
    readonly hosts: readonly string[];
  }[];
  /** Of a plan. */
  readonly plan?: AccountPlan;
  /** Of a run that carried out a plan: how its predictions did. */
  readonly held?: PlanHeld;
  /** The kmem leak of each host whose evidence was read, the first reading first. */
  readonly leak: readonly {
    readonly host: string;
    readonly readings: readonly LeakReading[];
  }[];
  readonly messages: readonly { readonly level: "warning" | "error"; readonly text: string }[];
}

export interface AccountTask {
  readonly name: string;
  readonly module: string;
  readonly kind: TaskRef["kind"];
  /** `file:line:column`. */
  readonly place: string;
  /** Which play, from 1. */
  readonly play: number;
}

export interface AccountHost {
  readonly host: string;
  readonly end: HostEnd;
  readonly counts: Recap;
  readonly results: readonly AccountResult[];
}

export interface AccountResult {
  /** Which of the account's tasks, from 0. */
  readonly task: number;
  readonly outcome: Outcome;
  /** It failed, and the playbook goes on all the same. */
  readonly ignored: boolean;
  readonly rescued: boolean;
  readonly endedAt: string;
  readonly durationMs: number;
  /** Where it was done, if elsewhere. */
  readonly delegate?: string;
  /** What it failed at, or had to say. */
  readonly message?: string;
  /** Of a loop: which rounds failed. */
  readonly failedItems?: readonly { readonly item: string; readonly message: string }[];
  /** Unified diffs. */
  readonly diff?: string;
  readonly wayBack?: AccountWayBack;
  /** A dry run could not know what it would do. */
  readonly isUnknowable?: true;
}

export interface AccountWayBack {
  readonly kind: "revert" | "tasks" | "not needed" | "again" | "none" | "unknown";
  readonly says: string;
}

export interface AccountChange {
  readonly change: string;
  /** The host that was changed. */
  readonly host: string;
  /** The inventory's host whose task it was. */
  readonly for: string;
  readonly task: number;
  readonly at: string;
  /** `unknown`: the link or the run ended while it was under way. */
  readonly fate: "applied" | "failed" | "reverted" | "not reverted" | "unknown";
  readonly wayBack: AccountWayBack;
  /** The playbook says of the task that nothing changed (`changed_when:`). */
  readonly isSaidUnchanged?: true;
}

export interface AccountRollback {
  readonly scope: Events["rollback:started"]["scope"];
  readonly reason: string;
  readonly startedAt: string;
  /** How it ended for each host; empty: it has not. */
  readonly hosts: Events["rollback:ended"]["hosts"];
}

export interface AccountRevert {
  readonly host: string;
  readonly task: number;
  readonly at: string;
  readonly end: "reverted" | Events["change:revert-failed"]["kind"];
  readonly message?: string;
  /** What somebody else had changed there, and where it was kept. */
  readonly kept?: string;
}

export interface AccountBatch {
  readonly play: number;
  readonly batch: number;
  readonly of: number;
  readonly hosts: number;
  readonly startedAt: string;
  /** Absent where there was no gate, or the batch did not come to it. */
  readonly gateHeld?: boolean;
}

export interface Attention {
  readonly host: string;
  readonly what:
    | "failed"
    | "unreachable"
    | "rollback failed"
    | "different"
    | "unknown"
    | "not confirmed"
    | "took itself back";
  readonly says: string;
  readonly task?: number;
  /** What to run next: on the controller, or on the host where `says` says so. */
  readonly run?: string;
}

export interface AccountPlan {
  readonly wouldChange: readonly Predicted[];
  /** Nobody knows before it runs: a command, or what depends on one. */
  readonly unknowable: readonly Predicted[];
  readonly wouldFail: readonly {
    readonly host: string;
    readonly task: number;
    readonly what: "failed" | "unreachable";
    readonly message: string;
  }[];
  readonly rightAlready: readonly string[];
}

export interface Predicted {
  readonly task: number;
  readonly hosts: readonly string[];
  readonly wayBack: AccountWayBack;
  /** What it does to those who use the hosts, if it changes something. */
  readonly acts?: readonly Act[];
  /** Why it can't be known. */
  readonly why?: string;
}

export interface LeakReading {
  readonly at: string;
  readonly verdict: string;
  readonly switchedOnBy: string;
  /** Leaked ids; null: unknown. */
  readonly kmemIds: number | null;
  /** There may be more of them. */
  readonly isAtLeast: boolean;
  readonly idsLeft: number | null;
}
