/** Places a file or a folder on the host (Ansible's `copy`). */

import { Dict, toJson, type Value } from "../template/values.ts";
import { asText } from "./coerce.ts";
import { againFiles } from "./files/again.ts";
import { applySteps, type FilesChange, tidySteps, undoSteps, uploadSteps } from "./files/change.ts";
import { dictOf } from "./files/fields.ts";
import { fileOptions } from "./files/file-options.ts";
import { filesBefore } from "./files/files-before.ts";
import { foreignFiles } from "./files/foreign.ts";
import { fileForesight } from "./files/foresight.ts";
import { contentLimit } from "./files/path-state.ts";
import {
  inspectPlacement,
  type PlacementState,
  placementResult,
  planPlacement,
  type Wanted,
  wantedFrom,
} from "./files/placement.ts";
import { inspectRemote, type RemoteState, remoteTree, remoteWanted } from "./files/remote-source.ts";
import { sha1, sha256 } from "./files/sums.ts";
import { inspectTree, planTree, type TreeState, type WantedTree } from "./files/tree.ts";
import { checkValidate } from "./files/validation.ts";
import { nameOf } from "./host-path.ts";
import { type HostModule, type Inspection, type Setting, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  ...fileOptions,
  dest: {
    type: "path",
    required: true,
    help: "Place it at this path; below it when it is a folder or ends in a slash",
  },
  src: {
    type: "path",
    help: "Take this file or folder of the controller; with a slash at its end, what is in it",
  },
  content: { type: "raw", help: "Write this text; a dictionary or list becomes JSON" },
  remote_src: { type: "bool", default: false, help: "Take `src` from the host itself" },
  backup: { type: "bool", default: false, help: "Keep a dated copy of the old file beside it" },
  force: {
    type: "bool",
    default: true,
    aliases: ["thirsty"],
    help: "Replace a file that differs; without, only make a new one",
  },
  directory_mode: { type: "mode", help: "Set these permissions on folders that a recursive copy makes" },
  follow: { type: "bool", default: false, help: "Write through a symlink at the path" },
  local_follow: { type: "bool", default: true, help: "Copy what a symlink of the controller points at" },
  checksum: { type: "str", help: "Refuse the file unless this is its SHA-1" },
  validate: { type: "str", help: "Run this on the new file, %s, and place it only when it exits with 0" },
  decrypt: {
    type: "bool",
    default: true,
    help: "Send what a file encrypted with ansible-vault hides; false: take it as it is",
  },
} as const satisfies Options;

export type CopyArgs = ArgumentsOf<typeof options>;

/** What was looked at: a file's place, a folder's places, or a source on the host and its places. */
type CopyState =
  | { readonly kind: "file"; readonly place: PlacementState }
  | { readonly kind: "tree"; readonly place: TreeState }
  | { readonly kind: "remote"; readonly place: RemoteState };

export const copy: HostModule<CopyArgs, CopyState, FilesChange> = {
  kind: "host",
  name: "copy",
  summary: "Place a file or a folder on the host",
  options,
  wayBack:
    "Restores each file that was replaced, with its owner, permissions and times; takes new ones away.",
  examples: `- copy: {src: kubelet.conf, dest: /etc/kubernetes/, mode: "0600"}
- copy: {content: "vm.overcommit_memory = 1\\n", dest: /etc/sysctl.d/90-kubelet.conf}`,
  validate: ({ src, content, validate }) => {
    if (src !== undefined && content !== undefined)
      throw new TaskFailed("src and content are mutually exclusive");
    if (src === undefined && content === undefined) throw new TaskFailed("src (or content) is required");
    checkValidate(validate);
  },
  needs: ({ src, remote_src, local_follow, decrypt }) => {
    if (src === undefined || remote_src) return [];
    const how = { follow: local_follow, asItIs: !decrypt };
    if (src.endsWith("/")) return [{ kind: "tree", name: "src", path: src, ...how }];
    // A path without a slash may be a folder all the same: the engine then brings it as a tree.
    return [{ kind: "file", name: "src", path: src, ...how }];
  },
  inspect: (args, setting) => {
    if (args.src !== undefined && args.remote_src) return within("remote", inspectRemote(args, args.src));
    const tree = broughtTree(args, setting);
    if (tree) return within("tree", inspectTree(args, tree));
    return within("file", inspectPlacement(args, nameOf(args.src ?? "")));
  },
  plan: (state, args, setting) => {
    if (!state) return null;
    if (state.kind === "file") return stamped(planFile(state.place, args, setting), state);
    if (state.kind === "tree")
      return stamped(planTree(state.place, broughtTree(args, setting) ?? noTree, args), state);
    const { place } = state;
    if (place.tree) return stamped(planTree(place.tree, remoteTree(place), args), state);
    return stamped(place.file ? planPlacement(place.file, remoteWanted(place), args) : null, state);
  },
  apply: applySteps,
  uploads: uploadSteps,
  revert: undoSteps,
  foreign: foreignFiles,
  isBefore: filesBefore,
  again: againFiles,
  tidy: tidySteps,
  foresight: fileForesight({
    get: (state) => (state.kind === "file" ? state.place : null),
    set: (state, part) => (state.kind === "file" ? { ...state, place: { ...state.place, ...part } } : state),
    mayCome: false,
  }),
  result: ({ args, state, change, output, setting }) => {
    if (!state) return new Dict();
    if (state.kind === "file")
      return placementResult({ state: state.place, change, output }, wantedOf(args, setting));
    if (state.kind === "remote" && state.place.file) {
      const wanted = remoteWanted(state.place);
      return placementResult({ state: state.place.file, change, output }, wanted);
    }
    const dest = args.dest.endsWith("/") ? args.dest : `${args.dest}/`;
    return dictOf({ dest, src: setting.brought["src"]?.source ?? args.src });
  },
};

const noTree: WantedTree = { prefix: "", entries: [], sourceOf: () => ({ brought: "src" }) };

function planFile(state: PlacementState, args: CopyArgs, setting: Setting): FilesChange | null {
  if (args.content !== undefined && state.isBelowFolder)
    throw new TaskFailed("can not use content with a dir as dest");
  const wanted = wantedOf(args, setting);
  if (args.checksum !== undefined && args.checksum !== wanted.sha1)
    throw new TaskFailed("Copied file does not match the expected checksum. Transfer failed.", {
      checksum: wanted.sha1,
      expected_checksum: args.checksum,
    });
  return planPlacement(state, wanted, args);
}

/** The content's bytes, or the controller's file. */
function wantedOf(args: CopyArgs, { brought }: Setting): Wanted {
  const file = brought["src"];
  if (file) return wantedFrom("src", file);
  const content = contentText(args.content ?? "");
  const bytes = Buffer.from(content, "utf8");
  const source = { content: { text: content, encoding: "utf-8" as const } };
  return {
    source,
    sha1: sha1(bytes),
    sha256: sha256(bytes),
    content: bytes.length <= contentLimit ? source.content : null,
    sourceMode: undefined,
    from: args.dest,
  };
}

function contentText(content: Value): string {
  return typeof content === "object" && content !== null && !("text" in content) && !("value" in content)
    ? pythonJson(toJson(content))
    : asText(content);
}

/** JSON with the blanks that Python's json.dumps puts. */
function pythonJson(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map((each) => pythonJson(each)).join(", ")}]`;
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  return `{${Object.entries(json)
    .map(([key, value]) => `${JSON.stringify(key)}: ${pythonJson(value)}`)
    .join(", ")}}`;
}

/** The controller's folder, when `src` is one. */
function broughtTree({ src }: CopyArgs, { brought }: Setting): WantedTree | null {
  const entries = brought["src"]?.entries;
  if (!entries) return null;
  return {
    prefix: src?.endsWith("/") ? "" : nameOf(src ?? ""),
    entries,
    sourceOf: (entry) => ({ brought: "src", entry: entry.path }),
  };
}

function within(kind: CopyState["kind"], inspection: Inspection<CopyState["place"]>): Inspection<CopyState> {
  return {
    script: inspection.script,
    parse: (output) => ({ kind, place: inspection.parse(output) }) as CopyState,
  };
}

/** `before` is the whole state, so that it compares with what inspect sees after a revert. */
function stamped(change: FilesChange | null, before: CopyState): FilesChange | null {
  return change && { ...change, before };
}
