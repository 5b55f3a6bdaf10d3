/** Edits of a text file: computed here from what inspect read, written only if the file is still the same. */

import { sh } from "../../script/script.ts";
import { pythonRegex } from "../../template/template.ts";
import { hostPath } from "../host-path.ts";
import { type Diff, type Inspection, TaskFailed, text } from "../module.ts";
import { attributesDiff, attributesStep, fresh, wanted } from "./attributes.ts";
import type { FilesChange } from "./change.ts";
import { tableDiff } from "./diffs.ts";
import type { FileArgs } from "./file-options.ts";
import { missingFolders, readMissing } from "./file-state.ts";
import { look, lookFunctions, readLooks } from "./look.ts";
import { askOwners, type Owners, readOwners } from "./owner.ts";
import { type Content, type PathState, toBytes } from "./path-state.ts";
import { wasOf } from "./placement.ts";
import type { AttributesStep, FolderStep, Step } from "./steps.ts";
import { sha256 } from "./sums.ts";

export interface EditArgs extends FileArgs {
  readonly path: string;
  readonly backup: boolean;
  readonly validate: string | undefined;
  readonly create: boolean;
}

export interface EditState {
  readonly target: PathState;
  readonly missing: readonly string[];
  readonly owners: Owners;
}

/** What an edit makes of a text, and how Ansible says it. */
export interface Edited {
  readonly text: string;
  readonly msg: string;
}

/** A text file is edited through a symlink: what it points at changes. */
export function inspectEdit(args: EditArgs): Inspection<EditState> {
  return {
    script: sh`(
${lookFunctions}
${askOwners(args)}
${look(hostPath(args.path), { follow: true, sums: true, content: true })}
p=$kmend_path
${missingFolders}
)`,
    parse: (output) => {
      const printed = text(output.stdout);
      const [target] = readLooks(printed);
      if (!target) throw new TaskFailed(`Cannot look at ${args.path}: ${text(output.stderr).trim()}`);
      return { target, missing: readMissing(printed), owners: readOwners(printed, args) };
    },
  };
}

/** The file's text; empty when it is absent and may be made.
 *  @throws TaskFailed in Ansible's words, when there is nothing to edit. */
export function contentOf({ target }: EditState, { create, path }: EditArgs, absent: string): Content {
  if (target.kind === "absent") {
    if (create) return { text: "", encoding: "utf-8" };
    throw new TaskFailed(absent, { rc: 257 });
  }
  if (target.kind === "directory") throw new TaskFailed(`Path ${path} is a directory !`, { rc: 256 });
  if (target.kind !== "file") throw new TaskFailed(`Cannot edit ${path}: it is a ${target.kind}`);
  if (!target.content) throw new TaskFailed(`Cannot edit ${path}: it is larger than 1 MiB`);
  return target.content;
}

/** A regular expression over the file's text; a file that is not UTF-8 is matched byte by byte, as by Ansible. */
export function expression(
  pattern: string,
  { encoding }: Content,
  flags: { multiline?: boolean; dotAll?: boolean } = {},
): RegExp {
  try {
    const { source, flags: letters } = pythonRegex(asIn(encoding, pattern), flags);
    return new RegExp(source, `${letters.replace("d", "")}d`);
  } catch (error) {
    throw new TaskFailed(
      `Cannot read the regular expression ${JSON.stringify(pattern)}: ${(error as Error).message}`,
    );
  }
}

/** The playbook's text in the file's encoding. */
export function asIn(encoding: Content["encoding"], given: string): string {
  return encoding === "utf-8" ? given : Buffer.from(given, "utf8").toString("latin1");
}

/** The change that gives the file this text, and the attributes that the task asks for. */
export function planEdit(
  state: EditState,
  content: Content,
  edited: Edited,
  args: EditArgs,
): FilesChange | null {
  const { target } = state;
  const after: Content = { ...content, text: edited.text };
  const isWritten = target.kind === "absent" ? edited.text !== "" : edited.text !== content.text;
  const attributes = target.kind === "absent" ? null : attributesStep(target, args, state.owners);
  if (!isWritten && !attributes) return null;
  const steps: readonly Step[] = isWritten ? write(state, after, args) : attributes ? [attributes] : [];
  return {
    before: state,
    after: { path: target.path, msg: message(edited, state, args) },
    steps,
    main: target.path,
    diff: diffs(target.path, content, after, attributes),
  };
}

/** Ansible's sentence about text and attributes together. */
export function message({ msg }: Edited, state: EditState, args: FileArgs): string {
  const also = "ownership, perms or SE linux context changed";
  if (!changesAttributes(state, args)) return msg;
  return msg === "" ? also : `${msg} and ${also}`;
}

/** True when the file gets other attributes than it has, or than a new one has by itself. */
function changesAttributes({ target, owners }: EditState, args: FileArgs): boolean {
  if (target.kind !== "absent") return attributesStep(target, args, owners) !== null;
  const [asked, plain] = [fresh(args, owners, false), fresh({ ...args, mode: undefined }, owners, false)];
  return asked.mode !== plain.mode || asked.uid !== undefined || asked.gid !== undefined;
}

function write(state: EditState, after: Content, args: EditArgs): Step[] {
  const { target, missing, owners } = state;
  const folders = [...missing]
    .reverse()
    .map((path): FolderStep => ({ do: "folder", path, mode: 0o777 & ~owners.umask }));
  return [
    ...folders,
    {
      do: "write",
      path: target.path,
      was: wasOf(target),
      source: { content: after },
      sha256: sha256(toBytes(after)),
      backup: args.backup,
      ...(args.validate === undefined ? {} : { validate: args.validate }),
      ...(target.kind === "absent" ? fresh(args, owners, false) : wanted(target, args, owners)),
    },
  ];
}

function diffs(path: string, before: Content, after: Content, attributes: AttributesStep | null): Diff[] {
  const header = `${path} (content)`;
  const texts = { beforeHeader: header, afterHeader: header, before: before.text, after: after.text };
  if (!attributes) return [texts];
  const sides = attributesDiff(attributes);
  return [texts, tableDiff(sides.before, sides.after, `${path} (file attributes)`)];
}
