/** Brings what a module needs from the controller: files, trees, rendered templates, files of variables. */

import { readFile, stat } from "node:fs/promises";
import { type Brought, type Module, type Need, TaskFailed } from "../modules/modules.ts";
import { readVariables, textSettings } from "../template/template.ts";
import { closedVault, isEncrypted } from "../vault/vault.ts";
import { contentOf, noBytes, type Reading, type ReadingFlags, sums, treeOf } from "./controller-files.ts";
import type { Run } from "./run.ts";
import { candidates } from "./search-paths.ts";
import type { View } from "./variables.ts";

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
      return { source, mode, ...sums(new TextEncoder().encode(await render(run, view, need, source))) };
    case "vars":
      return varsFile(run, source, mode);
    case "tree":
      return { source, mode, ...noBytes, entries: await treeOf(source, reading(run, need)) };
    case "file":
      return found.isDirectory()
        ? { source, mode, ...noBytes, entries: await treeOf(source, reading(run, need)) }
        : { source, mode, ...(await contentOf(source, found.size, reading(run, need))) };
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

function reading(run: Run, { follow = false, asItIs = false }: ReadingFlags): Reading {
  return { follow, asItIs, open: (path) => openedFile(run, path).then(({ bytes }) => bytes) };
}

/** The file's bytes, or what they hide, of which nothing is shown from then on. @throws KmendError what the vault says */
async function openedFile(run: Run, source: string): Promise<{ bytes: Buffer; wasEncrypted: boolean }> {
  const bytes = await readFile(source);
  if (!isEncrypted(bytes)) return { bytes, wasEncrypted: false };
  const { vault = closedVault } = run.world;
  const opened = vault.open(bytes.toString("latin1"), { file: source, line: 1, column: 1 }, "file");
  run.mask.know(opened.toString("utf8"));
  return { bytes: opened, wasEncrypted: true };
}

async function render(
  run: Run,
  view: View,
  need: Need & { kind: "template" },
  source: string,
): Promise<string> {
  const { bytes, wasEncrypted } = await openedFile(run, source);
  const settings = textSettings(need.settings ?? {});
  const text = view.templar.text(bytes.toString("utf8"), { file: source, settings });
  if (wasEncrypted) run.mask.know(text);
  return text;
}

async function varsFile(run: Run, source: string, mode: number): Promise<Brought> {
  const bytes = await readFile(source);
  const value = readVariables(bytes.toString("utf8"), source, run.world.vault);
  return { source, mode, ...sums(bytes), value };
}
