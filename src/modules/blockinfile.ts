/** Has a block of lines between two marker lines of a text file (Ansible's `blockinfile`). */

import { Dict } from "../template/values.ts";
import { againFiles } from "./files/again.ts";
import {
  applySteps,
  type FilesChange,
  readApplied,
  tidySteps,
  undoSteps,
  uploadSteps,
} from "./files/change.ts";
import {
  asIn,
  contentOf,
  type Edited,
  type EditState,
  expression,
  inspectEdit,
  message,
  planEdit,
} from "./files/edit.ts";
import { dictOf } from "./files/fields.ts";
import { fileOptions } from "./files/file-options.ts";
import { filesBefore } from "./files/files-before.ts";
import { foreignFiles } from "./files/foreign.ts";
import { plainForesight } from "./files/foresight.ts";
import type { Content } from "./files/path-state.ts";
import { checkValidate } from "./files/validation.ts";
import { type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  ...fileOptions,
  path: { type: "path", required: true, aliases: ["dest", "destfile", "name"], help: "Edit this file" },
  block: { type: "str", default: "", aliases: ["content"], help: "Have these lines; none removes the block" },
  state: {
    type: "str",
    default: "present",
    choices: ["absent", "present"],
    help: "Have the block, or have none",
  },
  marker: {
    type: "str",
    default: "# {mark} ANSIBLE MANAGED BLOCK",
    help: "Mark the block by this line, with {mark}",
  },
  marker_begin: { type: "str", default: "BEGIN", help: "Put this for {mark} above the block" },
  marker_end: { type: "str", default: "END", help: "Put this for {mark} below the block" },
  insertafter: { type: "str", help: "Add it behind the last line that this matches, or at EOF" },
  insertbefore: { type: "str", help: "Add it before the last line that this matches, or at BOF" },
  create: { type: "bool", default: false, help: "Make the file when it is absent" },
  backup: { type: "bool", default: false, help: "Keep a dated copy of the old file beside it" },
  validate: { type: "str", help: "Run this on the new file, %s, and place it only when it exits with 0" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const blockinfile: HostModule<Args, EditState, FilesChange> = {
  kind: "host",
  name: "blockinfile",
  summary: "Have a block of lines between two marker lines of a text file",
  options,
  wayBack: "Restores the file as it was, with its owner, permissions and times; takes a new file away.",
  examples: `- blockinfile:
    path: /etc/hosts
    block: |
      10.0.0.1 api
      10.0.0.2 etcd`,
  validate: ({ validate, insertafter, insertbefore }) => {
    checkValidate(validate);
    if (insertafter !== undefined && insertbefore !== undefined)
      throw new TaskFailed("parameters are mutually exclusive: insertbefore|insertafter");
  },
  inspect: inspectEdit,
  plan: (state, args) => {
    if (!state) return null;
    return planEdit(state, content(state, args), edited(state, args), args);
  },
  apply: applySteps,
  uploads: uploadSteps,
  revert: undoSteps,
  foreign: foreignFiles,
  isBefore: filesBefore,
  again: againFiles,
  tidy: tidySteps,
  foresight: plainForesight(true),
  result: ({ args, state, output }) => {
    if (!state) return new Dict();
    const msg = message(edited(state, args), state, args);
    return dictOf({ msg, backup_file: readApplied(output).backup });
  },
};

function content(state: EditState, args: Args): Content {
  const create = args.create && args.state === "present";
  return contentOf(state, { ...args, create }, `Path ${args.path} does not exist !`);
}

function edited(state: EditState, args: Args): Edited {
  const made = edit(content(state, args), args);
  return state.target.kind === "absent" ? { ...made, msg: "File created" } : made;
}

function edit(content: Content, args: Args): Edited {
  const lines = content.text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const block = wantedBlock(content, args);
  const marks = [args.marker_begin, args.marker_end].map((mark) =>
    asIn(content.encoding, args.marker.replaceAll("{mark}", mark)),
  );
  const [begin, end] = marks.map((mark) => lines.lastIndexOf(mark ?? ""));
  const isThere = begin !== undefined && end !== undefined && begin !== -1 && end !== -1;
  const first = isThere ? Math.min(begin, end) : -1;
  const rest = isThere ? lines.toSpliced(first, Math.abs(end - begin) + 1) : lines;
  const at = isThere ? first : insertion(content, rest, args);
  const fresh = block.length === 0 ? rest : rest.toSpliced(at, 0, marks[0] ?? "", ...block, marks[1] ?? "");
  // A last line without its newline stays so, unless the block comes behind it.
  const isOpen = content.text !== "" && !content.text.endsWith("\n") && fresh.at(-1) === lines.at(-1);
  const text = fresh.length === 0 ? "" : fresh.join("\n") + (isOpen ? "" : "\n");
  if (fresh.length === lines.length && fresh.every((line, index) => line === lines[index]))
    return { text: content.text, msg: "" };
  return { text, msg: block.length === 0 ? "Block removed" : "Block inserted" };
}

function wantedBlock(content: Content, { block, state }: Args): string[] {
  if (state === "absent" || block === "") return [];
  return asIn(content.encoding, block).replace(/\n$/, "").split("\n");
}

/** Where a new block goes: by the last line that matches, else at the end. */
function insertion(content: Content, lines: readonly string[], { insertafter, insertbefore }: Args): number {
  if (insertbefore === "BOF") return 0;
  const pattern = insertbefore ?? insertafter;
  if (pattern === undefined || pattern === "EOF") return lines.length;
  const regex = expression(pattern, content);
  const found = lines.findLastIndex((line) => {
    regex.lastIndex = 0;
    return regex.test(line);
  });
  if (found === -1) return lines.length;
  return insertbefore === undefined ? found + 1 : found;
}
