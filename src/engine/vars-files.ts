/** `vars_files:` of a play, for one host: their names may depend on its facts. */

import { readFile } from "node:fs/promises";
import type { Located, Play } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { Dict, isList, readVariables, str } from "../template/template.ts";
import type { Vault } from "../vault/vault.ts";
import { playFrame } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { knowVariables } from "./known-secrets.ts";
import type { Run } from "./run.ts";
import { candidates } from "./search-paths.ts";
import { viewOf } from "./variables.ts";

/** @param early facts are not there yet: a name that cannot be rendered now is left for later */
export async function readVarsFiles(run: Run, play: Play, host: HostState, early: boolean): Promise<void> {
  if (host.varsFiles !== null || play.varsFiles.length === 0) return;
  const dicts: Dict[] = [];
  for (const entry of play.varsFiles) {
    // A file may use what those before it say.
    host.varsFiles = dicts;
    const dict = await readEntry(run, play, host, entry, early);
    if (dict) dicts.push(dict);
  }
  host.varsFiles = [...dicts];
}

async function readEntry(
  run: Run,
  play: Play,
  host: HostState,
  entry: Located,
  early: boolean,
): Promise<Dict | null> {
  // A list names several: the first that exists is meant.
  const names = isList(entry.value) ? entry.value : [entry.value];
  const { templar } = viewOf(run, host, playFrame(play));
  const tried: string[] = [];
  for (const name of names) {
    const path = rendered(() => str(templar.render(name)), early);
    if (path === null) continue;
    tried.push(path);
    const found = await firstReadable(run, path);
    if (found !== null) return found;
  }
  if (tried.length === 0 && early) return null;
  throw new KmendError({
    code: "missing-vars-file",
    message: `vars file ${tried.join(", ")} was not found`,
    place: entry.place,
    hint: `Searched in ${tried.flatMap((path) => candidates(run, null, "vars", path)).join(", ")}`,
  });
}

function rendered(render: () => string, early: boolean): string | null {
  try {
    return render();
  } catch (error) {
    if (early && error instanceof KmendError) return null;
    throw error;
  }
}

async function firstReadable(run: Run, path: string): Promise<Dict | null> {
  for (const candidate of candidates(run, null, "vars", path)) {
    const known = run.files.get(candidate);
    if (known) return known;
    const text = await readFile(candidate, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
      throw error;
    });
    if (text === null) continue;
    const dict = asDict(text, candidate, run.world.vault);
    run.files.set(candidate, dict);
    knowVariables(run.mask, dict);
    return dict;
  }
  return null;
}

function asDict(text: string, file: string, vault: Vault | undefined): Dict {
  const value = readVariables(text, file, vault);
  if (value === null) return new Dict();
  if (value instanceof Dict) return value;
  throw new KmendError({
    code: "not-a-dictionary",
    message: "Cannot take variables from this file: it must hold a dictionary",
    place: { file, line: 1, column: 1 },
  });
}
