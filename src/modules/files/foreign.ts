/** What somebody else made of a path since a change: it is neither what the change left there nor what was before. */

import { join, type Script, sh } from "../../script/script.ts";
import { type Foreign, type Inspection, text, type Where } from "../module.ts";
import { type FilesChange, keepPath } from "./change.ts";
import { look, lookFunctions, readLooks } from "./look.ts";
import { octal, type PathState } from "./path-state.ts";
import type { AttributesStep, HardLinkStep, LinkStep, RemoveStep, Step, Was, WriteStep } from "./steps.ts";

/** The steps whose undo would overwrite something. A folder is taken away only when it is empty. */
type Watched = WriteStep | LinkStep | HardLinkStep | RemoveStep | AttributesStep;

/** A path as it is now. */
export interface Seen {
  readonly now: PathState;
  /** The step had kept what stood there. */
  readonly isKept: boolean;
  /** A hard link is still the same file as its source. */
  readonly isSame: boolean;
}

/** Looks at each path that the change left; null where its undo overwrites nothing. */
export function foreignFiles(change: FilesChange, where: Where): Inspection<readonly Foreign[]> | null {
  const watched = change.steps.flatMap((step, n) =>
    isWatched(step) ? [{ step, keep: keepPath(where, n) }] : [],
  );
  if (watched.length === 0) return null;
  return {
    script: sh`(
${lookFunctions}
${join(watched.map(({ step, keep }) => lookAt(step, keep)))}
:
)`,
    parse: (output) => {
      const seen = readSeen(text(output.stdout));
      return watched.flatMap(({ step }, n) => {
        const found = seen[n];
        const later = watched.slice(n + 1).filter((other) => other.step.path === step.path);
        // Of several steps at one path the last counts, of those for its bytes and of those for its permissions.
        const isOver = later.some((other) => (other.step.do === "attributes") === (step.do === "attributes"));
        return found && !isOver ? foreign(step, found, later.length > 0) : [];
      });
    },
  };
}

function isWatched(step: Step): step is Watched {
  return step.do !== "folder" && step.do !== "touch";
}

function lookAt(step: Watched, keep: string): Script {
  const same =
    step.do === "hard link"
      ? sh`[ "$(stat -c %d:%i -- ${step.path} 2>/dev/null)" != "$(stat -c %d:%i -- ${step.source} 2>/dev/null)" ] || echo same y`
      : sh`:`;
  return sh`${look(sh`${step.path}`, { sums: true })}
if [ -e ${keep} ] || [ -L ${keep} ]; then echo kept y; fi
${same}`;
}

export function readSeen(printed: string): Seen[] {
  const blocks = printed.split(/^(?=path )/m).filter((block) => block.startsWith("path "));
  return blocks.flatMap((block) => {
    const [now] = readLooks(block);
    return now ? [{ now, isKept: /^kept y$/m.test(block), isSame: /^same y$/m.test(block) }] : [];
  });
}

function foreign(step: Watched, seen: Seen, isOwnedLater: boolean): Foreign[] {
  const { now } = seen;
  if (isLeft(step, seen, isOwnedLater) || isBefore(step, seen)) return [];
  return [
    {
      path: step.path,
      ours: leftBy(step),
      theirs: shown(now),
      ...(now.kind === "file" ? { modifiedS: now.mtime } : {}),
    },
  ];
}

function isLeft(step: Watched, { now, isSame }: Seen, isOwnedLater: boolean): boolean {
  switch (step.do) {
    case "write":
      return now.kind === "file" && now.sha256 === step.sha256 && (isOwnedLater || isOwned(now, step));
    case "link":
      return now.kind === "link" && now.target === step.target;
    case "hard link":
      return isSame;
    case "remove":
      return now.kind === "absent";
    case "attributes":
      return isOwned(now, step.isLink ? { uid: step.after.uid, gid: step.after.gid } : step.after);
  }
}

function isBefore(step: Watched, { now, isKept }: Seen): boolean {
  if (step.do === "attributes") return isOwned(now, step.before);
  return isAgain(step.was, now, isKept);
}

/** A file whose sum nobody took, and a folder, are what they were only while nothing was kept of them. */
export function isAgain(was: Was, now: PathState, isKept: boolean): boolean {
  if (was.kind !== now.kind) return false;
  if (now.kind === "absent") return true;
  if (now.kind === "link") return now.target === was.target;
  if (now.kind === "file" && was.sha256 !== undefined) return now.sha256 === was.sha256;
  return !isKept;
}

function isOwned(now: PathState, wanted: { mode?: number; uid?: number; gid?: number }): boolean {
  if (now.kind === "absent") return false;
  return (["mode", "uid", "gid"] as const).every((name) => [undefined, now[name]].includes(wanted[name]));
}

function leftBy(step: Watched): string {
  switch (step.do) {
    case "write":
      return `a file, sha256 ${step.sha256}, mode ${octal(step.mode)}`;
    case "link":
      return `a link to ${step.target}`;
    case "hard link":
      return `the same file as ${step.source}`;
    case "remove":
      return "nothing";
    case "attributes":
      return `mode ${octal(step.after.mode)}, owner ${step.after.uid}:${step.after.gid}`;
  }
}

function shown(now: PathState): string {
  if (now.kind === "absent") return "nothing";
  const owned = `mode ${octal(now.mode)}, owner ${now.uid}:${now.gid}`;
  if (now.kind === "link") return `a link to ${now.target}`;
  if (now.kind === "file") return `a file, sha256 ${now.sha256 ?? "unknown"}, ${owned}`;
  return `a ${now.kind === "directory" ? "folder" : "special file"}, ${owned}`;
}
