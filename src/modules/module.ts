/**
 * What a module is: a description of one task on one host, as pure functions. Data in, script out; no I/O here.
 *
 * Words: **state** (what inspect saw), **change** (what is to be done, with what revert needs), **effect** (what a
 * controller module changes in the play, as data).
 * Must: inspect changes nothing. Must: plan returns null when the host is already right, so a second run is all `ok`.
 * Must: revert restores exactly what inspect saw; a module that cannot says so in `irreversible`.
 */

import type { Place } from "../problem/problem.ts";
import type { Output } from "../script/output.ts";
import type { Script } from "../script/script.ts";
import type { Dict, Value } from "../template/values.ts";
import type { Brought, Need, Upload } from "./brought.ts";
import type { Foresight } from "./foresight.ts";
import type { Options } from "./options.ts";

// biome-ignore lint/suspicious/noExplicitAny: the registry holds modules of every argument type
type Any = any;

/** Where apply and revert may keep files on the host; root-only, made by the engine before apply runs. */
export interface Where {
  /** This change's own folder: saved originals live here until the run is pruned. Exists when apply and revert run. */
  readonly save: string;
  /** Temp folder for this task; what the engine brought lies here as `brought.NAME.path`. Removed after the task. */
  readonly tmp: string;
}

/** A read-only script, and how to read what it printed. `parse` throws TaskFailed when the host said no. */
export interface Inspection<State> {
  readonly script: Script;
  parse(output: Output): State;
}

/** What every module may know of the run; nothing else reaches it. */
export interface Setting {
  readonly checkMode: boolean;
  readonly diff: boolean;
  /** Login of the session and its numeric id on this host. */
  readonly user: string;
  readonly uid: number;
  /** Facts already gathered for this host: package manager, service manager. May be empty. */
  readonly facts: Dict;
  readonly brought: Readonly<Record<string, Brought>>;
  /** How many `-v` were given; absent is 0. */
  readonly verbosity?: number;
}

interface Base {
  readonly name: string;
  /** One sentence, for `kmend doc` and the docs. */
  readonly summary: string;
  readonly options: Options;
  /** The option that takes Ansible's free form (`command: ls -l`), if any. */
  readonly freeForm?: string;
  /** Any other name is an option too, and reaches `act` as `extra` (`set_fact`, `add_host`). */
  readonly anyOption?: boolean;
  /** Other canonical names: `ansible.builtin.X` is understood for all; list others (`yum` for `package`, ...). */
  readonly aliases?: readonly string[];
  readonly examples?: string;
  /** What its revert does, or why there is none, for docs and plans. */
  readonly wayBack: string;
}

/** A change that was made, and where what it kept lies. */
export interface Made<Change extends AnyChange> {
  readonly change: Change;
  readonly where: Where;
}

/** A module that acts on the host: design idea 1's four functions. */
export interface HostModule<Args = Any, State = Any, Change extends AnyChange = Any> extends Base {
  readonly kind: "host";
  /** Extra checks of arguments beyond the option table. @throws TaskFailed */
  validate?(args: Args): void;
  needs?(args: Args): readonly Need[];
  /** It acts on the controller, with this file of the host: the engine looks at the file there, brings it where `plan` wants it, and
   *  has `name` ready as `brought`. All its scripts run on the controller. */
  fetches?(args: Args): { readonly name: string; readonly path: string; readonly mayChange: boolean };
  /** null, for the module or for these very arguments: nothing can be read beforehand (command, shell, raw, script
   *  without creates/removes); plan then gets no state. */
  inspect: ((args: Args, setting: Setting) => Inspection<State> | null) | null;
  /** null: already right. @throws TaskFailed when the state makes the task impossible. */
  plan(state: State | null, args: Args, setting: Setting): Change | null;
  apply(change: Change, where: Where): Script;
  /** Files to put on the host before apply's script runs. */
  uploads?(change: Change, where: Where): readonly Upload[];
  /** What of the state a revert of this change must bring back; default: all of it. A process id, say, never returns. */
  restored?(state: State, change: Change): unknown;
  /** null: this change cannot be undone. */
  revert(change: Change, where: Where): Script | null;
  /** What a revert would take from somebody who worked there since: neither as the change left it nor as it was
   *  before. Asked just before the revert. Absent or null: its revert takes nothing from anybody. */
  foreign?(change: Change, where: Where): Inspection<readonly Foreign[]> | null;
  /** The host has taken back the change and older ones: whether what stands now is what was before the oldest of them that worked on
   *  the same thing. Asked where it is not what was before the change itself. Absent or null: nobody can say.
   *  @param older changes of modules with the same function, oldest first */
  isBefore?(made: Made<Change>, older: readonly Made<Change>[]): Inspection<boolean> | null;
  /** The change once more, after a revert: needing nothing of the controller. Absent: its playbook must run again.
   *  @param folder where `keep` may keep, before the revert, what stands on the host now */
  again?(change: Change, folder: string): Again<Change>;
  /** Whether a handler still has something to do once what notified it was taken back; default: yes. */
  isWantedBack?(state: State, args: Args): boolean;
  /** Takes away what an apply that was cut off in its middle left beside what it worked on; harmless where nothing is. */
  tidy?(change: Change, where: Where): Script;
  /** The change takes the host away (a reboot): how to know that it is back. The engine does the waiting. */
  comesBack?(change: Change, args: Args): Return;
  /** What the task returns (registered); `output` is apply's, null when nothing was applied. Adds no changed/failed
   *  unless it decides them itself (command: failed by rc). */
  result?(given: {
    args: Args;
    state: State | null;
    change: Change | null;
    output: Output | null;
    setting: Setting;
    /** When apply ended, in ms since 1970 by the controller's clock: `start` and `end` of a command come from it. */
    endedMs?: number;
    /** How long the host was away, in seconds; 0 where it was not. */
    elapsedS?: number;
  }): Dict;
  /** How a plan looks past what it has not done; absent: the task is taken to look at everything. */
  readonly foresight?: Foresight<Args, State, Change>;
  /** `skip`: check mode runs nothing and reports skipped (command and friends). Default `predict`. */
  readonly checkMode?: "predict" | "skip";
  /** True when apply's nonzero exit is data, not failure (result decides). */
  readonly exitIsData?: boolean;
}

/** A change to be made once more, and what must be kept for it before it is taken back. */
export interface Again<Change> {
  readonly change: Change;
  readonly keep: Script | null;
}

/** Somebody else's work where a change was made. */
export interface Foreign {
  /** What stands there can be kept as this path; null where it is no file. */
  readonly path: string | null;
  /** What the change left, and what is there now, in words. */
  readonly ours: string;
  readonly theirs: string;
  /** When it was last modified by the host's clock, in seconds since 1970, where the host knows. */
  readonly modifiedS?: number;
}

/** How the engine waits for a host that is away. */
export interface Return {
  /** Before it is asked for the first time. */
  readonly delayS: number;
  readonly timeoutS: number;
  readonly connectTimeoutS: number;
  /** Succeeds once the host is back. */
  readonly probe: Script;
}

/** A change: JSON, journaled before apply. `before` and `after` are what people and proofs compare. */
export interface AnyChange {
  readonly before: unknown;
  readonly after: unknown;
  /** For --diff: headers and texts. Absent where there is nothing to show. */
  readonly diff?: readonly Diff[];
  /** Set when this very change has no way back; the sentence says why. */
  readonly irreversible?: string;
  /** The module's other changes have one: what this one's would need is missing. Where a play promises a way back it is not begun. */
  readonly lacksWayBack?: boolean;
  /** An act that is over when it is done, as a reboot is: it has no way back, and nothing of it stands that would need one. */
  readonly isPassing?: boolean;
}

export interface Diff {
  readonly beforeHeader: string;
  readonly afterHeader: string;
  readonly before: string;
  readonly after: string;
}

/** A module that waits for a condition on the host; the engine does the waiting. */
export interface WaitModule<Args = Any, Begun = Any> extends Base {
  readonly kind: "wait";
  /** Asked once in check mode, too: what it says of now is what people want to know beforehand. */
  readonly looksInCheckMode?: boolean;
  timing(args: Args): { readonly delayS: number; readonly sleepS: number; readonly timeoutS: number };
  probe(args: Args): Script;
  /** What later answers are held against; null: this one tells nothing yet, and the next is asked. */
  begin?(output: Output, args: Args): Begun | null;
  /** True when the wait is over. @throws TaskFailed when it can never be. */
  done(output: Output, args: Args, begun: Begun | null): boolean;
  result(given: { args: Args; output: Output; elapsedS: number }): Dict;
  /** The message when time is up; `last` is the last answer. */
  timedOut(args: Args, last: Output, begun: Begun | null): string;
}

/** A module that acts on the controller or the play; it returns what it changes there as data. */
export interface ControllerModule<Args = Any> extends Base {
  readonly kind: "controller";
  needs?(args: Args): readonly Need[];
  /** `test` evaluates a bare Jinja expression with the task's variables (assert); `evaluate` gives a variable's or
   *  expression's value (debug var=).  @throws TaskFailed */
  act(
    args: Args,
    given: {
      setting: Setting;
      test(expression: string): boolean;
      evaluate(expression: string): Value;
      extra: Dict;
    },
  ): Acted;
}

export interface Acted {
  readonly result: Dict;
  readonly effects?: readonly Effect[];
}

export type Effect =
  | { readonly kind: "set-facts"; readonly facts: Dict; readonly cacheable: boolean }
  | { readonly kind: "include-vars"; readonly vars: Dict }
  | {
      readonly kind: "add-host";
      readonly host: string;
      readonly groups: readonly string[];
      readonly vars: Dict;
    }
  | { readonly kind: "group-by"; readonly group: string; readonly parents: readonly string[] }
  /** The engine waits: `seconds`, or for Enter with `prompt` on a terminal. */
  | {
      readonly kind: "pause";
      readonly seconds: number | null;
      readonly prompt: string;
      readonly echo: boolean;
    }
  | { readonly kind: "meta"; readonly action: string };

export type Module = HostModule | WaitModule | ControllerModule;

/** The host or the arguments make this task impossible: the task's `failed`, with what to register. */
export class TaskFailed extends Error {
  override readonly name = "TaskFailed";
  readonly result: Readonly<Record<string, Value>>;
  readonly place: Place | undefined;
  constructor(message: string, result: Readonly<Record<string, Value>> = {}, place?: Place) {
    super(message);
    this.result = result;
    this.place = place;
  }
}

/** Bytes as text, the way a host's output is read: UTF-8, bad bytes replaced. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
