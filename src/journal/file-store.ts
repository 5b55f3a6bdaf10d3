import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileReason, KmendError } from "../problem/problem.ts";
import { chained } from "./chain.ts";
import { checkWhole } from "./damage.ts";
import type { Event, EventName, Events } from "./events.ts";
import { findRun } from "./find-run.ts";
import type { Journal, RecordedRun, RunSummary, Store } from "./journal.ts";
import { madeChanges } from "./made-changes.ts";
import { isNothingToRevert } from "./nothing-to-revert.ts";
import { parseJournal } from "./parse-journal.ts";
import { newRunId } from "./run-id.ts";
import { liveWriter, lockRun } from "./run-lock.ts";
import { verifyRun } from "./verify.ts";
import { openLineWriter, unwritable } from "./writer.ts";

const journalName = "journal.jsonl";

/** The store of files: `STATE/runs/RUN/journal.jsonl`, blobs in `STATE/runs/RUN/blobs/`.
 *  @param state the state folder, made at need with rights 0700 */
export function createFileStore(state: string): Store {
  const runs = join(state, "runs");
  return {
    create: (run = newRunId()) => createJournal(runs, run),
    reopen: async (run) => reopenJournal(runs, findRun(await runIds(runs), run, runs)),
    read: async (run) => readRun(runs, findRun(await runIds(runs), run, runs)),
    verify: async (run) => verifyRun(await readRun(runs, findRun(await runIds(runs), run, runs))),
    remove: async (run) =>
      rm(join(runs, findRun(await runIds(runs), run, runs)), { recursive: true, force: true }),
    blob: (run, sha256) => readBlob(join(runs, run), sha256),
    ids: async () => (await runIds(runs)).sort().reverse(),
    list: () => listRuns(runs),
  };
}

async function createJournal(runs: string, run: string): Promise<Journal> {
  const folder = join(runs, run);
  try {
    await makeFolders(join(folder, "blobs"));
    await syncFolder(runs);
    const unlock = await lockRun(folder, run);
    const writer = await openLineWriter(join(folder, journalName));
    await syncFolder(folder);
    return journalOver(writer, { run, folder, lastN: 0, lastSum: run, unlock });
  } catch (cause) {
    if (cause instanceof KmendError) throw cause;
    throw new KmendError(
      {
        code: "state-unwritable",
        message: `Cannot make the run's folder ${folder}: ${folderReason(cause as NodeJS.ErrnoException)}`,
        hint: "Choose a folder that you may write with --state DIR, or set KMEND_STATE.",
      },
      1,
      cause,
    );
  }
}

/** In /proc, say, there is a folder in which no other can be made. */
function folderReason(cause: NodeJS.ErrnoException): string {
  return cause.code === "ENOENT" ? "no folder can be made there" : fileReason(cause);
}

async function reopenJournal(
  runs: string,
  run: string,
): Promise<{ journal: Journal; recorded: RecordedRun }> {
  const folder = join(runs, run);
  const unlock = await lockRun(folder, run);
  try {
    // Read once it is ours: whoever wrote it before has written his last.
    const { lastSum, ...recorded } = await readRun(runs, run);
    checkWhole(recorded);
    const torn = await cutTornLine(folder, recorded.events.length + 1);
    const writer = await openLineWriter(join(folder, journalName));
    const journal = journalOver(writer, { run, folder, lastN: recorded.events.length, lastSum, unlock });
    if (torn) await journal.write("journal:mended", torn);
    return { journal, recorded };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Moves what stands after the last whole line to a file of its own; null: nothing stands there. */
async function cutTornLine(folder: string, line: number): Promise<Events["journal:mended"] | null> {
  const path = join(folder, journalName);
  const bytes = await readFile(path);
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole === bytes.length) return null;
  const keptIn = join(folder, `torn-${line}.txt`);
  await writeSynced(keptIn, bytes.subarray(whole));
  const file = await open(path, "r+");
  try {
    await file.truncate(whole);
    await file.sync();
  } finally {
    await file.close();
  }
  return { line, bytes: bytes.length - whole, keptIn };
}

function journalOver(
  writer: Awaited<ReturnType<typeof openLineWriter>>,
  {
    run,
    folder,
    lastN,
    lastSum,
    unlock,
  }: {
    readonly run: string;
    readonly folder: string;
    readonly lastN: number;
    readonly lastSum: string;
    unlock(): Promise<void>;
  },
): Journal {
  const readers = new Set<(event: Event) => void>();
  const blobs = new Map<string, Promise<void>>();
  let n = lastN;
  let sum = lastSum;
  let closed: Promise<void> | null = null;

  function append<Name extends EventName>(type: Name, body: Events[Name]): string {
    n += 1;
    const event = { n, at: new Date().toISOString(), type, ...body } as unknown as Event;
    for (const reader of readers) reader(event);
    const link = chained(JSON.stringify(event), sum);
    sum = link.sum;
    return `${link.line}\n`;
  }

  return {
    run,
    folder,
    write: (type, body) => writer.durable(append(type, body)),
    note: (type, body) => writer.queue(append(type, body)),
    keep(bytes) {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      // Fifty hosts that get the same file share one blob, and must not write it over one another.
      const keeping = blobs.get(sha256) ?? keepBlob(join(folder, "blobs", sha256), bytes);
      blobs.set(sha256, keeping);
      return keeping.then(() => sha256);
    },
    subscribe(reader) {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    close() {
      closed ??= writer.close().finally(unlock);
      return closed;
    },
  };
}

async function keepBlob(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function readBlob(folder: string, sha256: string): Promise<Uint8Array> {
  const bytes = await readFile(join(folder, "blobs", sha256)).catch(() => null);
  if (bytes && createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
  throw new KmendError({
    code: "missing-blob",
    message: `Cannot read the blob ${sha256} of ${folder}: ${bytes ? "its content does not match its name" : "no such file"}`,
  });
}

async function readRun(runs: string, run: string): Promise<RecordedRun & { readonly lastSum: string }> {
  const folder = join(runs, run);
  const source = await readFile(join(folder, journalName), "utf8").catch((cause) => {
    throw isMissing(join(folder, journalName), cause);
  });
  return { run, folder, ...parseJournal(source, run), writer: await liveWriter(folder) };
}

function isMissing(path: string, cause: unknown): KmendError {
  return new KmendError(
    {
      code: "journal-missing",
      message: `Cannot read the journal ${path}: ${fileReason(cause as NodeJS.ErrnoException)}`,
      hint: "Without it nobody knows what the run changed. What hosts kept of it lies there in /var/lib/kmend, with a revert.sh.",
    },
    1,
    cause,
  );
}

async function listRuns(runs: string): Promise<readonly RunSummary[]> {
  const summaries = await Promise.all(
    (await runIds(runs)).map(async (run) => {
      const recorded = await readRun(runs, run).catch(() => null);
      return recorded ? summarize(recorded) : unknownRun(run);
    }),
  );
  return summaries.sort((a, b) => (a.run < b.run ? 1 : -1));
}

/** A run of which not even the beginning can be read is listed all the same: it may have changed hosts. */
function unknownRun(run: string): RunSummary {
  return {
    run,
    at: "",
    command: "?",
    playbooks: [],
    check: false,
    exitCode: null,
    state: "damaged",
    hosts: 0,
    changes: 0,
    recorded: 0,
  };
}

function summarize(recorded: RecordedRun): RunSummary {
  const [first] = recorded.events;
  const isDamaged = recorded.damage.some(({ kind }) => kind !== "torn");
  if (first?.type !== "run:started")
    return { ...unknownRun(recorded.run), state: recorded.writer ? "live" : isDamaged ? "damaged" : "died" };
  // After a resume an older last word counts no more.
  const last = recorded.events.findLast(
    (event) => event.type === "run:ended" || event.type === "run:resumed",
  );
  // A rollback has no plays.
  const hosts = new Set(
    recorded.events.flatMap((event) =>
      event.type === "play:started" || event.type === "rollback:started" ? event.hosts : [],
    ),
  );
  return {
    run: recorded.run,
    at: first.at,
    command: first.command,
    playbooks: first.playbooks,
    check: first.check,
    exitCode: last?.type === "run:ended" ? last.exitCode : null,
    state: isDamaged ? "damaged" : recorded.writer ? "live" : last?.type === "run:ended" ? "ended" : "died",
    hosts: hosts.size,
    changes: madeChanges(recorded.events),
    recorded: recorded.events.filter(
      (event) =>
        event.type === "change:recorded" &&
        event.task.kind !== "rollback" &&
        !isNothingToRevert(event.wayBack),
    ).length,
    ...(first.of === undefined ? {} : { of: first.of }),
  };
}

async function runIds(runs: string): Promise<string[]> {
  const names = await readdir(runs).catch(() => []);
  const folders = await Promise.all(
    names.map(async (name) =>
      (await stat(join(runs, name)).catch(() => null))?.isDirectory() ? name : null,
    ),
  );
  return folders.filter((name) => name !== null);
}

/** As `mkdir -p`. Node's own never ends below /proc, where a folder that exists takes none: ENOENT again and again. */
async function makeFolders(path: string): Promise<void> {
  const make = (): Promise<void> => mkdir(path, { mode: 0o700 });
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (error.code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await make();
  });
}

/** A new file survives a power cut only once its folder is synced too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
