/** Programs as sources: `PROGRAM --list` prints groups as JSON, `PROGRAM --host NAME` a host's variables. */

import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Problem } from "../problem/problem.ts";
import { Dict, fromJson, isList, str, type Value } from "../template/template.ts";
import type { Inventory } from "./inventory-model.ts";
import { InventoryLoop } from "./inventory-model.ts";

const run = promisify(execFile);
/** A program that asks a cloud may take its time; one that hangs must not hold the run for ever. */
const programTimeoutMs = 300_000;
const maxOutputBytes = 512 * 1024 * 1024;

/** Runs the program and reads what it says into the inventory; what went wrong is returned. */
export async function readProgram(file: string, inventory: Inventory): Promise<Problem[]> {
  try {
    const listed = await ask(file, ["--list"]);
    const hostVars = takeGroups(listed, file, inventory);
    const hosts = inventory.hosts.filter((host) => host.source === file);
    for (const host of hosts) {
      const vars = hostVars ? hostVars.get(host.name) : await ask(file, ["--host", host.name]);
      if (vars instanceof Dict) inventory.addHost(host.name, { vars });
    }
    return [];
  } catch (error) {
    if (!(error instanceof ProgramFailed) && !(error instanceof InventoryLoop)) throw error;
    return [
      {
        code: "inventory-program",
        message: `Cannot use ${file}: ${error.message}`,
        place: { file, line: 1, column: 1 },
      },
    ];
  }
}

class ProgramFailed extends Error {}

async function ask(file: string, args: readonly string[]): Promise<Dict> {
  const asked = args.join(" ");
  const { stdout } = await run(file, args, {
    cwd: dirname(file),
    timeout: programTimeoutMs,
    maxBuffer: maxOutputBytes,
  }).catch((error: Error & { code?: number | string; signal?: string; stderr?: string }) => {
    const outcome = error.signal ? `was killed by ${error.signal}` : `exited with ${error.code}, wanted 0`;
    throw new ProgramFailed(`${asked} ${outcome}${error.stderr ? `: ${error.stderr.trim()}` : ""}`);
  });
  try {
    const value = fromJson(JSON.parse(stdout.trim() || "{}"));
    if (value instanceof Dict) return value;
  } catch {
    throw new ProgramFailed(`${asked} printed no JSON: ${JSON.stringify(stdout.slice(0, 60))}`);
  }
  throw new ProgramFailed(`${asked} printed JSON that is no object`);
}

/** Takes every group; what `_meta` says about the hosts is returned, undefined when each must be asked for. */
function takeGroups(listed: Dict, file: string, inventory: Inventory): Dict | undefined {
  let hostVars: Dict | undefined;
  for (const [key, value] of listed.entries()) {
    const name = str(key);
    if (name === "_meta") {
      const vars = value instanceof Dict ? value.get("hostvars") : undefined;
      if (vars instanceof Dict) hostVars = vars;
    } else takeGroup(name, value, file, inventory);
  }
  return hostVars;
}

function takeGroup(name: string, value: Value, file: string, inventory: Inventory): void {
  inventory.addGroup(name);
  const group = isList(value) ? Dict.of({ hosts: value }) : value;
  if (!(group instanceof Dict))
    throw new ProgramFailed(`group "${name}" is neither a list of hosts nor an object`);
  for (const host of names(group, "hosts", name)) inventory.addHost(host, { groups: [name], source: file });
  for (const child of names(group, "children", name)) inventory.addGroup(child, { parents: [name] });
  const vars = group.get("vars");
  if (vars instanceof Dict)
    for (const [key, set] of vars.entries()) inventory.setGroupVar(name, str(key), set);
  else if (vars !== undefined && vars !== null)
    throw new ProgramFailed(`the vars of group "${name}" are no object`);
}

function names(group: Dict, key: string, name: string): string[] {
  const list = group.get(key) ?? [];
  if (!isList(list)) throw new ProgramFailed(`the ${key} of group "${name}" are no list`);
  return list.map((each) => str(each));
}
