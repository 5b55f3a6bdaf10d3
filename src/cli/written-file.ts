/** Files that kmend writes where somebody said: asked for beforehand, and written whole or not, so that nobody ever reads half of one. */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";

/** What is written, and what is said where it cannot be. */
export interface Writing {
  readonly code: string;
  /** As in "Cannot write the report". */
  readonly noun: string;
  readonly hint: string;
}

/** Before anything is begun whose file could not be written. @throws KmendError with the writing's code */
export function checkWritable(file: string, writing: Writing): void {
  const path = resolve(file);
  const found = statSync(path, { throwIfNoEntry: false });
  // A device or a pipe is written itself, wherever it lies.
  const asked = found && !found.isFile() && !found.isDirectory() ? path : dirname(path);
  try {
    accessSync(asked, constants.W_OK);
  } catch (cause) {
    throw unwritable(file, writing, folderReason(asked, cause as NodeJS.ErrnoException), cause);
  }
  if (found?.isDirectory()) throw unwritable(file, writing, "it is a folder");
}

/** @param mode its permission bits; as the umask has them where it is not given
 *  @throws KmendError with the writing's code */
export function writeWhole(file: string, text: string, writing: Writing, mode?: number): void {
  const path = destination(file);
  try {
    const isOther = statSync(path, { throwIfNoEntry: false })?.isFile() === false;
    if (isOther) writeFileSync(path, text);
    else replace(path, text, mode);
  } catch (cause) {
    throw unwritable(file, writing, fileReason(cause as NodeJS.ErrnoException), cause);
  }
}

function replace(path: string, text: string, mode: number | undefined): void {
  const draft = `${path}.${process.pid}.part`;
  const descriptor = openSync(draft, "wx", mode);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor); // else a power cut may leave the new name with nothing in it
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw cause;
  } finally {
    closeSync(descriptor);
  }
}

/** What a link leads to; nothing is ever put in its place, nor in that of a device or pipe such as /dev/stdout. */
function destination(file: string): string {
  return existsSync(file) ? realpathSync(file) : resolve(file);
}

/** Why nothing can be written in a folder: it is the folder that is missing, not the file. */
export function folderReason(folder: string, cause: NodeJS.ErrnoException): string {
  return cause.code === "ENOENT" ? `there is no folder ${folder}` : fileReason(cause);
}

function unwritable(file: string, { code, noun, hint }: Writing, why: string, cause?: unknown): KmendError {
  return new KmendError(
    { code, message: `Cannot write the ${noun} ${file}: ${why}`, hint },
    exitCodes.badOptions,
    cause,
  );
}
