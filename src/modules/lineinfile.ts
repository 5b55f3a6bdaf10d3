/** Has a line in a text file, or has none like it (Ansible's `lineinfile`). */

import { withoutLineEnds } from "../script/output.ts";
import { replacement } from "../template/template.ts";
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
  line: { type: "str", aliases: ["value"], help: "Have this line" },
  regexp: { type: "str", aliases: ["regex"], help: "Replace the last line that this matches; or remove all" },
  search_string: { type: "str", help: "Replace the last line that holds this text; or remove all" },
  state: {
    type: "str",
    default: "present",
    choices: ["absent", "present"],
    help: "Have the line, or have none",
  },
  backrefs: {
    type: "bool",
    default: false,
    help: "Fill groups of the match into the line; add none without a match",
  },
  insertafter: { type: "str", help: "Add it behind the last line that this matches, or at EOF" },
  insertbefore: { type: "str", help: "Add it before the last line that this matches, or at BOF" },
  firstmatch: { type: "bool", default: false, help: "Take the first line that matches in place of the last" },
  create: { type: "bool", default: false, help: "Make the file when it is absent" },
  backup: { type: "bool", default: false, help: "Keep a dated copy of the old file beside it" },
  validate: { type: "str", help: "Run this on the new file, %s, and place it only when it exits with 0" },
  others: { type: "str", refused: "Ansible ignores it too; delete the option", help: "Ignored by Ansible" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface EditedLines extends Edited {
  /** How many lines were removed. */
  readonly found?: number;
}

export const lineinfile: HostModule<Args, EditState, FilesChange> = {
  kind: "host",
  name: "lineinfile",
  summary: "Have a line in a text file, or none like it",
  options,
  wayBack: "Restores the file as it was, with its owner, permissions and times; takes a new file away.",
  examples: `- lineinfile: {path: /etc/default/kubelet, regexp: "^KUBELET_EXTRA_ARGS=", line: KUBELET_EXTRA_ARGS=}`,
  validate: (args) => {
    checkValidate(args.validate);
    if (args.regexp !== undefined && args.search_string !== undefined)
      throw new TaskFailed("parameters are mutually exclusive: regexp|search_string");
    if (args.insertafter !== undefined && args.insertbefore !== undefined)
      throw new TaskFailed("parameters are mutually exclusive: insertbefore|insertafter");
    if (args.state === "present" && args.line === undefined)
      throw new TaskFailed("line is required with state=present");
    if (args.state === "present" && args.backrefs && args.regexp === undefined)
      throw new TaskFailed("regexp is required with backrefs=true");
    if (
      args.state === "absent" &&
      args.line === undefined &&
      args.regexp === undefined &&
      args.search_string === undefined
    )
      throw new TaskFailed("one of line, search_string, or regexp is required with state=absent");
  },
  inspect: inspectEdit,
  plan: (state, args) => {
    if (!state || isNotPresent(state, args)) return null;
    return planEdit(state, content(state, args), edit(content(state, args), args), args);
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
    if (isNotPresent(state, args)) return Dict.of({ changed: false, msg: "file not present" });
    const edited = edit(content(state, args), args);
    return dictOf({
      msg: message(edited, state, args),
      backup: readApplied(output).backup ?? "",
      found: edited.found,
    });
  },
};

/** Nothing to remove from a file that does not exist. */
function isNotPresent({ target }: EditState, { state }: Args): boolean {
  return state === "absent" && target.kind === "absent";
}

function content(state: EditState, args: Args): Content {
  return contentOf(state, args, `Destination ${args.path} does not exist !`);
}

function edit(content: Content, args: Args): EditedLines {
  const lines = content.text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const matches = matcher(content, args);
  return args.state === "absent" ? without(content, lines, matches) : withLine(content, lines, args, matches);
}

function without(
  content: Content,
  lines: readonly string[],
  matches: (line: string) => boolean,
): EditedLines {
  const kept = lines.filter((line) => !matches(line));
  const found = lines.length - kept.length;
  return {
    text: found === 0 ? content.text : kept.join(""),
    msg: found === 0 ? "" : `${found} line(s) removed`,
    found,
  };
}

/** Which lines are meant: by expression, by text, or the line itself. */
function matcher(content: Content, { regexp, search_string, line }: Args): (line: string) => boolean {
  if (regexp !== undefined) {
    const regex = expression(regexp, content);
    return (each) => finds(regex, each) !== null;
  }
  if (search_string !== undefined) return (each) => each.includes(asIn(content.encoding, search_string));
  const wanted = asIn(content.encoding, line ?? "");
  return (each) => bare(each) === wanted;
}

/** Replaces the line that matches; without one, adds it where `insertafter` or `insertbefore` say. */
function withLine(
  content: Content,
  lines: readonly string[],
  args: Args,
  matches: (line: string) => boolean,
): Edited {
  const wanted = asIn(content.encoding, args.line ?? "");
  const at = pick(lines, matches, args.firstmatch);
  if (at !== -1) {
    const old = lines[at] ?? "";
    const fresh = ended(args.backrefs ? filled(content, old, args) : wanted);
    if (old === fresh) return { text: content.text, msg: "" };
    return { text: lines.with(at, fresh).join(""), msg: "line replaced" };
  }
  const isThere = lines.some((line) => bare(line) === wanted);
  // A line that stands somewhere is not added again, even where the expression no longer finds it.
  if (args.backrefs || isThere) return { text: content.text, msg: "" };
  const spot = insertion(content, lines, args);
  if (spot.isGuarded && bare(lines[spot.at] ?? "\n") === wanted) return { text: content.text, msg: "" };
  const before = lines.slice(0, spot.at);
  // A last line without its newline gets one, so that the new line stands alone.
  const last = before.at(-1);
  if (last !== undefined) before[before.length - 1] = ended(last);
  return { text: [...before, ended(wanted), ...lines.slice(spot.at)].join(""), msg: "line added" };
}

/** Where a new line goes. Guarded: not when the same line stands there already. */
function insertion(
  content: Content,
  lines: readonly string[],
  args: Args,
): { at: number; isGuarded: boolean } {
  const end = { at: lines.length, isGuarded: false };
  if (args.insertbefore === "BOF" || args.insertafter === "BOF") return { at: 0, isGuarded: false };
  const pattern = args.insertbefore ?? args.insertafter;
  if (pattern === undefined || pattern === "EOF") return end;
  const regex = expression(pattern, content);
  const found = pick(lines, (line) => finds(regex, line) !== null, args.firstmatch);
  if (found === -1) return end;
  return args.insertbefore === undefined
    ? { at: found + 1, isGuarded: true }
    : { at: found, isGuarded: false };
}

function pick(lines: readonly string[], matches: (line: string) => boolean, isFirst: boolean): number {
  return isFirst ? lines.findIndex(matches) : lines.findLastIndex(matches);
}

/** The line with the match's groups filled in. */
function filled(content: Content, old: string, { regexp, line }: Args): string {
  const match = finds(expression(regexp ?? "", content), old);
  return match ? replacement(asIn(content.encoding, line ?? ""))(match) : "";
}

function finds(regex: RegExp, line: string): RegExpExecArray | null {
  regex.lastIndex = 0;
  return regex.exec(line);
}

function bare(line: string): string {
  return withoutLineEnds(line);
}

function ended(line: string): string {
  return line.endsWith("\n") ? line : `${line}\n`;
}
