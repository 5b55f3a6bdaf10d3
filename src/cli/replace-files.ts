/** Rewrites files so that whoever looks sees the old or the new one whole, and their rights stay what they were. */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { folderReason } from "./written-file.ts";

const nothingChanged = "No file was changed. Be its owner, or name another with --output FILE.";
const othersMayBe = "The files before it were written, this one and those after it were not.";

/** What a file is to hold. */
export interface NewContent {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** All of them, or none where one cannot be written. A file keeps its mode and owner, a new one is its user's alone (0600); a
 *  link stays, and what it points at is rewritten; a device or a pipe is written to. Ctrl-C waits until it is done.
 *  @param forgetsOld the old text is overwritten where it lay, too (a disk may still keep a copy elsewhere)
 *  @throws KmendError `file-unwritable` */
export function replaceFiles(files: readonly NewContent[], { forgetsOld = false } = {}): void {
  uninterrupted(() => {
    const drafts: Draft[] = [];
    try {
      for (const file of files) drafts.push(blaming(file.path, nothingChanged, () => draftOf(file)));
      for (const draft of drafts) blaming(draft.path, othersMayBe, () => moveIn(draft, forgetsOld));
    } finally {
      for (const { draft } of drafts) if (draft) rmSync(draft, { force: true });
    }
  });
}

interface Draft {
  readonly path: string;
  /** Beside it; null: it is no file, and is written to as it is. */
  readonly draft: string | null;
  readonly content: string | Uint8Array;
}

function draftOf({ path, content }: NewContent): Draft {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old?.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
  if (old && !old.isFile()) return { path, draft: null, content };
  const real = old ? realpathSync(path) : path;
  const draft = join(dirname(real), `.${basename(real)}.${randomBytes(6).toString("hex")}.part`);
  const file = openSync(draft, "wx", 0o600);
  try {
    if (old) takeRights(file, old);
    writeFileSync(file, content);
    fsyncSync(file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return { path: real, draft, content };
}

function takeRights(file: number, { uid, gid, mode }: Stats): void {
  const own = fstatSync(file);
  if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid);
  fchmodSync(file, mode & 0o7777);
}

function moveIn({ path, draft, content }: Draft, forgetsOld: boolean): void {
  if (draft === null) {
    writeFileSync(path, content);
    return;
  }
  const old = forgetsOld ? openIfWritable(path) : null;
  try {
    renameSync(draft, path);
    syncFolder(dirname(path));
    if (old !== null && fstatSync(old).nlink === 0) overwrite(old); // else it has another name, for somebody else
  } finally {
    if (old !== null) closeSync(old);
  }
}

function openIfWritable(path: string): number | null {
  try {
    return openSync(path, "r+");
  } catch {
    return null; // there is none, or it is read-only: only its folder may be written
  }
}

/** What an open file holds becomes zeros. */
export function overwrite(file: number): void {
  const { size } = fstatSync(file);
  const zeros = Buffer.alloc(Math.min(size, 1 << 16));
  for (let at = 0; at < size; at += zeros.length)
    writeSync(file, zeros, 0, Math.min(zeros.length, size - at), at);
  fsyncSync(file);
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal that somebody listens to is heard only when this turn of the event loop is over. */
function uninterrupted(work: () => void): void {
  const later = (): void => {};
  for (const name of signals) process.on(name, later);
  try {
    work();
  } finally {
    for (const name of signals) process.off(name, later);
  }
}

function blaming<Result>(path: string, hint: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof KmendError) throw cause;
    const error = cause as NodeJS.ErrnoException;
    const why = error.code === "EPERM" ? "its owner could not be kept" : folderReason(dirname(path), error);
    throw new KmendError(
      {
        code: "file-unwritable",
        message: `Cannot write ${path}: ${why}`,
        hint,
      },
      exitCodes.error,
      cause,
    );
  }
}
