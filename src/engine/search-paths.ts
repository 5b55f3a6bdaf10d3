import { candidatesIn } from "../playbook/playbook.ts";
import type { Frame } from "./frame.ts";
import { rolesAround } from "./frame.ts";
import type { Run } from "./run.ts";

/** Folders that a relative path is looked for in, nearest first: the roles around, the task's own file, the playbook. */
export function searchPaths(run: Run, frame: Frame | null): string[] {
  const roles = frame ? rolesAround(frame).reverse() : [];
  const own = frame ? baseDir(frame) : null;
  return [...new Set([...roles.map((role) => role.path), ...(own ? [own] : []), run.play.folder])];
}

/** Every place a file may lie, in the order they are tried. @param below `files`, `templates`, `vars` or `tasks` */
export function candidates(run: Run, frame: Frame | null, below: string, path: string): string[] {
  return candidatesIn(searchPaths(run, frame), below, path);
}

function baseDir(frame: Frame): string | null {
  for (let at: Frame | null = frame; at; at = at.parent)
    if ("baseDir" in at.shared && typeof at.shared.baseDir === "string") return at.shared.baseDir;
  return null;
}
