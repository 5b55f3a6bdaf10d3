/** Finds the controller's files the way the language says: as named when absolute, else along the search paths. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { isEncrypted } from "../../vault/vault.ts";
import type { Settings } from "../define.ts";

/** The path of the first that exists; each folder is tried with and without the kind's own subfolder. */
export function findFile(
  name: string,
  kind: "files" | "templates" | "vars",
  settings: Settings,
): string | undefined {
  const path = expandHome(name, settings);
  if (isAbsolute(path)) return existsSync(path) ? path : undefined;
  for (const folder of settings.searchPaths)
    for (const candidate of [join(folder, kind, path), join(folder, path)])
      if (existsSync(candidate)) return resolve(candidate);
  return existsSync(path) ? resolve(path) : undefined;
}

export function expandHome(path: string, settings: Settings): string {
  return path.replace(/^~(?=\/|$)/, () => settings.environment["HOME"] ?? "~");
}

/** The file's text, or what it hides where it is encrypted: nobody is to see that from then on. */
export function readText(path: string, { vault }: Settings): string {
  const text = readFileSync(path, "utf8");
  if (!isEncrypted(text)) return text;
  const opened = vault.open(text, { file: path, line: 1, column: 1 }, "file").toString("utf8");
  vault.hide(opened);
  return opened;
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** A template that `include`, `import` or `lookup('template')` names. */
export function findTemplate(name: string, settings: Settings): { path: string; source: string } | undefined {
  const path = findFile(name, "templates", settings);
  return path !== undefined && isFile(path) ? { path, source: readText(path, settings) } : undefined;
}
