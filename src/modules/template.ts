/** Places a rendered template on the host (Ansible's `template`). */

import { Dict } from "../template/values.ts";
import { againFiles } from "./files/again.ts";
import { applySteps, type FilesChange, tidySteps, undoSteps, uploadSteps } from "./files/change.ts";
import { fileOptions } from "./files/file-options.ts";
import { filesBefore } from "./files/files-before.ts";
import { foreignFiles } from "./files/foreign.ts";
import { plainForesight } from "./files/foresight.ts";
import {
  inspectPlacement,
  type PlacementState,
  placementResult,
  planPlacement,
  wantedFrom,
} from "./files/placement.ts";
import { checkValidate } from "./files/validation.ts";
import { nameOf } from "./host-path.ts";
import { type HostModule, type Setting, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  ...fileOptions,
  src: { type: "path", required: true, help: "Render this template of the controller" },
  dest: { type: "path", required: true, help: "Place it at this path; below it when it is a folder" },
  backup: { type: "bool", default: false, help: "Keep a dated copy of the old file beside it" },
  force: { type: "bool", default: true, help: "Replace a file that differs; without, only make a new one" },
  follow: { type: "bool", default: false, help: "Write through a symlink at the path" },
  validate: { type: "str", help: "Run this on the new file, %s, and place it only when it exits with 0" },
  newline_sequence: { type: "str", default: "\n", choices: ["\n", "\r", "\r\n"], help: "End lines by this" },
  block_start_string: { type: "str", help: "Open a block by this" },
  block_end_string: { type: "str", help: "Close a block by this" },
  variable_start_string: { type: "str", help: "Open an expression by this" },
  variable_end_string: { type: "str", help: "Close an expression by this" },
  comment_start_string: { type: "str", help: "Open a comment by this" },
  comment_end_string: { type: "str", help: "Close a comment by this" },
  trim_blocks: { type: "bool", default: true, help: "Drop the newline behind a block" },
  lstrip_blocks: { type: "bool", default: false, help: "Drop the blanks before a block" },
  output_encoding: { type: "str", default: "utf-8", choices: ["utf-8"], help: "Write in this encoding" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

const settingNames = [
  "newline_sequence",
  "block_start_string",
  "block_end_string",
  "variable_start_string",
  "variable_end_string",
  "comment_start_string",
  "comment_end_string",
  "trim_blocks",
  "lstrip_blocks",
] as const;

export const template: HostModule<Args, PlacementState, FilesChange> = {
  kind: "host",
  name: "template",
  summary: "Place a rendered template on the host",
  options,
  wayBack:
    "Restores the file that was replaced, with its owner, permissions and times; takes a new one away.",
  examples: `- template: {src: kubelet.conf.j2, dest: /etc/systemd/system/kubelet.service.d/20-kmem.conf}
  notify: restart kubelet`,
  validate: ({ validate }) => checkValidate(validate),
  needs: (args) => [{ kind: "template", name: "src", path: args.src, settings: settings(args) }],
  inspect: (args) => inspectPlacement(args, nameOf(args.src)),
  plan: (state, args, setting) => state && planPlacement(state, rendered(setting), args),
  apply: applySteps,
  uploads: uploadSteps,
  revert: undoSteps,
  foreign: foreignFiles,
  isBefore: filesBefore,
  again: againFiles,
  tidy: tidySteps,
  foresight: plainForesight(false),
  result: ({ state, change, output, setting }) =>
    state ? placementResult({ state, change, output }, rendered(setting)) : new Dict(),
};

function rendered({ brought }: Setting) {
  const src = brought["src"];
  if (!src) throw new TaskFailed("Cannot place the template: it was not rendered");
  return wantedFrom("src", src);
}

function settings(args: Args): Record<string, string | boolean> {
  const given: Record<string, string | boolean> = {};
  for (const name of settingNames) {
    const value = args[name];
    if (value !== undefined) given[name] = value;
  }
  return given;
}
