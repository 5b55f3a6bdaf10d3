/** What an include's options name: read by the engine when it comes to it, and by whoever looks ahead. */

import { isAbsolute, join, resolve } from "node:path";
import { Dict, isList, str, type Value } from "../template/template.ts";
import type { RoleFrom } from "./roles.ts";

/** The file of an `include_tasks`, as it was written. */
export function includedFile(options: Dict): string {
  return text(options, "file", "_raw_params") ?? "";
}

/** The role of an `include_role`, and the files of it that are named. */
export function includedRole(options: Dict): { readonly name: string; readonly parts: RoleFrom } {
  const parts = {
    tasksFrom: text(options, "tasks_from"),
    varsFrom: text(options, "vars_from"),
    defaultsFrom: text(options, "defaults_from"),
    handlersFrom: text(options, "handlers_from"),
  };
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return { name: text(options, "name", "role") ?? "", parts: given };
}

/** The tags of its `apply:`; a list, or names between commas. */
export function appliedTags(options: Dict): string[] {
  const apply = options.get("apply");
  if (!(apply instanceof Dict)) return [];
  return listed(apply.get("tags")).flatMap((tag) => str(tag).split(","));
}

/** A list as it is, one value as a list of it, nothing as none. */
export function listed(value: Value | undefined): readonly Value[] {
  return value === undefined || value === null ? [] : isList(value) ? value : [value];
}

/** Every place a file may lie, in the order they are tried: in each folder first below `files/` (or its like), then in
 *  the folder itself. @param below `files`, `templates`, `vars` or `tasks` */
export function candidatesIn(folders: readonly string[], below: string, path: string): string[] {
  if (isAbsolute(path)) return [path];
  if (path.startsWith("~/")) return [join(process.env["HOME"] ?? "/root", path.slice(2))];
  return folders.flatMap((folder) => [resolve(folder, below, path), resolve(folder, path)]);
}

function text(options: Dict, ...names: readonly string[]): string | undefined {
  const value = names.map((name) => options.get(name)).find((each) => each !== undefined && each !== null);
  return value === undefined ? undefined : str(value);
}
