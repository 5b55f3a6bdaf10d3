/** Sets what a path is: file, folder, link, absent, its owner and permissions (Ansible's `file`). */

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
import { dictOf, fields } from "./files/fields.ts";
import { fileOptions } from "./files/file-options.ts";
import { planFile } from "./files/file-plan.ts";
import { type FileModuleArgs, type FileModuleState, inspectFile, wantedState } from "./files/file-state.ts";
import { filesBefore } from "./files/files-before.ts";
import { foreignFiles } from "./files/foreign.ts";
import { plainForesight } from "./files/foresight.ts";
import { type HostModule, TaskFailed } from "./module.ts";
import type { Options } from "./options.ts";

export const fileModuleOptions = {
  ...fileOptions,
  path: { type: "path", required: true, aliases: ["dest", "name"], help: "Work on this path" },
  state: {
    type: "str",
    choices: ["absent", "directory", "file", "hard", "link", "touch"],
    help: "Say what the path is to be; by default what it is",
  },
  src: { type: "path", help: "Point a link at this path" },
  recurse: { type: "bool", default: false, help: "Give everything below the folder the same attributes" },
  force: { type: "bool", default: false, help: "Replace a file by a link; link to what does not exist" },
  follow: { type: "bool", default: true, help: "Work on what a symlink points at" },
  modification_time: { type: "str", help: "Set this time when touching; or `now`, or `preserve`" },
  modification_time_format: {
    type: "str",
    default: "%Y%m%d%H%M.%S",
    choices: ["%Y%m%d%H%M.%S"],
    help: "Read modification_time in this format",
  },
  access_time: { type: "str", help: "Set this time when touching; or `now`, or `preserve`" },
  access_time_format: {
    type: "str",
    default: "%Y%m%d%H%M.%S",
    choices: ["%Y%m%d%H%M.%S"],
    help: "Read access_time in this format",
  },
} as const satisfies Options;

export const file: HostModule<FileModuleArgs, FileModuleState, FilesChange> = {
  kind: "host",
  name: "file",
  summary: "Set what a path is, its owner and permissions",
  options: fileModuleOptions,
  wayBack:
    "Restores what stood there: bytes, owner, group, permissions, times, links. What is removed is kept, up to 64 MiB; a larger thing has no way back, and the plan says so.",
  examples: `- file: {path: /etc/kubernetes/pki, state: directory, mode: "0700"}
- file: {path: /etc/cron.d/old, state: absent}
- file: {src: /usr/lib/kubelet-1.28, dest: /opt/kubelet, state: link}`,
  validate: ({ state, recurse, src, path }) => {
    if (path === "") throw new TaskFailed("path must not be empty");
    if (recurse && state !== undefined && state !== "directory")
      throw new TaskFailed("recurse option requires state to be 'directory'");
    if ((state === "link" || state === "hard") && src === undefined)
      throw new TaskFailed("src option is required if state is 'link' or 'hard'");
    if (src !== undefined && state !== "link" && state !== "hard")
      throw new TaskFailed("src option requires state to be 'link' or 'hard'");
  },
  inspect: inspectFile,
  plan: planFile,
  apply: applySteps,
  uploads: uploadSteps,
  revert: undoSteps,
  foreign: foreignFiles,
  isBefore: filesBefore,
  again: againFiles,
  tidy: tidySteps,
  foresight: plainForesight(true),
  result: ({ args, state, change, output }) => {
    if (!state) return new Dict();
    const kind = wantedState(args, state);
    const path = state.target.path;
    const after = change ? readApplied(output).state : state.target;
    const shown = after ? fields(after) : {};
    if (kind === "hard" && shown["state"] === "file") shown["state"] = "hard";
    const names = ["link", "hard", "touch"].includes(kind) ? { dest: path, src: args.src } : { path };
    return dictOf({ ...names, ...shown });
  },
};
