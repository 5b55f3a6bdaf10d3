/** Brings a file of the host to the controller (Ansible's `fetch`). */

import { sh } from "../script/script.ts";
import type { Dict } from "../template/values.ts";
import type { Brought, Remote } from "./brought.ts";
import { placeOf } from "./fetch/place.ts";
import { againFiles } from "./files/again.ts";
import { applySteps, type FilesChange, tidySteps, undoSteps } from "./files/change.ts";
import { dictOf } from "./files/fields.ts";
import { missingFolders, readMissing } from "./files/file-state.ts";
import { filesBefore } from "./files/files-before.ts";
import { foreignFiles } from "./files/foreign.ts";
import { look, lookFunctions, readLooks, readWord } from "./files/look.ts";
import { askOwners, readOwners } from "./files/owner.ts";
import { type PlacementState, planPlacement } from "./files/placement.ts";
import { folderOf } from "./host-path.ts";
import { type HostModule, type Setting, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  src: { type: "path", required: true, help: "Take this file of the host" },
  dest: {
    type: "path",
    required: true,
    help: "Put it below this folder of the controller, as HOST/PATH; a relative one is beside the playbook",
  },
  flat: {
    type: "bool",
    default: false,
    help: "Put it at `dest` itself; below it, by its last name, where `dest` ends in a slash",
  },
  fail_on_missing: {
    type: "bool",
    default: true,
    help: "Fail where the file is not there or cannot be read",
  },
  validate_checksum: {
    type: "bool",
    default: true,
    aliases: ["validate_md5"],
    help: "Fail where the file is another once it has come; without, what came counts",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

/** What stands on the controller. */
interface FetchState extends PlacementState {
  /** Registered for playbooks that read it; null where nothing stands there, or the controller has no md5sum. */
  readonly md5: string | null;
}

export const fetch: HostModule<Args, FetchState, FilesChange> = {
  kind: "host",
  name: "fetch",
  summary: "Bring a file of the host to the controller",
  options,
  wayBack:
    "On the controller: restores the file that was replaced; takes a new one away, and the folders that were made for it where they are empty. `rollback: []` keeps it.",
  examples: `- fetch: {src: /var/log/kubelet.log, dest: logs}       # logs/HOST/var/log/kubelet.log
- fetch: {src: /srv/kubelet-1.15.5-1.x86_64.rpm, dest: rpms/, flat: true}`,
  fetches: ({ src, validate_checksum }) => ({ name: "src", path: src, mayChange: !validate_checksum }),
  inspect: (args, setting) => {
    const path = pathOf(args, setting);
    return {
      script: sh`(
${lookFunctions}
${askOwners(anybody)}
${look(sh`${path}`, { follow: true, sums: true })}
p=$kmend_path
${missingFolders}
if [ -f "$p" ]; then printf 'md5 '; md5sum < "$p" || echo; fi
)`,
      parse: (output) => {
        const printed = text(output.stdout);
        const target = readLooks(printed)[0];
        if (!target) throw new TaskFailed(`Cannot look at ${path}: ${text(output.stderr).trim()}`);
        const [md5 = ""] = readWord(printed, "md5")?.split(" ") ?? [];
        return {
          target,
          isBelowFolder: false,
          missing: readMissing(printed),
          owners: readOwners(printed, anybody),
          md5: md5 === "" ? null : md5,
        };
      },
    };
  },
  plan: (state, args, setting) => {
    const file = fileOf(setting);
    const refusal = refusalOf(args, file.remote);
    if (refusal !== null && args.fail_on_missing) throw new TaskFailed(refusal);
    if (refusal !== null || !state) return null;
    if (state.target.kind === "directory" && args.flat)
      throw new TaskFailed(
        "dest is an existing directory, use a trailing slash if you want to fetch src into that directory",
      );
    return planned(state, file);
  },
  apply: applySteps,
  revert: undoSteps,
  // Who else works below `dest` may have made its folders, or need them now.
  restored: ({ target, md5 }) => ({ target, md5 }),
  foreign: foreignFiles,
  isBefore: filesBefore,
  again: againFiles,
  tidy: tidySteps,
  result: ({ args, state, change, setting }) => (state ? resultOf(args, state, change, setting) : dictOf({})),
};

/** The file keeps its owner; a new one is whose kmend it is. */
const anybody = { mode: undefined, owner: undefined, group: undefined };

function fileOf({ brought }: Setting): Brought & { readonly remote: Remote } {
  const file = brought["src"];
  if (!file?.remote) throw new TaskFailed("Cannot bring the file: it was not looked at");
  return { ...file, remote: file.remote };
}

/** Empty where nothing is known of the host: then nobody runs the script. */
function pathOf(args: Args, { brought }: Setting): string {
  const remote = brought["src"]?.remote;
  return remote ? placeOf(args, remote) : "";
}

/** Ansible's sentences; null: the file can be brought. */
function refusalOf({ src, fail_on_missing }: Args, { kind }: Remote): string | null {
  const ignored = fail_on_missing ? "" : ", not transferring, ignored";
  switch (kind) {
    case "file":
      return null;
    case "absent":
      return "the remote file does not exist, not transferring, ignored";
    case "directory":
      return `remote file is a directory, fetch cannot work on directories${ignored}`;
    case "other":
      return `remote file is a device, a pipe or a socket, fetch cannot work on such${ignored}`;
    case "unreadable":
      return `file is not readable: ${src}`;
  }
}

/** A new file has the rights that it has on the host, less the umask and without the set-id bits: a secret stays one. */
function planned(state: FetchState, file: Brought): FilesChange | null {
  const { target, owners } = state;
  const mode = target.kind === "absent" ? (file.mode & 0o777 & ~owners.umask) | 0o600 : undefined;
  const wanted = {
    source: { host: file.source },
    sha1: file.sha1,
    sha256: file.sha256,
    content: null,
    sourceMode: undefined,
    from: file.source,
  };
  const change = planPlacement(state, wanted, {
    ...anybody,
    mode,
    // With a slash at its end: the folders may be made.
    dest: `${folderOf(target.path)}/`,
    follow: true,
    force: true,
    backup: false,
    validate: undefined,
  });
  if (!change) return null;
  const { diff: _, ...told } = change;
  const steps = change.steps.map((step) =>
    step.do === "folder" ? { ...step, isShared: true as const } : step,
  );
  return { ...told, steps };
}

function resultOf(args: Args, state: FetchState, change: FilesChange | null, setting: Setting): Dict {
  const file = fileOf(setting);
  const refusal = refusalOf(args, file.remote);
  if (refusal !== null) return dictOf({ msg: refusal, file: args.src });
  const dest = pathOf(args, setting);
  if (!change) return dictOf({ md5sum: state.md5, file: args.src, dest, checksum: file.sha1 });
  const { sha1: checksum, md5: md5sum = null } = file;
  return dictOf({ md5sum, dest, remote_md5sum: null, checksum, remote_checksum: checksum });
}
