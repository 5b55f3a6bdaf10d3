/** Owner, group and permissions: what a task asks for, against what stands there. */

import type { FileArgs } from "./file-options.ts";
import { applyMode } from "./mode.ts";
import type { Owners } from "./owner.ts";
import { octal, type PathState } from "./path-state.ts";
import type { AttributesStep } from "./steps.ts";

/** Something that exists. */
export type Present = Exclude<PathState, { kind: "absent" }>;

/** The step that gives this path what the task asks for; null when it has it. */
export function attributesStep(state: Present, args: FileArgs, owners: Owners): AttributesStep | null {
  const { path, mode, uid, gid } = state;
  const isLink = state.kind === "link";
  const after = { uid, gid, ...wanted(state, args, owners) };
  if (isLink) after.mode = mode;
  if (after.mode === mode && after.uid === uid && after.gid === gid) return null;
  return { do: "attributes", path, isLink, before: { mode, uid, gid }, after };
}

/** What the task asks of a file that stands already; it keeps what the task does not name. */
export function wanted(
  state: Present,
  { mode }: FileArgs,
  owners: Owners,
): { mode: number; uid?: number; gid?: number } {
  const isDirectory = state.kind === "directory";
  return {
    mode:
      mode === undefined || mode === "preserve"
        ? state.mode
        : applyMode(mode, state.mode, { isDirectory, umask: owners.umask }),
    ...ids(owners),
  };
}

/** What something new gets: the task's mode over what the umask would give. */
export function fresh(
  { mode }: FileArgs,
  owners: Owners,
  isDirectory: boolean,
): { mode: number; uid?: number; gid?: number } {
  const base = (isDirectory ? 0o777 : 0o666) & ~owners.umask;
  return {
    mode:
      mode === undefined || mode === "preserve"
        ? base
        : applyMode(mode, base, { isDirectory, umask: owners.umask }),
    ...ids(owners),
  };
}

/** The attributes that differ, as Ansible's diffs list them. */
export function attributesDiff(step: AttributesStep): {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
} {
  const side = (which: "before" | "after") => ({
    ...(step.before.gid === step.after.gid ? {} : { group: step[which].gid }),
    ...(step.before.mode === step.after.mode ? {} : { mode: octal(step[which].mode) }),
    ...(step.before.uid === step.after.uid ? {} : { owner: step[which].uid }),
  });
  return { before: side("before"), after: side("after") };
}

function ids({ uid, gid }: Owners): { uid?: number; gid?: number } {
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}
