/** One file to be placed at a path: what `copy` and `template` have in common. */

import type { Output } from "../../script/output.ts";
import { raw, sh } from "../../script/script.ts";
import type { Dict } from "../../template/values.ts";
import type { Brought } from "../brought.ts";
import { folderOf, hostPath } from "../host-path.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";
import type { Mode } from "../options.ts";
import { attributesDiff, attributesStep, fresh, type Present, wanted } from "./attributes.ts";
import { type FilesChange, readApplied } from "./change.ts";
import { contentDiff, tableDiff } from "./diffs.ts";
import { dictOf, fields } from "./fields.ts";
import type { FileArgs } from "./file-options.ts";
import { missingFolders, readMissing } from "./file-state.ts";
import { look, lookFunctions, readLooks, readWord } from "./look.ts";
import { askOwners, type Owners, readOwners } from "./owner.ts";
import { type Content, contentLimit, type PathState, toContent } from "./path-state.ts";
import type { FolderStep, Source, Step, Was, WriteStep } from "./steps.ts";
import { md5 } from "./sums.ts";

export interface PlacementArgs extends FileArgs {
  readonly dest: string;
  readonly follow: boolean;
  readonly force: boolean;
  readonly backup: boolean;
  readonly validate: string | undefined;
}

export interface PlacementState {
  /** Where the file will stand; below `dest` when that is a folder. */
  readonly target: PathState;
  readonly isBelowFolder: boolean;
  readonly missing: readonly string[];
  readonly owners: Owners;
}

/** The file as it is to be. */
export interface Wanted {
  readonly source: Source;
  readonly sha1: string;
  readonly sha256: string;
  /** null where the bytes are not at hand. */
  readonly content: Content | null;
  /** The mode of the source, for `preserve`. */
  readonly sourceMode: number | undefined;
  /** Shown as where the new text comes from. */
  readonly from: string;
}

/** Looks at the path, or at `name` below it where the path is a folder or ends in a slash. */
export function inspectPlacement(args: PlacementArgs, name: string): Inspection<PlacementState> {
  return {
    script: sh`(
${lookFunctions}
p=${hostPath(args.dest.replace(/(?<=.)\/+$/, ""))}
${askOwners(args)}
if [ -d "$p" ] || ${raw(args.dest.endsWith("/") ? ":" : "false")}; then echo 'folder y'; p=\${p%/}/${name}; fi
${look(raw('"$p"'), { follow: args.follow, sums: true, content: true })}
p=$kmend_path
${missingFolders}
)`,
    parse: (output) => {
      const printed = text(output.stdout);
      const target = readLooks(printed)[0];
      if (!target) throw new TaskFailed(`Cannot look at ${args.dest}: ${text(output.stderr).trim()}`);
      return {
        target,
        isBelowFolder: readWord(printed, "folder") !== undefined,
        missing: readMissing(printed),
        owners: readOwners(printed, args),
      };
    },
  };
}

/** What must be done so that the wanted file stands there. */
export function planPlacement(
  state: PlacementState,
  wantedFile: Wanted,
  given: PlacementArgs,
): FilesChange | null {
  const { target, missing, owners } = state;
  const args = { ...given, mode: resolvePreserve(given.mode, wantedFile.sourceMode) };
  if (target.kind !== "absent" && !args.force) return null;
  if (target.kind === "directory" || target.kind === "other")
    throw new TaskFailed(`Cannot write ${target.path}: it is a ${target.kind}`, { path: target.path });
  if (missing.length > 0 && !args.dest.endsWith("/"))
    throw new TaskFailed(`Destination directory ${folderOf(target.path)} does not exist`, {
      checksum: wantedFile.sha1,
    });
  if (target.kind === "file" && target.sha256 === wantedFile.sha256)
    return onlyAttributes(state, target, args);

  const folders = [...missing]
    .reverse()
    .map((path): FolderStep => ({ do: "folder", path, mode: 0o777 & ~owners.umask }));
  const step: WriteStep = {
    do: "write",
    path: target.path,
    was: wasOf(target),
    source: wantedFile.source,
    sha256: wantedFile.sha256,
    backup: args.backup,
    ...(args.validate === undefined ? {} : { validate: args.validate }),
    ...(target.kind === "file" ? wanted(target, args, owners) : fresh(args, owners, false)),
  };
  const steps: Step[] = [...folders, step];
  return {
    before: state,
    after: { path: target.path, sha256: wantedFile.sha256, mode: step.mode },
    steps,
    main: target.path,
    diff: contentDiff(target, wantedFile.content, { before: target.path, after: wantedFile.from }),
  };
}

/** Ansible's keys for a placed file. */
export function placementResult(
  given: { state: PlacementState; change: FilesChange | null; output: Output | null },
  wantedFile: Wanted,
): Dict {
  const { state, change, output } = given;
  const { target } = state;
  if (!change && target.kind === "file" && target.sha256 !== wantedFile.sha256)
    return dictOf({ dest: target.path, src: wantedFile.from });
  const applied = readApplied(output);
  const isWritten = change?.steps.some((step) => step.do === "write") ?? false;
  const after = applied.state ?? (change ? undefined : target);
  const bytes = wantedFile.content
    ? Buffer.from(wantedFile.content.text, wantedFile.content.encoding === "utf-8" ? "utf8" : "latin1")
    : null;
  const checksum = isWritten || change || target.kind !== "file" ? wantedFile.sha1 : target.sha1;
  return dictOf({
    dest: target.path,
    ...(isWritten ? { src: wantedFile.from, md5sum: bytes ? md5(bytes) : undefined } : { path: target.path }),
    checksum,
    backup_file: applied.backup,
    ...(after ? fields(after) : {}),
  });
}

/** What the engine brought, as a wanted file. */
export function wantedFrom(name: string, brought: Brought): Wanted {
  const { bytes } = brought;
  return {
    source: { brought: name },
    sha1: brought.sha1,
    sha256: brought.sha256,
    content: bytes && bytes.length <= contentLimit ? toContent(bytes) : null,
    sourceMode: brought.mode,
    from: brought.source,
  };
}

/** What stood there, as a step needs it. */
export function wasOf(target: PathState): Was {
  if (target.kind === "link") return { kind: "link", target: target.target };
  if (target.kind === "file" && target.sha256 !== undefined) return { kind: "file", sha256: target.sha256 };
  return { kind: target.kind };
}

/** A change of attributes alone; null when there is none. */
export function onlyAttributes(
  state: { readonly owners: Owners },
  target: Present,
  args: FileArgs,
): FilesChange | null {
  const step = attributesStep(target, args, state.owners);
  if (!step) return null;
  const { before, after } = attributesDiff(step);
  return {
    before: state,
    after: { path: target.path, ...step.after },
    steps: [step],
    main: target.path,
    diff: [tableDiff({ ...before, path: target.path }, { ...after, path: target.path })],
  };
}

export function resolvePreserve(mode: Mode | undefined, sourceMode: number | undefined): Mode | undefined {
  return mode === "preserve" ? sourceMode : mode;
}
