/** The `file` module's plan, one function for each state it can be asked for. */

import { TaskFailed } from "../module.ts";
import { attributesDiff, attributesStep, fresh, type Present } from "./attributes.ts";
import type { FilesChange } from "./change.ts";
import { tableDiff } from "./diffs.ts";
import { fields } from "./fields.ts";
import { type FileModuleArgs, type FileModuleState, wantedState } from "./file-state.ts";
import { octal } from "./path-state.ts";
import type { AttributesStep, FolderStep, Step, Was, WriteStep } from "./steps.ts";
import { emptySha256 } from "./sums.ts";

/** What is removed is kept on the host up to this size. */
export const keepLimitKib = 64 * 1024;

export function planFile(state: FileModuleState | null, args: FileModuleArgs): FilesChange | null {
  if (!state) return null;
  switch (wantedState(args, state)) {
    case "absent":
      return absent(state);
    case "directory":
      return directory(state, args);
    case "file":
      return present(state, args);
    case "link":
      return link(state, args);
    case "hard":
      return hard(state, args);
    case "touch":
      return touch(state, args);
  }
}

function absent(state: FileModuleState): FilesChange | null {
  const { target, folder } = state;
  if (target.kind === "absent") return null;
  const keep = (folder?.kib ?? 0) <= keepLimitKib;
  const change = build(state, [{ do: "remove", path: target.path, was: was(state), keep }], "absent");
  if (keep) return change;
  const mib = Math.round((folder?.kib ?? 0) / 1024);
  return {
    ...change,
    lacksWayBack: true,
    irreversible: `${target.path} is ${mib} MiB, more than the 64 MiB that are kept`,
  };
}

function directory(state: FileModuleState, args: FileModuleArgs): FilesChange | null {
  const { target, missing, owners } = state;
  if (target.kind === "absent") {
    const owned = fresh(args, owners, true);
    const paths = [target.path, ...missing].reverse();
    const steps = paths.map((path): FolderStep => ({ do: "folder", path, ...owned }));
    return build(state, steps, "directory", octal(owned.mode));
  }
  if (target.kind !== "directory")
    throw new TaskFailed(`${target.path} already exists as a ${target.kind}`, {
      path: target.path,
      ...fields(target),
    });
  const all = [
    target,
    ...(state.below ?? []).filter((each) => each.kind !== "absent" && each.kind !== "link"),
  ];
  return attributes(state, all as Present[], args);
}

function present(state: FileModuleState, args: FileModuleArgs): FilesChange | null {
  const { target } = state;
  if (target.kind === "absent" || target.kind === "directory")
    throw new TaskFailed(`file (${target.path}) is ${target.kind}, cannot continue`, {
      path: target.path,
      ...fields(target),
    });
  return attributes(state, [target], args);
}

function attributes(
  state: FileModuleState,
  targets: readonly Present[],
  args: FileModuleArgs,
): FilesChange | null {
  const steps = targets
    .map((target) => attributesStep(target, args, state.owners))
    .filter((step): step is AttributesStep => step !== null);
  if (steps.length === 0) return null;
  const diffs = steps.map((step) => {
    const { before, after } = attributesDiff(step);
    return tableDiff({ ...before, path: step.path }, { ...after, path: step.path });
  });
  return {
    before: state,
    after: steps.map(({ path, after }) => ({ path, ...after })),
    steps,
    main: state.target.path,
    diff: diffs,
  };
}

function link(state: FileModuleState, args: FileModuleArgs): FilesChange | null {
  const { target, source } = state;
  const src = args.src ?? "";
  if (source && !source.exists && !args.force)
    throw new TaskFailed(
      `src file does not exist, use "force=yes" if you really want to create the link: ${source.path}`,
      { path: target.path, src },
    );
  if (target.kind === "link" && target.target === src) {
    return args.follow || args.owner === undefined ? null : attributes(state, [target], args);
  }
  refuseToReplace(state, args, "symlink");
  return build(
    state,
    [...clear(state), { do: "link", path: target.path, target: src, was: wasAfterClearing(state) }],
    "link",
  );
}

function hard(state: FileModuleState, args: FileModuleArgs): FilesChange | null {
  const { target, source } = state;
  if (!source?.exists)
    throw new TaskFailed(`src does not exist: ${source?.path ?? ""}`, {
      path: target.path,
      src: args.src ?? "",
    });
  if (source.isSame) return target.kind === "absent" ? null : attributes(state, [target], args);
  if (target.kind === "file" && !args.force)
    throw new TaskFailed("Cannot link, file exists at destination", {
      dest: target.path,
      src: source.path,
    });
  refuseToReplace(state, args, "hard");
  const steps: Step[] = [
    ...clear(state),
    { do: "hard link", path: target.path, source: source.path, was: wasAfterClearing(state) },
  ];
  return build(state, steps, "hard");
}

/** A link takes the place of a file or an empty folder only by force. */
function refuseToReplace({ target, folder }: FileModuleState, { force }: FileModuleArgs, kind: string): void {
  if (target.kind === "absent" || target.kind === "link") return;
  const shown = { path: target.path, ...fields(target) };
  if (!force)
    throw new TaskFailed(`refusing to convert from ${target.kind} to ${kind} for ${target.path}`, shown);
  if (target.kind === "directory" && !folder?.isEmpty)
    throw new TaskFailed(`the directory ${target.path} is not empty, refusing to convert it`, shown);
}

/** A folder in the way is moved aside first. */
function clear(state: FileModuleState): Step[] {
  if (state.target.kind !== "directory") return [];
  return [{ do: "remove", path: state.target.path, was: was(state), keep: true }];
}

function wasAfterClearing(state: FileModuleState): Was {
  return state.target.kind === "directory" ? { kind: "absent" } : was(state);
}

function touch(state: FileModuleState, args: FileModuleArgs): FilesChange | null {
  const { target, owners } = state;
  const times = { mtime: touchTime(args.modification_time), atime: touchTime(args.access_time) };
  if (target.kind === "absent") {
    const step: WriteStep = {
      do: "write",
      path: target.path,
      was: { kind: "absent" },
      source: { content: { text: "", encoding: "utf-8" } },
      sha256: emptySha256,
      backup: false,
      ...fresh(args, owners, false),
    };
    const isTimed = [args.modification_time, args.access_time].some(
      (time) => time !== undefined && /^\d/.test(time),
    );
    return build(state, isTimed ? [step, { do: "touch", path: target.path, ...times }] : [step], "touch");
  }
  const change = attributes(state, [target], args);
  if (times.mtime === null && times.atime === null) return change;
  const steps: Step[] = [{ do: "touch", path: target.path, ...times }, ...(change?.steps ?? [])];
  return build(state, steps, "touch");
}

/** null leaves a time as it is; touch -t takes Ansible's default format as it stands. */
function touchTime(time: string | undefined): string | null {
  if (time === "preserve") return null;
  if (time === undefined || time === "now") return "now";
  if (/^\d{12}(\.\d\d)?$/.test(time)) return time;
  throw new TaskFailed(`Error while obtaining timestamp for time ${time} using format %Y%m%d%H%M.%S`);
}

function was({ target }: FileModuleState): Was {
  if (target.kind === "link") return { kind: "link", target: target.target };
  return { kind: target.kind };
}

function build(state: FileModuleState, steps: readonly Step[], after: string, mode?: string): FilesChange {
  const { path } = state.target;
  const before = state.target.kind;
  return {
    before: state,
    after: { path, state: after, ...(mode === undefined ? {} : { mode }) },
    steps,
    main: path,
    diff: [tableDiff({ path, state: before }, { path, state: after })],
  };
}
