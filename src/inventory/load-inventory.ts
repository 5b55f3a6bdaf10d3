/** From what `-i` names to one inventory. */

import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { exitCodes, fileReason, KmendError, type Problem } from "../problem/problem.ts";
import { readYaml } from "../template/template.ts";
import { isEncrypted, type Vault } from "../vault/vault.ts";
import { isClusterSource, readClusterSource } from "./cluster-source.ts";
import { hideVariables } from "./hide-encrypted.ts";
import { BadHostName, hostNames } from "./host-names.ts";
import { readIni } from "./ini-source.ts";
import { Inventory } from "./inventory-model.ts";
import { readProgram } from "./program-source.ts";
import { settleGroups } from "./settle-groups.ts";
import { folderOf, varsBeside } from "./vars-beside.ts";
import { looksLikeGroups, readYamlInventory } from "./yaml-source.ts";

export interface LoadOptions {
  /** What relative sources start from; the process's own folder by default. */
  readonly cwd?: string;
  /** Opens what is encrypted; none: that is a problem. */
  readonly vault?: Vault;
}

/** Endings that a folder of inventories passes over, as Ansible does. */
const passedOver = [
  ".pyc",
  ".pyo",
  ".swp",
  ".bak",
  "~",
  ".rpm",
  ".md",
  ".txt",
  ".rst",
  ".orig",
  ".ini",
  ".cfg",
  ".retry",
];

/** Reads every source in order; later ones add to and override earlier ones.
 *  @throws KmendError with every problem of every source, sorted by place. */
export async function loadInventory(
  sources: readonly string[],
  { cwd = process.cwd(), vault }: LoadOptions = {},
): Promise<Inventory> {
  const inventory = new Inventory(vault);
  const problems: Problem[] = [];
  for (const source of sources) problems.push(...(await readSource(source, cwd, inventory)));
  try {
    settleGroups(inventory);
  } catch (error) {
    problems.push({ code: "inventory-syntax", message: (error as Error).message });
  }
  problems.push(...(await varProblems(inventory)));
  const errors = problems.filter((problem) => problem.severity !== "warning");
  if (errors.length > 0) throw new KmendError(sorted(errors), exitCodes.parseError);
  inventory.warnings.push(...sorted(problems), ...namesakes(inventory));
  return inventory;
}

async function readSource(source: string, cwd: string, inventory: Inventory): Promise<Problem[]> {
  if (source.includes(",")) {
    inventory.sources.push(source);
    return readHostList(source, inventory);
  }
  const path = resolve(cwd, source);
  inventory.sources.push(path);
  const folder = folderOf(path);
  if (folder !== undefined && inventory.beside.every((beside) => beside.folder !== folder))
    inventory.beside.push(varsBeside(folder, inventory.vault));
  return readPath(path, inventory);
}

function readHostList(source: string, inventory: Inventory): Problem[] {
  const problems: Problem[] = [];
  for (const text of source
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")) {
    try {
      const { names, port } =
        text.includes("[") && !text.startsWith("[") ? { names: [text], port: undefined } : hostNames(text);
      for (const name of names) {
        inventory.addHost(name, { groups: ["ungrouped"] });
        if (port !== undefined) inventory.host(name)?.vars.set("ansible_port", port);
      }
    } catch (error) {
      if (!(error instanceof BadHostName)) throw error;
      problems.push({ code: "inventory-syntax", message: `Cannot read host "${text}": ${error.message}` });
    }
  }
  return problems;
}

async function readPath(path: string, inventory: Inventory): Promise<Problem[]> {
  try {
    if (statSync(path).isDirectory()) return await readFolder(path, inventory);
    if (isProgram(path)) return await readProgram(path, inventory);
    return await readFile(path, inventory);
  } catch (error) {
    if (error instanceof KmendError) return [...error.problems];
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [unreadable(path, error as NodeJS.ErrnoException)];
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): Problem {
  return {
    code: "inventory-unreadable",
    message: `Cannot read inventory ${path}: ${fileReason(error)}`,
    hint:
      error.code === "ENOENT"
        ? `Name a file, a folder or a program. Hosts themselves have a comma behind them:\n    -i "${basename(path)},"`
        : "Name a file, a folder or a program that you may read.",
  };
}

async function readFolder(path: string, inventory: Inventory): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const name of readdirSync(path).sort()) {
    if (name.startsWith(".") || passedOver.some((ending) => name.endsWith(ending))) continue;
    if (name === "group_vars" || name === "host_vars") continue;
    problems.push(...(await readPath(join(path, name), inventory)));
  }
  return problems;
}

async function readFile(path: string, inventory: Inventory): Promise<Problem[]> {
  const source = readFileSync(path, "utf8");
  if (!isEncrypted(source)) return readText(source, path, inventory);
  const text = inventory.vault.open(source, { file: path, line: 1, column: 1 }, "file").toString("utf8");
  const alone = new Inventory(inventory.vault);
  await readText(text, path, alone);
  hideVariables(alone, inventory.vault);
  return readText(text, path, inventory);
}

async function readText(text: string, path: string, inventory: Inventory): Promise<Problem[]> {
  const ending = extname(path);
  if (![".yml", ".yaml", ".json"].includes(ending)) {
    const root = yamlRoot(text, path, inventory.vault);
    if (!looksLikeGroups(root)) return readIni(text, path, inventory);
    return ending === "" ? readYamlInventory(root, path, inventory) : [namedAsIni(path, ending)];
  }
  const { root, warnings } = readYaml(text, path, inventory.vault);
  if (isClusterSource(root)) return [...warnings, ...(await readClusterSource(root, path, inventory))];
  return [...warnings, ...readYamlInventory(root, path, inventory)];
}

/** Ansible reads it as INI too, and fails at every line. */
function namedAsIni(path: string, ending: string): Problem {
  return {
    code: "inventory-is-yaml",
    place: { file: path, line: 1, column: 1 },
    message: `Cannot read the inventory: it is YAML, and a name that ends in ${ending} is read as INI`,
    hint: `Name it ${basename(path, ending)}.yml`,
  };
}

/** A file without an ending may be either; INI is hardly ever a mapping in YAML. */
function yamlRoot(text: string, path: string, vault: Vault) {
  try {
    return readYaml(text, path, vault).root;
  } catch {
    return undefined;
  }
}

/** Executable, and it says how: an INI file on a disk that marks every file executable is none. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  const start = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    readSync(file, start, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  return (statSync(path).mode & 0o111) !== 0 && /^(?:#!|\x7fELF)/.test(start.toString("latin1"));
}

/** Reads the group_vars and host_vars of everything named, so that a broken file stops the run before it starts. */
async function varProblems(inventory: Inventory): Promise<Problem[]> {
  return inventory.beside.flatMap((beside) => beside.problems(inventory));
}

function namesakes(inventory: Inventory): Problem[] {
  return inventory.hosts
    .filter((host) => inventory.group(host.name))
    .map((host) => ({
      code: "inventory-namesake",
      severity: "warning",
      message: `"${host.name}" is the name of a host and of a group; as a pattern it means the host`,
    }));
}

function sorted(problems: readonly Problem[]): Problem[] {
  const key = ({ place }: Problem) => place?.file ?? "";
  return problems.toSorted(
    (a, b) =>
      (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}
