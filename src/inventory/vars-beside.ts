/** group_vars/ and host_vars/ beside an inventory or a playbook: a file or a folder for each group and host. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { exitCodes, KmendError, type Problem } from "../problem/problem.ts";
import { Dict, readVariables } from "../template/template.ts";
import type { Vault } from "../vault/vault.ts";
import type { Inventory } from "./inventory-model.ts";

export interface Beside {
  readonly folder: string;
  /** @throws KmendError when a file of the group cannot be read */
  group(name: string): Dict | undefined;
  /** @throws KmendError when a file of the host cannot be read */
  host(name: string): Dict | undefined;
  /** What is wrong with the files of the inventory's groups and hosts. Files of other names are not looked at. */
  problems(inventory: Inventory): Problem[];
}

/** In this order; only the first that exists counts. */
const endings = ["", ".yml", ".yaml", ".json"];

/** The folder whose group_vars/ and host_vars/ belong to a source; undefined when the source does not exist. */
export function folderOf(source: string): string | undefined {
  const stat = statSync(source, { throwIfNoEntry: false });
  return stat && (stat.isDirectory() ? source : dirname(source));
}

/** Reads nothing yet: each file is read when its group or host is asked for, once. */
export function varsBeside(folder: string, vault?: Vault): Beside {
  const group = varsFolder(join(folder, "group_vars"), vault);
  const host = varsFolder(join(folder, "host_vars"), vault);
  return {
    folder,
    group,
    host,
    problems: (inventory) => [
      ...inventory.groups.flatMap(({ name }) => problemsOf(() => group(name))),
      ...inventory.hosts.flatMap(({ name }) => problemsOf(() => host(name))),
    ],
  };
}

function problemsOf(read: () => unknown): readonly Problem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    return error.problems;
  }
}

function varsFolder(folder: string, vault: Vault | undefined): (name: string) => Dict | undefined {
  const names = new Set(
    statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [],
  );
  const read = new Map<string, Dict>();
  return (name) => {
    const file = endings.map((ending) => name + ending).find((each) => names.has(each));
    if (file === undefined) return undefined;
    const known = read.get(name);
    if (known) return known;
    const vars = new Dict();
    for (const path of files(join(folder, file)))
      for (const [key, value] of readVars(path, vault).entries()) vars.set(key, value);
    read.set(name, vars);
    return vars;
  };
}

/** The file itself, or every file of the folder that can hold variables, by name. */
function files(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => !name.startsWith(".") && !name.endsWith("~"))
    .flatMap((name) => {
      const inner = join(path, name);
      if (statSync(inner).isDirectory()) return files(inner);
      return /^[^.]+$|\.(?:yml|yaml|json)$/.test(name) ? [inner] : [];
    });
}

function readVars(path: string, vault: Vault | undefined): Dict {
  const value = readVariables(readFileSync(path, "utf8"), path, vault);
  if (value === null) return new Dict();
  if (value instanceof Dict) return value;
  throw new KmendError(
    {
      code: "vars-not-mapping",
      message: "Cannot read variables: the file must be a mapping of names to values",
      place: { file: path, line: 1, column: 1 },
    },
    exitCodes.parseError,
  );
}
