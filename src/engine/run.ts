import { maskInTrace } from "../connection/connection.ts";
import type { TaskRef } from "../journal/journal.ts";
import { type Mask, newMask } from "../mask/mask.ts";
import type { Node, Play } from "../playbook/playbook.ts";
import { Dict } from "../template/template.ts";
import type { Recorded } from "./change.ts";
import { type Connections, openConnections } from "./connections.ts";
import type { AllArmed } from "./dead-man.ts";
import type { Foresights } from "./foresight.ts";
import type { Frame } from "./frame.ts";
import type { Handlers } from "./handlers.ts";
import { type HostState, newHostState } from "./host-state.ts";
import { knowOptions } from "./known-secrets.ts";
import { type Limits, noLimits } from "./limits.ts";
import { type Locks, openLocks } from "./locks.ts";
import { maskedJournal } from "./masked-journal.ts";
import { noPast, type Past } from "./past.ts";
import { newTurns, type Turns } from "./turns.ts";
import type { OnFailure, World } from "./world.ts";

/** How a list of nodes runs on hosts: linear, so far. */
export type Strategy = (
  run: Run,
  nodes: readonly Node[],
  frame: Frame,
  hosts: readonly HostState[],
) => Promise<void>;

/** One run under way: what its parts share. */
export interface Run {
  readonly world: World;
  /** The run's secrets; its journal masks them. */
  readonly mask: Mask;
  readonly strategy: Strategy;
  /** What the run did before it stopped, where it goes on. */
  readonly past: Past;
  readonly hosts: Map<string, HostState>;
  readonly connections: Connections;
  readonly locks: Locks;
  /** Changes recorded so far, oldest first: what a rollback in this run takes back. */
  readonly recorded: Recorded[];
  /** How changes ended; one that is missing is unknown. */
  readonly changeEnds: Map<string, "applied" | "failed" | "unchanged">;
  /** Values of vars files and extra YAML, by path. */
  readonly files: Map<string, Dict>;
  /** Hosts' state folders that hold the run's revert.sh already. */
  readonly prepared: Set<string>;
  /** Blocks whose `rollback:` already stands at a change of theirs, by host and place. */
  readonly blocksRecorded: Set<string>;
  /** The run itself takes back another: what is reverted counts in its recap. */
  readonly isRollback: boolean;
  play: PlayState;
  nextTask: number;
  /** How often each place was reached. */
  readonly timesReached: Map<string, number>;
  /** Tasks of rollbacks are numbered by themselves: they must not move the numbers of the playbook's own. */
  nextRollbackTask: number;
  nextChange: number;
  /** Set while tasks before `--start-at-task` are passed over. */
  startAt: string | null;
  /** Somebody is asked before each task of the batch, until he says to go on without. */
  isStepping: boolean;
  /** What ended the run early, where hosts could have gone on. */
  cut: "limit" | "max_fail_hosts" | "window" | null;
  /** What has not begun, or not ended. */
  readonly ahead: Ahead;
  /** Hosts on which a task has begun. */
  readonly touched: Set<string>;
  /** Hosts that take themselves back unless they are confirmed. */
  readonly armed: AllArmed;
  /** What hosts' tasks do on the controller one at a time. */
  readonly onController: Turns;
  /** Hosts that `on_failure:` took back. */
  readonly takenBack: Set<string>;
  /** In a plan: what the tasks so far would leave. */
  readonly foresights: Foresights;
}

/** Where a run stands among its plays and batches. */
export interface Ahead {
  plays: readonly Play[];
  batches: readonly (readonly HostState[])[];
  /** The hosts of the batch under way. */
  open: readonly HostState[];
}

/** What belongs to the play and batch under way. */
export interface PlayState {
  readonly number: number;
  readonly name: string;
  /** Every host of the play, in its order. */
  readonly all: readonly HostState[];
  /** The hosts of this batch. */
  batch: readonly HostState[];
  readonly folder: string;
  readonly variables: PlayVariables;
  readonly handlers: Handlers;
  readonly forceHandlers: boolean;
  readonly limits: Limits;
  readonly onFailure: OnFailure;
  /** How long after its first change a host takes itself back unless its batch ended well; 0: it does not. */
  readonly confirmWithinMs: number;
  /** Nothing more of this play is to run: by `end_play`, any_errors_fatal or max_fail_percentage. */
  isOver: boolean;
  /** Set with isOver when the end is a failure: no later play runs either. */
  isBroken: boolean;
  /** Where in the batch a gate or a rollback runs, its tasks are not recorded as the play's own. */
  kind: TaskRef["kind"];
  /** Which flush of handlers is under way: a section of the play, or a task's place; null: none. */
  flush: string | null;
}

/** Variables that the play gives to every host. */
export interface PlayVariables {
  readonly vars: Dict;
  readonly prompted: Dict;
  readonly roleDefaults: readonly Dict[];
  readonly roleVars: readonly Dict[];
  readonly roleNames: readonly string[];
}

export function hostState(run: Run, name: string): HostState {
  const known = run.hosts.get(name);
  if (known) return known;
  const made = newHostState(name, run.world.options.foretells ?? false);
  run.hosts.set(name, made);
  return made;
}

/** A run that has not begun. */
export function newRun(
  outer: World,
  given: {
    readonly strategy: Strategy;
    readonly isRollback: boolean;
    readonly past?: Past;
    /** Runs whose controllers are known to be dead: what they left locked is this run's to take. */
    readonly deadRuns?: readonly string[];
  },
): Run {
  const mask = outer.mask ?? newMask();
  mask.onKnown(maskInTrace);
  knowOptions(mask, outer.options);
  const world = { ...outer, journal: maskedJournal(outer.journal, mask) };
  return {
    past: noPast,
    ...given,
    world,
    mask,
    hosts: new Map(),
    connections: openConnections(world),
    locks: openLocks(world, {
      runs: given.deadRuns ?? [],
      // A rollback needs little room, and may be what makes it.
      checksPlace: !(given.isRollback || world.options.anyPlace),
    }),
    recorded: [],
    changeEnds: new Map(),
    files: new Map(),
    prepared: new Set(),
    blocksRecorded: new Set(),
    play: noPlay(""),
    nextTask: 0,
    timesReached: new Map(),
    nextRollbackTask: 0,
    nextChange: 0,
    startAt: world.options.startAtTask ?? null,
    isStepping: false,
    cut: null,
    ahead: { plays: [], batches: [], open: [] },
    touched: new Set(),
    armed: new Map(),
    onController: newTurns(),
    takenBack: new Set(),
    foresights: new Map(),
  };
}

/** Where no play is under way. */
export function noPlay(folder: string): PlayState {
  return {
    number: 0,
    name: "",
    all: [],
    batch: [],
    folder,
    variables: { vars: new Dict(), prompted: new Dict(), roleDefaults: [], roleVars: [], roleNames: [] },
    handlers: { all: [] },
    forceHandlers: false,
    limits: noLimits,
    onFailure: "stop",
    confirmWithinMs: 0,
    isOver: false,
    isBroken: false,
    kind: "task",
    flush: null,
  };
}
