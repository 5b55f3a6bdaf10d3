/**
 * The journal: what happened, durable and append-only. Everything that tells of a run reads it and nothing else.
 *
 * Words: a **run** has an id and a folder; an **event** is one JSON line of its `journal.jsonl`; a **blob** is a
 * text too long for a line, kept beside it under its SHA-256. docs/journal.md has the format and the order of writes.
 * Must: a promise of `write` resolves only when the event is on disk. Must: an event, once written, never changes.
 * Must: folders are 0700 and files 0600. Should: a torn last line is named when read, never silently dropped.
 */

import type { Event, EventName, Events } from "./events.ts";
import type { Damage } from "./parse-journal.ts";
import type { Writer } from "./run-lock.ts";

export { checkWhole, damageLines } from "./damage.ts";
export * from "./events.ts";
export { createFileStore } from "./file-store.ts";
export type { Damage } from "./parse-journal.ts";
export { checkNotPruned, factsOf, prunable, type RunFacts } from "./prunable.ts";
export { isLive, type Writer } from "./run-lock.ts";
export { isSaidUnchanged } from "./said-unchanged.ts";
export { stateFolder } from "./state-folder.ts";
export { stoppedBetweenBatches } from "./stop-reasons.ts";

/** One run being written. */
export interface Journal {
  readonly run: string;
  /** The run's folder on the controller; its path is shown to people. */
  readonly folder: string;
  /** Appends and resolves once it is on disk (fdatasync; writers that wait together share one).
   *  @throws KmendError `journal-unwritable` when the disk says no: nothing may be changed on a host after that. */
  write<Name extends EventName>(type: Name, event: Events[Name]): Promise<void>;
  /** Appends without waiting: for what nothing depends on. A failure shows at the next `write`. */
  note<Name extends EventName>(type: Name, event: Events[Name]): void;
  /** Keeps bytes beside the journal; resolves to their SHA-256 once they are on disk. */
  keep(bytes: Uint8Array): Promise<string>;
  /** Calls back with each event as it is appended; returns how to stop. */
  subscribe(reader: (event: Event) => void): () => void;
  /** Writes what is left and closes the file. Safe to call twice. */
  close(): Promise<void>;
}

/** A run read back. */
export interface RecordedRun {
  readonly run: string;
  readonly folder: string;
  readonly events: readonly Event[];
  /** What is wrong with the file, by line. */
  readonly damage: readonly Damage[];
  /** The process that is writing it now, or null. */
  readonly writer: Writer | null;
}

/** What a list of runs shows of each. */
export interface RunSummary {
  readonly run: string;
  readonly at: string;
  readonly command: string;
  readonly playbooks: readonly string[];
  readonly check: boolean;
  /** null: it has not ended by itself. */
  readonly exitCode: number | null;
  /** `live`: a process is writing it; `died`: none is, and it has no last word; `damaged`: its journal cannot be trusted. */
  readonly state: "live" | "ended" | "died" | "damaged";
  readonly hosts: number;
  /** Those made, without commands of which their author says that they change nothing. */
  readonly changes: number;
  /** Changes written down before they were made, whatever became of them: what there is to take back. */
  readonly recorded: number;
  /** For a rollback: the run that it takes back. */
  readonly of?: string;
}

/** A run held against its sums. */
export interface Verified {
  readonly run: string;
  readonly folder: string;
  readonly events: number;
  readonly blobs: number;
  /** A sentence each, with its place; empty: all of it is as it was written. */
  readonly wrong: readonly string[];
}

/** Where journals live. One implementation, files; another must be possible without touching the engine. */
export interface Store {
  create(run?: string): Promise<Journal>;
  /** Goes on writing a run that stopped. A torn last line is cut off, kept beside the journal, and named in an event.
   *  @throws KmendError `journal-damaged` where more than the last line is wrong, `run-is-live` while another process writes it */
  reopen(run: string): Promise<{ readonly journal: Journal; readonly recorded: RecordedRun }>;
  /** A unique beginning of an id, or `last`, is enough. @throws KmendError `unknown-run`, `ambiguous-run` */
  read(run: string): Promise<RecordedRun>;
  /** Takes a run away, with its journal: call it while the run is reopened, so that nobody else goes on with it. */
  remove(run: string): Promise<void>;
  /** What is wrong with a run: its journal's lines, and texts kept apart that are gone or are not what they were. */
  verify(run: string): Promise<Verified>;
  /** @throws KmendError `missing-blob` */
  blob(run: string, sha256: string): Promise<Uint8Array>;
  /** Ids of every run, newest first, without reading any. */
  ids(): Promise<readonly string[]>;
  /** Newest first. */
  list(): Promise<readonly RunSummary[]>;
}
