/** Replaces every match of an expression in a text file (Ansible's `replace`). */

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
import type { HostModule } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  ...fileOptions,
  path: { type: "path", required: true, aliases: ["dest", "destfile", "name"], help: "Edit this file" },
  regexp: { type: "str", required: true, help: "Replace what this matches; ^ and $ stand at each line" },
  replace: { type: "str", default: "", help: "Put this in its place, with \\1 and \\g<name> for groups" },
  after: { type: "str", help: "Replace only behind what this matches" },
  before: { type: "str", help: "Replace only before what this matches" },
  backup: { type: "bool", default: false, help: "Keep a dated copy of the old file beside it" },
  validate: { type: "str", help: "Run this on the new file, %s, and place it only when it exits with 0" },
  encoding: { type: "str", default: "utf-8", choices: ["utf-8"], help: "Read and write in this encoding" },
  others: { type: "str", refused: "Ansible ignores it too; delete the option", help: "Ignored by Ansible" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const replace: HostModule<Args, EditState, FilesChange> = {
  kind: "host",
  name: "replace",
  summary: "Replace every match of an expression in a text file",
  options,
  wayBack: "Restores the file as it was, with its owner, permissions and times.",
  examples: `- replace: {path: /etc/fstab, regexp: '^(\\S+\\s+none\\s+swap.*)$', replace: '# \\1'}`,
  validate: ({ validate }) => checkValidate(validate),
  inspect: (args) => inspectEdit({ ...args, create: false }),
  plan: (state, args) =>
    state &&
    planEdit(state, content(state, args), edit(content(state, args), args), { ...args, create: false }),
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
    const msg = message(edit(content(state, args), args), state, args);
    return dictOf({ msg, rc: 0, backup_file: readApplied(output).backup });
  },
};

function content(state: EditState, args: Args): Content {
  return contentOf(state, { ...args, create: false }, `Path ${args.path} does not exist !`);
}

function edit(content: Content, args: Args): Edited {
  const section = between(content, args);
  if (typeof section === "string") return { text: content.text, msg: section };
  const [start, end] = section;
  const fill = replacement(asIn(content.encoding, args.replace));
  let count = 0;
  const replaced = content.text
    .slice(start, end)
    .replace(expression(args.regexp, content, { multiline: true }), (...found) => {
      count++;
      return fill(asMatch(found));
    });
  const text = content.text.slice(0, start) + replaced + content.text.slice(end);
  return { text, msg: count > 0 && text !== content.text ? `${count} replacements made` : "" };
}

/** The part of the text that counts, or why there is none. */
function between(content: Content, { after, before }: Args): [number, number] | string {
  if (after === undefined && before === undefined) return [0, content.text.length];
  const pattern =
    after !== undefined && before !== undefined
      ? `${after}(?P<subsection>.*?)${before}`
      : after !== undefined
        ? `${after}(?P<subsection>.*)`
        : `(?P<subsection>.*)${before}`;
  const match = expression(pattern, content, { dotAll: true }).exec(content.text);
  const [start, end] = match?.indices?.groups?.["subsection"] ?? [];
  if (start === undefined || end === undefined)
    return `Pattern for before/after params did not match the given file: ${pattern}`;
  return [start, end];
}

/** String.replace's arguments as the match that `replacement` reads. */
function asMatch(found: readonly unknown[]): RegExpExecArray {
  const last = found.at(-1);
  const groups = typeof last === "object" ? last : undefined;
  const captures = found.slice(0, groups === undefined ? -2 : -3) as string[];
  return Object.assign(captures, { groups }) as unknown as RegExpExecArray;
}
