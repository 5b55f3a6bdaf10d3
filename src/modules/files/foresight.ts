/** What file modules leave for the tasks after them, as far as a plan can know it. */

import type { Foreseen, Foresight, Traces } from "../foresight.ts";
import type { AnyChange, Setting } from "../module.ts";
import type { FilesChange } from "./change.ts";
import type { Owners } from "./owner.ts";
import { contentLimit, type PathState, toContent } from "./path-state.ts";
import type { Step, WriteStep } from "./steps.ts";

/** What every file module's state has. */
interface Looked {
  readonly target: PathState;
  readonly missing: readonly string[];
  readonly owners: Owners;
}

/** Nobody asked which group the session has. */
const unknownGid = -1;

/** @param inner the part of the state that has the path, and the state with another part; null where it has none
 *  @param mayCome a package that comes before may bring what is not there */
export function fileForesight<Args, State, Change extends FilesChange & AnyChange>(lens: {
  readonly get: (state: State) => Looked | null;
  readonly set: (state: State, part: Looked) => State;
  readonly mayCome: boolean;
}): Foresight<Args, State, Change> {
  return {
    sees: (_, state) => {
      const part = state === null ? null : lens.get(state);
      if (!part) return { paths: ["/"] };
      return { paths: [part.target.path], isAbsent: lens.mayCome && part.target.kind === "absent" };
    },
    leaves: (change, setting) => tracesOf(change, setting, lens.get(change.before as State)?.target),
    corrected: (state, before) => {
      const part = lens.get(state);
      const corrected = part && correct(part, before);
      return corrected && lens.set(state, corrected);
    },
  };
}

/** For modules whose state is that part. */
export function plainForesight<Args, State extends Looked>(
  mayCome: boolean,
): Foresight<Args, State, FilesChange> {
  return fileForesight({ get: (state) => state, set: (state, part) => ({ ...state, ...part }), mayCome });
}

function correct(part: Looked, { paths }: Foreseen): Looked | null {
  const { target, owners } = part;
  // What else `file` looked at is right only where nothing else comes to the path.
  const hasMore = "folder" in part || "below" in part || "source" in part;
  const isTouched = [...paths.keys()].some((path) => `${path}/`.startsWith(`${target.path}/`));
  if (hasMore && isTouched) return null;
  const found = paths.get(target.path);
  if (found === null) return null;
  const now = found ?? target;
  if (target.kind === "absent" && now.kind === "directory" && "isBelowFolder" in part) return null;
  if (now.kind !== "absent" && now.gid === unknownGid && owners.gid !== undefined) return null;
  return withFolders({ ...part, target: now }, paths);
}

/** Folders above it that the changes before would make. A folder that goes, or becomes something else, is another matter. */
function withFolders(part: Looked, paths: Foreseen["paths"]): Looked | null {
  for (const [path, state] of paths)
    if (part.target.path.startsWith(`${path}/`) && state?.kind !== "directory") return null;
  return { ...part, missing: part.missing.filter((path) => paths.get(path)?.kind !== "directory") };
}

function tracesOf({ steps }: FilesChange, setting: Setting, target: PathState | undefined): Traces {
  const paths = new Map<string, PathState>();
  const touched: string[] = [];
  if (target) paths.set(target.path, target);
  const before = new Set(paths.keys());
  for (const step of steps) {
    const after = afterStep(step, paths.get(step.path), setting);
    if (after) paths.set(step.path, after);
    else {
      paths.delete(step.path);
      touched.push(step.path);
    }
    before.delete(step.path);
  }
  for (const path of before) paths.delete(path);
  return { paths: [...paths.values()], touched };
}

/** null: nobody knows. */
function afterStep(step: Step, was: PathState | undefined, setting: Setting): PathState | null {
  const { path } = step;
  switch (step.do) {
    case "folder":
      return { path, kind: "directory", ...owned(step, undefined, setting) };
    case "write":
      return written(step, was, setting);
    case "remove":
      return { path, kind: "absent" };
    case "link":
      return { path, kind: "link", target: step.target, ...owned({ mode: 0o777 }, undefined, setting) };
    case "attributes":
      return was && was.kind !== "absent" ? { ...was, ...step.after, ...names(was, step.after) } : null;
    case "touch":
      return was && was.kind !== "absent" ? was : null;
    case "hard link":
      return null;
  }
}

function written(step: WriteStep, was: PathState | undefined, setting: Setting): PathState {
  const bytes = "brought" in step.source ? setting.brought[step.source.brought]?.bytes : undefined;
  const isWhole = bytes !== undefined && bytes.length <= contentLimit && !("entry" in step.source);
  const content = "content" in step.source ? step.source.content : isWhole ? toContent(bytes) : undefined;
  const { path, sha256 } = step;
  return {
    path,
    kind: "file",
    size: 0, // nothing is decided by it
    mtime: 0,
    ...owned(step, was, setting),
    sha256,
    ...(content ? { content } : {}),
  };
}

interface Owned {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A file that is replaced keeps its owner; a new one is the session's. */
function owned(
  { mode, uid, gid }: Owned,
  was: PathState | undefined,
  setting: Setting,
): { mode: number; uid: number; gid: number; owner: string; group: string } {
  const old = was?.kind === "file" ? was : undefined;
  const ownGid = setting.uid === 0 ? 0 : unknownGid;
  const ids = { uid: uid ?? old?.uid ?? setting.uid, gid: gid ?? old?.gid ?? ownGid };
  return { mode, ...ids, owner: String(ids.uid), group: String(ids.gid) };
}

function names(
  was: { readonly owner: string; readonly group: string; readonly uid: number; readonly gid: number },
  { uid, gid }: { readonly uid: number; readonly gid: number },
): { owner: string; group: string } {
  return {
    owner: uid === was.uid ? was.owner : String(uid),
    group: gid === was.gid ? was.group : String(gid),
  };
}
