/** Files and folders of the controller on their way to a host: their bytes, or only their sums where they are long. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, open, readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Brought, TreeEntry } from "../modules/modules.ts";
import { isEncrypted } from "../vault/vault.ts";

/** A file up to this size is held in memory, a longer one is streamed. */
const maxHeldBytes = 8 * 1024 * 1024;

export interface ReadingFlags {
  /** What a link in a folder points at is brought in its place. */
  readonly follow?: boolean;
  /** A file that is encrypted is brought encrypted. */
  readonly asItIs?: boolean;
}

export interface Reading extends Required<ReadingFlags> {
  /** The bytes that an encrypted file hides. */
  open(path: string): Promise<Buffer>;
}

type Content = Pick<Brought, "bytes" | "size" | "sha1" | "sha256">;

export const noBytes = { size: 0, sha1: "", sha256: "" };

/** @param size of the file as it lies here, in bytes */
export async function contentOf(path: string, size: number, reading: Reading): Promise<Content> {
  // Held whole, however long: nothing of what it hides may reach a disk here.
  if (!reading.asItIs && (await beginsEncrypted(path))) return sums(await reading.open(path));
  return size <= maxHeldBytes ? sums(await readFile(path)) : { size, ...(await streamedSums(path)) };
}

async function beginsEncrypted(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    return isEncrypted(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

export function sums(bytes: Uint8Array): Required<Content> {
  const of = (name: string): string => createHash(name).update(bytes).digest("hex");
  return { bytes, size: bytes.length, sha1: of("sha1"), sha256: of("sha256") };
}

async function streamedSums(path: string): Promise<{ sha1: string; sha256: string }> {
  const sha1 = createHash("sha1");
  const sha256 = createHash("sha256");
  for await (const chunk of createReadStream(path)) {
    sha1.update(chunk as Uint8Array);
    sha256.update(chunk as Uint8Array);
  }
  return { sha1: sha1.digest("hex"), sha256: sha256.digest("hex") };
}

/** Everything below a folder, parents before what they hold. A link that points nowhere, or at a folder that it is in, stays one. */
export async function treeOf(root: string, reading: Reading): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  async function walk(below: string, within: readonly string[]): Promise<void> {
    const folder = await realpath(join(root, below));
    for (const name of (await readdir(folder)).sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      const entry = await entryOf(root, path, { ...reading, within: [...within, folder] });
      entries.push(entry);
      if (entry.kind === "directory") await walk(path, [...within, folder]);
    }
  }
  await walk("", []);
  return entries;
}

async function entryOf(
  root: string,
  path: string,
  reading: Reading & { readonly within: readonly string[] },
): Promise<TreeEntry> {
  const full = join(root, path);
  const link = await lstat(full);
  const isKept = link.isSymbolicLink() && !(reading.follow && (await canFollow(full, reading.within)));
  if (isKept)
    return { path, kind: "link", mode: link.mode & 0o7777, target: await readlink(full), ...noBytes };
  const found = await stat(full);
  const mode = found.mode & 0o7777;
  if (found.isDirectory()) return { path, kind: "directory", mode, ...noBytes };
  if (!reading.asItIs && (await beginsEncrypted(full)))
    return { path, kind: "file", mode, ...sums(await reading.open(full)) };
  return { path, kind: "file", mode, size: found.size, ...(await streamedSums(full)) };
}

async function canFollow(link: string, within: readonly string[]): Promise<boolean> {
  const target = await realpath(link).catch(() => null);
  return target !== null && !within.includes(target);
}
