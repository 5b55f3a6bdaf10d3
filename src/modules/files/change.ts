/** A file module's change: steps over paths. Its apply, revert and uploads are the same for every such module. */

import type { Output } from "../../script/output.ts";
import { join, raw, type Script, sh } from "../../script/script.ts";
import type { Upload } from "../brought.ts";
import { type AnyChange, text, type Where } from "../module.ts";
import { look, lookFunctions, readLooks, readName } from "./look.ts";
import { type PathState, toBytes } from "./path-state.ts";
import { freshPath, make, type Step, stepFunctions, undo, withoutFolder } from "./steps.ts";

export interface FilesChange extends AnyChange {
  readonly steps: readonly Step[];
  /** What apply looks at in the end, for the task's result. */
  readonly main: string;
}

/** Makes each step, stops at the first that fails, and prints what the main path is then. */
export function applySteps(change: FilesChange, where: Where): Script {
  const steps = change.steps.map(
    (step, n) => sh`{ ${make(step, keepPath(where, n), uploadPath(where, n))}
} || exit 1`,
  );
  return subshell(sh`umask 077
${join(steps)}
${look(sh`${change.main}`, { sums: true })}`);
}

/** Takes each step back, newest first. */
export function undoSteps(change: FilesChange, where: Where): Script | null {
  if (change.irreversible !== undefined) return null;
  const steps = change.steps.map(
    (step, n) => sh`{ ${undo(step, keepPath(where, n))}
} || exit 1`,
  );
  return subshell(sh`umask 077
${join(steps.reverse())}`);
}

/** Takes away what was never moved into place. */
export function tidySteps(change: FilesChange, where: Where): Script {
  const fresh = change.steps.flatMap((step, n) => {
    const path = freshPath(step, keepPath(where, n));
    return path === null ? [] : [step.do === "folder" ? withoutFolder(path) : sh`rm -f -- ${path}`];
  });
  return fresh.length === 0 ? raw(":") : join(fresh, " && ");
}

/** The bytes that the steps write. */
export function uploadSteps(change: FilesChange, where: Where): Upload[] {
  return change.steps.flatMap((step, n): Upload[] => {
    if (step.do !== "write" || "host" in step.source) return [];
    const to = uploadPath(where, n);
    if ("content" in step.source) return [{ to, bytes: toBytes(step.source.content) }];
    const { brought, entry } = step.source;
    return [entry === undefined ? { to, from: brought } : { to, from: brought, entry }];
  });
}

/** What apply printed: the main path's state, and the backup's name. */
export function readApplied(output: Output | null): { readonly state?: PathState; readonly backup?: string } {
  if (!output) return {};
  const printed = text(output.stdout);
  const state = readLooks(printed)[0];
  const backup = readName(printed, "backup");
  return {
    ...(state ? { state } : {}),
    ...(backup ? { backup } : {}),
  };
}

/** Where a step keeps what it replaces. */
export function keepPath(where: Where, n: number): string {
  return `${where.save}/${n}`;
}

function uploadPath(where: Where, n: number): string {
  return `${where.tmp}/${n}`;
}

/** With the functions that steps and looks call. */
export function subshell(body: Script): Script {
  return sh`(
${lookFunctions}
${stepFunctions}
${body}
)${raw("")}`;
}
