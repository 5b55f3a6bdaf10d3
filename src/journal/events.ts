/**
 * The journal's events: one typed map, each with a line on what is true once it is written. Format version 2.
 *
 * Must: an event, once written, never changes. Must: `change:recorded` is on disk before its script is sent.
 * Must: secrets and `no_log` values never enter an event.
 */

import type { Place } from "../problem/problem.ts";

/** JSON, as events hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const journalFormat = 2;

/** How a task ended on a host. */
export type Outcome = "ok" | "changed" | "skipped" | "failed" | "unreachable";

/** Which task: the engine's number is unique in the run and grows in running order. */
export interface TaskRef {
  /** `play.task` numbering, e.g. `2.14`; handlers and includes get fresh numbers. */
  readonly id: string;
  /** A sum of where it stands in the playbook, and how often it was reached there: the same whichever hosts reach it. Absent in
   *  journals of earlier versions, and in tasks of rollbacks. */
  readonly at?: string;
  /** As shown: `role : name`, or the module's name. */
  readonly name: string;
  readonly module: string;
  readonly place: Place;
  readonly kind: "task" | "handler" | "gate" | "rollback" | "setup";
}

/** What a way back is: the module's revert over the recorded change, the playbook's own tasks, none, or the change again. */
export type WayBack =
  | { readonly kind: "revert" }
  | { readonly kind: "tasks"; readonly tasks: readonly ResolvedTask[] }
  /** `isPassing`: nothing of it stands that would have to be taken back. */
  | { readonly kind: "none"; readonly reason: string; readonly isPassing?: true }
  /** Of what a rollback took back: the recorded change is made once more. */
  | { readonly kind: "again" };

/** A `rollback:` task with its templates already filled in, so that the journal alone can run it. */
export interface ResolvedTask {
  readonly name: string;
  readonly module: string;
  readonly args: Json;
  readonly become: { readonly method: string; readonly user: string } | null;
  readonly place: Place;
  /** `environment:` of every level, without what is secret. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its arguments held a secret and are masked: it cannot be run from here. */
  readonly masked?: true;
}

/** Who had a host's lock. */
export interface LockHolder {
  readonly run: string;
  readonly who: string;
  readonly since: string;
  readonly command: string;
  /** Seconds since its last heartbeat, by the host's clock. */
  readonly beatAgoS: number;
  readonly state: string;
}

/** How a changed host was reached, where its inventory variables do not say so. */
export interface Reached {
  readonly address: string;
  /** The keywords of the play and task. */
  readonly connection?: string;
  readonly remoteUser?: string;
  readonly port?: string;
  /** It is the controller itself, whatever an inventory says of a host of that name. */
  readonly isController?: true;
}

/** What a change's script printed; a resume makes the task's result of it. Absent where the output is secret. */
export interface RecordedOutput {
  readonly code: number;
  readonly stdout: Json;
  readonly stderr: Json;
}

/** Why a run ended. `limit`: too many hosts have failed; `window`: no new batch was to start any more. */
export type EndReason =
  | "done"
  | "failed"
  | "unreachable"
  | "limit"
  | "window"
  | "interrupted"
  | "error"
  | "fault";

export interface Recap {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly rescued: number;
  readonly ignored: number;
}

export interface Events {
  /** First line of every journal. */
  "run:started": {
    readonly format: number;
    readonly run: string;
    readonly kmend: string;
    readonly command: "run" | "plan" | "apply" | "rollback" | "resume" | "scan";
    readonly playbooks: readonly string[];
    readonly inventories: readonly string[];
    readonly check: boolean;
    readonly diff: boolean;
    readonly options: Json;
    /** Who began it, and on which machine; absent in journals of earlier versions. */
    readonly who?: string;
    /** For a rollback: the run it takes back. */
    readonly of?: string;
    /** The SHA-256 of every file of the playbooks: a run goes on with the same ones. */
    readonly sources?: Readonly<Record<string, string>>;
  };
  "play:started": {
    readonly play: number;
    readonly name: string;
    readonly place: Place;
    readonly hosts: readonly string[];
  };
  /** No host of this batch was touched before. */
  "batch:started": {
    readonly play: number;
    readonly batch: number;
    readonly of: number;
    readonly hosts: readonly string[];
  };
  "task:started": { readonly task: TaskRef; readonly hosts: readonly string[] };
  /** The host begins this task (or this item of its loop): shown as running. */
  "host:started": { readonly host: string; readonly task: TaskRef };
  /** On disk before the script is sent; `change.before` and the saved files are all that revert needs. */
  "change:recorded": {
    readonly change: string;
    /** The host changed: the delegate where the task is delegated. */
    readonly host: string;
    /** The inventory host whose task this is. */
    readonly for: string;
    readonly task: TaskRef;
    readonly item?: Json;
    readonly module: string;
    readonly become: { readonly method: string; readonly user: string } | null;
    /** The environment of the change, without what is secret: its way back has it, too. */
    readonly env?: Readonly<Record<string, string>>;
    /** The module's change, whole (JSON); a blob reference stands for texts over 4 KiB: `{"$blob": "<sha256>"}`. */
    readonly changes: Json;
    /** What inspect saw, what the playbook gave, and what the controller brought (without contents): with these a
     *  rollback inspects again and compares. Absent where the task's output is secret. */
    readonly state?: Json;
    readonly args?: Json;
    readonly brought?: Json;
    /** Texts in it held a secret and are masked; its revert needs none of them. */
    readonly masked?: true;
    readonly reached?: Reached;
    /** SHA-256 of the revert.sh that lies in the save folder. */
    readonly script?: string;
    /** The folder on the host that keeps the originals. */
    readonly save: string;
    readonly wayBack: WayBack;
  };
  /** The change's script ended well; where this is missing, the change is "unknown". */
  "change:applied": {
    readonly change: string;
    readonly host: string;
    readonly output?: RecordedOutput;
    /** The output held a secret and is masked: no result can be made of it. */
    readonly masked?: true;
  };
  /** The change's script failed: the host may hold part of it. */
  "change:failed": {
    readonly change: string;
    readonly host: string;
    readonly message: string;
    readonly output?: RecordedOutput;
    readonly masked?: true;
  };
  /** The `rollback:` tasks of an applied change, resolved with its registered result; replaces its wayBack. */
  "change:wayback": { readonly change: string; readonly host: string; readonly wayBack: WayBack };
  /** One item of a loop ended. */
  "item:ended": {
    readonly host: string;
    readonly task: TaskRef;
    readonly item: Json;
    /** Which round of the loop, from 0. */
    readonly index: number;
    readonly label: string;
    readonly outcome: Outcome;
    readonly ignored: boolean;
    readonly result: Json;
    readonly exact?: Json;
    readonly effects?: Json;
    /** The result held a secret and is masked: a resume has it again. */
    readonly masked?: true;
    /** It failed before it came to a change of its own that was under way when the run had stopped: that still is. */
    readonly underWay?: true;
  };
  /** One try of `until`, or of a wait, said no. */
  "task:retrying": {
    readonly host: string;
    readonly task: TaskRef;
    readonly attempt: number;
    readonly retriesLeft: number;
    /** As for an item. */
    readonly underWay?: true;
    /** How far it was: the last line that the try printed, shortened; absent where that is secret or nothing. */
    readonly said?: string;
  };
  /** This task is over for this host. */
  "task:ended": {
    readonly host: string;
    readonly task: TaskRef;
    readonly outcome: Outcome;
    readonly ignored: boolean;
    readonly rescued: boolean;
    readonly result: Json;
    /** The result with Python's types kept (src/template/exact-json.ts); absent where `result` says as much. */
    readonly exact?: Json;
    /** What it changed in the play (facts, hosts, groups), in the same form: a resume does it again. */
    readonly effects?: Json;
    /** As for an item. */
    readonly masked?: true;
    /** As for an item. */
    readonly underWay?: true;
    readonly diff?: readonly {
      readonly beforeHeader: string;
      readonly afterHeader: string;
      readonly before: string;
      readonly after: string;
    }[];
    readonly delegate?: string;
    readonly item?: Json;
    readonly durationMs: number;
    /** In a plan: how this change could be undone. */
    readonly wayBack?: WayBack;
  };
  /** One line for people, not tied to a host: a warning, a skipped play, an included file. */
  "message:said": {
    readonly level: "info" | "warning" | "error";
    readonly text: string;
    readonly place?: Place;
  };
  "gate:ended": { readonly play: number; readonly batch: number; readonly held: boolean };
  "rollback:started": {
    readonly scope: "task" | "block" | "host" | "batch" | "run";
    readonly hosts: readonly string[];
    readonly reason: string;
  };
  /** The recorded state stands again, compared. */
  "change:reverted": {
    readonly change: string;
    readonly host: string;
    readonly task: TaskRef;
    /** What somebody else had changed there and the revert overwrote: what it was, and where it was kept. */
    readonly kept?: string;
  };
  /** Not reverted, or the state differs from the recorded one: a human is needed. */
  "change:revert-failed": {
    readonly change: string;
    readonly host: string;
    readonly task: TaskRef;
    readonly kind: "irreversible" | "failed" | "different" | "foreign" | "unreachable";
    readonly message: string;
    readonly expected?: Json;
    readonly actual?: Json;
    /** What to run at the console. */
    readonly hint?: string;
  };
  "rollback:ended": {
    readonly hosts: Readonly<
      Record<string, "rolled back" | "rolled back, but different" | "rollback failed" | "nothing to do">
    >;
  };
  /** The last line was torn when its writer died; what stood of it was moved to a file of its own. */
  "journal:mended": { readonly line: number; readonly bytes: number; readonly keptIn: string };
  /** The host is this run's to change, until it gives the lock back. */
  "host:locked": { readonly host: string; readonly folder: string };
  "host:unlocked": { readonly host: string; readonly folder: string };
  /** Another run has the host; this one waits. */
  "lock:waiting": { readonly host: string; readonly holder: LockHolder };
  /** The holder was not heard of any more: the lock is this run's now. */
  "lock:broken": { readonly host: string; readonly holder: LockHolder };
  /** A run that had stopped goes on; what follows happened in another process. */
  "run:resumed": {
    readonly kmend: string;
    /** As in `run:started`. */
    readonly who?: string;
    readonly options: Json;
    /** The process before wrote a last word. */
    readonly hadEnded: boolean;
    /** Hosts that alone may be worked on; null: all. */
    readonly limit: string | null;
  };
  /** Ctrl-C or SIGTERM was taken in, or somebody who was asked between batches stopped it (`stoppedBetweenBatches`). */
  "run:interrupted": { readonly signal: string };
  /** Last line of every journal that ended by itself. */
  "run:ended": {
    readonly exitCode: number;
    readonly recap: Readonly<Record<string, Recap>>;
    readonly seconds: number;
    /** Absent in journals of older kmends. */
    readonly reason?: EndReason;
  };
  /** Too many hosts have failed: nothing new begins. */
  "run:limit-reached": {
    readonly keyword: "max_fail_percentage" | "max_fail_hosts";
    readonly allowed: number;
    readonly failed: readonly string[];
    /** Hosts of the batch for the percentage, of the run so far for the number. */
    readonly of: number;
  };
  /** The run ends with something still to do; no host is in two lists, and those that were lost are in none. */
  "run:cut-short": {
    readonly run: string;
    readonly reason: EndReason;
    readonly done: readonly string[];
    /** Some of the playbook's tasks ran there, and others are to come. */
    readonly halfDone: readonly string[];
    readonly untouched: readonly string[];
    /** When no new batch was to start any more, ISO 8601. */
    readonly notAfter?: string;
    /** What takes it further: a resume, one that tries again what hosts failed at, or only a new run, as hosts that failed were
     *  taken back. */
    readonly goOn: "resume" | "retry" | "anew";
  };
  /** The handlers that an applied change notified, ready to run after it is taken back; and those that are not, by name. */
  "change:handlers": {
    readonly change: string;
    readonly host: string;
    readonly handlers: readonly ResolvedTask[];
    readonly missing: readonly string[];
  };
  /** A handler ended after a rollback; with a message, it failed. */
  "rollback:handler": {
    readonly host: string;
    readonly name: string;
    readonly place: Place;
    readonly message?: string;
  };
  /** The batch is over: its tasks, handlers and gate, and what was taken back of it. */
  "batch:ended": {
    readonly play: number;
    readonly batch: number;
    readonly of: number;
    readonly hosts: number;
    readonly failed: readonly string[];
    readonly unreachable: readonly string[];
    /** `on_failure:` had something to take back. */
    readonly takenBack: boolean;
    /** Hosts of the play's batches that have not begun. */
    readonly toCome: number;
  };
  /** What a settled run kept on a host is gone: nothing of it can be taken back there any more. */
  "host:pruned": { readonly host: string; readonly folder: string };
  /** Written before the host is told: unless it is confirmed in time, it takes back what was changed there from `from` on. */
  "deadman:armed": {
    readonly host: string;
    readonly folder: string;
    /** The first change that it takes back. */
    readonly from: string;
    readonly withinS: number;
    /** About when, by the controller's clock, ISO 8601; the host counts by its own. */
    readonly due: string;
  };
  /** The host keeps its changes, or another takes them back: its timer is gone. */
  "deadman:disarmed": {
    readonly host: string;
    readonly folder: string;
    readonly why: "confirmed" | "rollback" | "not armed";
  };
  /** Nobody has confirmed: the host will take itself back. */
  "deadman:unconfirmed": {
    readonly host: string;
    readonly folder: string;
    readonly due: string;
    readonly reason: string;
  };
  /** The host has taken itself back; read when it was next spoken to. */
  "deadman:fired": {
    readonly host: string;
    readonly folder: string;
    /** By the host's clock, ISO 8601. */
    readonly at: string;
    /** Of the host's revert.sh: 0 where it took back everything that it could. */
    readonly code: number;
    /** What it printed. */
    readonly report: string;
  };
  /** Another run came to the host, and was told that it had taken itself back from this one; in the journals of both. */
  "deadman:found": {
    readonly host: string;
    readonly folder: string;
    /** The run that nobody had confirmed. */
    readonly run: string;
    readonly at: string;
    readonly code: number;
    readonly report: string;
  };
  /** In a plan: what a task, or one item of its loop, will come to on a host, as far as that can be known. */
  "prediction:made": {
    readonly host: string;
    readonly task: TaskRef;
    /** Which round of the loop, from 0, and its label. */
    readonly index?: number;
    readonly label?: string;
    readonly says: Said;
    /** Why it cannot be known, or would fail. */
    readonly why?: string;
    /** A sum of what was seen on the host and of what would be made of it; absent where nothing would change, or it is secret. */
    readonly from?: string;
    readonly act?: Act;
    readonly diff?: Events["task:ended"]["diff"];
    readonly wayBack?: WayBack;
    /** Of what cannot be known: handlers that run if it changes something. */
    readonly mayNotify?: readonly string[];
  };
  /** The run carries out this plan. */
  "plan:opened": {
    /** The plan's own sum, and the run that made it. */
    readonly sum: string;
    readonly plan: string;
    readonly madeAt: string;
    readonly validUntil: string;
    /** How many of its predictions are definite. */
    readonly definite: number;
    /** What is otherwise than it said, and was accepted by `--allow-drift`. */
    readonly drift: readonly string[];
  };
  /** A task, or an item of its loop, came to what the plan had said. */
  "prediction:kept": Held;
  /** It came to something else. */
  "prediction:broken": Held;
  /** Nothing happens until then, but for what others do; the next event says that it is over, or was cut short. */
  "soak:started": {
    readonly play: number;
    readonly batch: number;
    readonly of: number;
    readonly seconds: number;
    /** ISO 8601, by the controller's clock. */
    readonly until: string;
  };
  /** Somebody who was asked (`--step`) said no: these hosts do not run the task, and go on behind it. */
  "task:declined": { readonly task: TaskRef; readonly hosts: readonly string[] };
  /** The run carries out a plan that did not speak of this change, neither as one nor as what cannot be known before. */
  "change:unforeseen": Unforeseen;
}

/** What a plan says of a task on a host; all but `unknown` are definite. */
export type Said = "change" | "right" | "skip" | "fail" | "unreachable" | "unknown";

/** What of a change concerns those who use the host. */
export type Act = "reboots" | "drains" | "restarts" | "stops";

/** A change that was made, and no prediction was of it. */
export interface Unforeseen {
  readonly host: string;
  readonly task: TaskRef;
}

/** A prediction, and what happened. */
export interface Held {
  readonly host: string;
  readonly task: TaskRef;
  readonly index?: number;
  readonly said: Said;
  readonly happened: Said;
}

export type EventName = keyof Events;

/** One line of the journal. */
export type Event = {
  [Name in EventName]: { readonly n: number; readonly at: string; readonly type: Name } & Events[Name];
}[EventName];

/** The last event of the run's own: what others found of it later comes after its end. */
export function lastOwn(events: readonly Event[]): Event | undefined {
  return events.findLast((event) => event.type !== "deadman:found");
}
