/** A folder's whole content to be placed below a path. */

import { join, raw, type Script, sh } from "../../script/script.ts";
import type { TreeEntry } from "../brought.ts";
import { hostPath } from "../host-path.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";
import type { Mode } from "../options.ts";
import { attributesStep, fresh, wanted } from "./attributes.ts";
import type { FilesChange } from "./change.ts";
import { contentDiff } from "./diffs.ts";
import { missingFolders, readMissing } from "./file-state.ts";
import { look, lookFunctions, readLooks } from "./look.ts";
import { askOwners, type Owners, readOwners } from "./owner.ts";
import type { PathState } from "./path-state.ts";
import { type PlacementArgs, resolvePreserve, wasOf } from "./placement.ts";
import type { Source, Step } from "./steps.ts";

export interface TreeState {
  /** The folder that takes the content, then each entry's path, in the entries' order. */
  readonly targets: readonly PathState[];
  readonly missing: readonly string[];
  readonly owners: Owners;
}

export interface TreeArgs extends PlacementArgs {
  readonly directory_mode: Mode | undefined;
}

/** What is to be placed: entries below a folder; `prefix` is the source's own name unless it ended in a slash. */
export interface WantedTree {
  readonly prefix: string;
  readonly entries: readonly TreeEntry[];
  sourceOf(entry: TreeEntry): Source;
}

/** Looks at the path of each entry below `dest`. */
export function inspectTree(args: TreeArgs, tree: WantedTree): Inspection<TreeState> {
  const each = placed(tree).map(
    ({ at }): Script => sh`${look(sh`"$p"/${at}`, { sums: true, follow: args.follow })}`,
  );
  return {
    script: sh`(
${lookFunctions}
p=${hostPath(args.dest.replace(/(?<=.)\/+$/, ""))}
${askOwners(args)}
${look(raw('"$p"'), { follow: true })}
p=$kmend_path
${missingFolders}
${join(each)}
)`,
    parse: (output) => {
      const printed = text(output.stdout);
      const targets = readLooks(printed);
      if (targets.length !== each.length + 1)
        throw new TaskFailed(`Cannot look below ${args.dest}: ${text(output.stderr).trim()}`);
      return { targets, missing: readMissing(printed), owners: readOwners(printed, args) };
    },
  };
}

export function planTree(state: TreeState, tree: WantedTree, args: TreeArgs): FilesChange | null {
  const [root, ...targets] = state.targets;
  if (!root) return null;
  if (root.kind !== "absent" && root.kind !== "directory")
    throw new TaskFailed(`Cannot copy a folder to ${root.path}: it is a ${root.kind}`, { path: root.path });
  const folderArgs = { ...args, mode: args.directory_mode };
  const above = root.kind === "absent" ? [...state.missing].reverse().concat(root.path) : [];
  const steps: Step[] = above.map((path) => ({
    do: "folder",
    path,
    ...fresh(folderArgs, state.owners, true),
  }));
  placed(tree).forEach(({ entry }, index) => {
    const target = targets[index];
    if (target) steps.push(...entrySteps(entry, target, tree, state.owners, args));
  });
  if (steps.length === 0) return null;
  return {
    before: state,
    after: steps.map((step) => ({ [step.do]: step.path })),
    steps,
    main: root.path,
    diff: steps.flatMap((step) => {
      const target = state.targets.find(({ path }) => path === step.path);
      return step.do === "write" && target
        ? contentDiff(target, null, { before: step.path, after: step.path })
        : [];
    }),
  };
}

function entrySteps(
  entry: TreeEntry,
  target: PathState,
  tree: WantedTree,
  owners: Owners,
  args: TreeArgs,
): Step[] {
  if (entry.kind === "directory") return folderSteps(target, owners, args);
  if (entry.kind === "link") return linkSteps(entry, target);
  if (target.kind === "directory" || target.kind === "other")
    throw new TaskFailed(`Cannot write ${target.path}: it is a ${target.kind}`, { path: target.path });
  if (target.kind !== "absent" && !args.force) return [];
  const own = { ...args, mode: resolvePreserve(args.mode, entry.mode) };
  if (target.kind === "file" && target.sha256 === entry.sha256) {
    const step = attributesStep(target, own, owners);
    return step ? [step] : [];
  }
  return [
    {
      do: "write",
      path: target.path,
      was: wasOf(target),
      source: tree.sourceOf(entry),
      sha256: entry.sha256,
      backup: args.backup,
      ...(args.validate === undefined ? {} : { validate: args.validate }),
      ...(target.kind === "file" ? wanted(target, own, owners) : fresh(own, owners, false)),
    },
  ];
}

/** `directory_mode` is for folders that the copy makes; one that stands there keeps its own. */
function folderSteps(target: PathState, owners: Owners, args: TreeArgs): Step[] {
  if (target.kind === "absent")
    return [
      { do: "folder", path: target.path, ...fresh({ ...args, mode: args.directory_mode }, owners, true) },
    ];
  if (target.kind === "directory") return [];
  throw new TaskFailed(`Cannot make the folder ${target.path}: it is a ${target.kind}`, {
    path: target.path,
  });
}

function linkSteps(entry: TreeEntry, target: PathState): Step[] {
  const to = entry.target ?? "";
  if (target.kind === "link" && target.target === to) return [];
  if (target.kind === "directory" || target.kind === "other")
    throw new TaskFailed(`Cannot link ${target.path}: it is a ${target.kind}`, { path: target.path });
  return [{ do: "link", path: target.path, target: to, was: wasOf(target) }];
}

/** Where each entry goes below `dest`, a folder before what lies in it. */
function placed({ prefix, entries }: WantedTree): { readonly at: string; readonly entry: TreeEntry }[] {
  if (prefix === "") return entries.map((entry) => ({ at: entry.path, entry }));
  const top: TreeEntry = { path: "", kind: "directory", mode: 0o755, size: 0, sha1: "", sha256: "" };
  return [{ at: prefix, entry: top }, ...entries.map((entry) => ({ at: `${prefix}/${entry.path}`, entry }))];
}
