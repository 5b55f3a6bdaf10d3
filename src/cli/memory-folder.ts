/** A place for plain text that nobody else is to see, and that leaves nothing behind. */

import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { overwrite } from "./replace-files.ts";

/** f_type of statfs(2): what lies on these is in memory. */
const memoryFileSystems = [0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */];

/** Lends a folder (0700) in memory; where there is no such file system, on the disk, and says so. Its files are overwritten and
 *  removed in any case. A signal of `endings` aborts what `work` is given, and kmend ends when `work` has. */
export async function withMemoryFolder<Result>(
  work: (folder: string, interrupted: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  for (const name of endings) process.on(name, stop);
  const folder = mkdtempSync(join(memoryPlace() ?? onDisk(), "kmend-vault-"));
  try {
    return await work(folder, interrupt.signal);
  } finally {
    wipe(folder);
    for (const name of endings) process.off(name, stop);
  }
}

// SIGQUIT, too: an editor that hangs is ended by it where Ctrl-C does nothing.
const endings = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

function memoryPlace(): string | undefined {
  return ["/dev/shm", process.env["XDG_RUNTIME_DIR"] ?? ""].find((path) => path !== "" && isUsable(path));
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return memoryFileSystems.includes(statfsSync(path).type);
  } catch {
    return false;
  }
}

function onDisk(): string {
  const path = tmpdir();
  process.stderr.write(
    `warning: no memory file system may be written here (/dev/shm): while you edit, the plain text lies on the disk, below ${path}\n`,
  );
  return path;
}

/** The editor's own drafts and backups lie here, too. */
function wipe(folder: string): void {
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      overwriteFile(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function overwriteFile(path: string): void {
  if (!lstatSync(path).isFile()) return;
  const file = openSync(path, "r+");
  try {
    overwrite(file);
  } finally {
    closeSync(file);
  }
}
