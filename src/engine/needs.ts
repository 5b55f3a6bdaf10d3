/** Brings what a module needs from the controller: files, trees, rendered templates, files of variables. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Brought, type Module, type Need, TaskFailed, type TreeEntry } from "../modules/modules.ts";
import { readYaml, refuseEncrypted, textSettings, toValue } from "../template/template.ts";
import type { Run } from "./run.ts";
import { candidates } from "./search-paths.ts";
import type { View } from "./variables.ts";

/** A file up to this size is held in memory, a longer one is streamed. */
const maxHeldBytes = 8 * 1024 * 1024;

const folders = { file: "files", tree: "files", template: "templates", vars: "vars" } as const;

export async function bring(
  run: Run,
  view: View,
  module: Module,
  args: unknown,
): Promise<Record<string, Brought>> {
  const needs = module.kind === "wait" ? [] : (module.needs?.(args) ?? []);
  const brought: Record<string, Brought> = {};
  for (const need of needs) brought[need.name] = await bringOne(run, view, need);
  return brought;
}

async function bringOne(run: Run, view: View, need: Need): Promise<Brought> {
  const source = await find(run, view, folders[need.kind], need.path);
  const found = await stat(source);
  const mode = found.mode & 0o7777;
  if (found.isDirectory() && (need.kind === "template" || need.kind === "vars"))
    throw new TaskFailed(`Cannot use ${source}: it is a folder`);
  switch (need.kind) {
    case "template":
      return { source, mode, ...sums(new TextEncoder().encode(await render(view, need, source))) };
    case "vars":
      return varsFile(source, mode);
    case "tree":
      return { source, mode, size: 0, sha1: "", sha256: "", entries: await treeOf(source) };
    case "file":
      if (found.isDirectory())
        return { source, mode, size: 0, sha1: "", sha256: "", entries: await treeOf(source) };
      return found.size <= maxHeldBytes
        ? { source, mode, ...sums(await (need.asItIs ? readFile(source) : plainFile(source))) }
        : { source, mode, size: found.size, ...(await streamedSums(source)) };
  }
}

/** The first place that has it. @throws TaskFailed naming every place that was tried */
export async function find(run: Run, view: View, below: string, path: string): Promise<string> {
  const tried = candidates(run, view.frame, below, path);
  for (const candidate of tried) if (await stat(candidate).catch(() => null)) return candidate;
  throw new TaskFailed(
    `Could not find or access '${path}'. Searched in:\n${tried.map((each) => `\t${each}`).join("\n")}`,
  );
}

/** Ansible would send what an encrypted file hides; its own text would do harm there. @throws KmendError `vault-unsupported` */
async function plainFile(source: string): Promise<Buffer> {
  const bytes = await readFile(source);
  refuseEncrypted(bytes.subarray(0, 32).toString("latin1"), source);
  return bytes;
}

async function render(view: View, need: Need & { kind: "template" }, source: string): Promise<string> {
  const text = (await plainFile(source)).toString("utf8");
  return view.templar.text(text, { file: source, settings: textSettings(need.settings ?? {}) });
}

async function varsFile(source: string, mode: number): Promise<Brought> {
  const bytes = await readFile(source);
  const document = readYaml(bytes.toString("utf8"), source);
  return { source, mode, ...sums(bytes), value: document.root ? toValue(document.root) : null };
}

function sums(bytes: Uint8Array): { bytes: Uint8Array; size: number; sha1: string; sha256: string } {
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

/** Everything below a folder, parents before what they hold. */
async function treeOf(root: string): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  async function walk(below: string): Promise<void> {
    for (const name of (await readdir(join(root, below))).sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      entries.push(await entryOf(root, path));
      if (entries.at(-1)?.kind === "directory") await walk(path);
    }
  }
  await walk("");
  return entries;
}

async function entryOf(root: string, path: string): Promise<TreeEntry> {
  const full = join(root, path);
  const found = await lstat(full);
  const mode = found.mode & 0o7777;
  if (found.isDirectory()) return { path, kind: "directory", mode, size: 0, sha1: "", sha256: "" };
  if (found.isSymbolicLink())
    return { path, kind: "link", mode, target: await readlink(full), size: 0, sha1: "", sha256: "" };
  return { path, kind: "file", mode, size: found.size, ...(await streamedSums(full)) };
}
