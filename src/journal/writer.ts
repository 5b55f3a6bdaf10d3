import { type FileHandle, open } from "node:fs/promises";
import { fileReason, KmendError } from "../problem/problem.ts";

interface Waiting {
  resolve(): void;
  reject(reason: unknown): void;
}

/** Appends lines to one file; all that wait while a sync is under way share the next one (group commit). */
export interface LineWriter {
  /** Queues a line and resolves once it is on disk. */
  durable(line: string): Promise<void>;
  /** Queues a line; it reaches the disk with the next sync. */
  queue(line: string): void;
  close(): Promise<void>;
}

/** Opens a file for appending, rights 0600. */
export async function openLineWriter(path: string): Promise<LineWriter> {
  const file = await open(path, "a", 0o600);
  let lines: string[] = [];
  let waiting: Waiting[] = [];
  let broken: unknown;
  let flushing: Promise<void> | null = null;

  async function flushOnce(): Promise<void> {
    const batch = lines;
    const waiters = waiting;
    lines = [];
    waiting = [];
    try {
      if (broken) throw broken;
      if (batch.length > 0) await appendWhole(file, batch.join(""));
      if (waiters.length > 0) await file.datasync();
      for (const waiter of waiters) waiter.resolve();
    } catch (cause) {
      // After a failed write nobody knows what the file holds: no later line may pretend to be safe.
      broken = cause;
      for (const waiter of waiters) waiter.reject(unwritable(path, cause));
    }
  }

  async function flush(): Promise<void> {
    // One turn of the event loop lets every host that is ready join this sync.
    await new Promise((next) => setImmediate(next));
    while (lines.length > 0 || waiting.length > 0) await flushOnce();
  }

  function start(): void {
    flushing ??= flush().finally(() => {
      flushing = null;
      if (lines.length > 0 || waiting.length > 0) start();
    });
  }

  return {
    durable(line) {
      lines.push(line);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        start();
      });
    },
    queue(line) {
      lines.push(line);
      start();
    },
    async close() {
      while (flushing) await flushing;
      await file.close();
      if (broken) throw unwritable(path, broken);
    },
  };
}

/** `write` may take less than it was given (a disk that fills up): go on until it all stands, or the disk says no. */
async function appendWhole(file: FileHandle, text: string): Promise<void> {
  let rest = Buffer.from(text, "utf8");
  while (rest.length > 0) {
    const { bytesWritten } = await file.write(rest);
    rest = rest.subarray(bytesWritten);
  }
}

/** What the disk said to the journal. */
export function unwritable(path: string, cause: unknown): KmendError {
  const why = fileReason(cause as NodeJS.ErrnoException);
  return new KmendError(
    {
      code: "journal-unwritable",
      message: `Cannot write the journal ${path}: ${why}`,
      hint: "No host is changed without a journal. Make room, or choose another folder with --state DIR.",
    },
    1,
    cause,
  );
}
