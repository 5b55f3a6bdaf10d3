/** Where the wizard keeps what was chosen: one file in the state folder. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import type { Kept } from "../wizard/wizard.ts";

/** The wizard's own folder in the state folder; it is made where it is not there. */
export function fixFolder(state: string | undefined): string {
  const folder = join(stateFolder(state, process.env), "fix");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** What was left. @throws KmendError `nothing-to-resume` */
export function readKept(state: string | undefined): Kept {
  const path = join(stateFolder(state, process.env), "fix", "kept.json");
  let kept: Kept | null = null;
  try {
    kept = JSON.parse(readFileSync(path, "utf8")) as Kept;
  } catch {
    // None, or half of one: there is nothing to come back to either way.
  }
  if (kept?.schema === 1 && !kept.isOver) return kept;
  throw new KmendError(
    {
      code: "nothing-to-resume",
      message: "Cannot come back: no fix was left in the middle",
      hint: "Begin one:\n    kmend fix",
    },
    exitCodes.badOptions,
  );
}

/** Nobody ever reads half of it. */
export function writeKept(state: string | undefined, kept: Kept): void {
  const path = join(fixFolder(state), "kept.json");
  writeFileSync(`${path}.part`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
