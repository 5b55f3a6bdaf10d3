/** Brings a script of the controller's and runs it on the host (Ansible's `script`). */

import { raw, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import {
  type ConditionState,
  cannotChangeFolder,
  changeFolder,
  inspectCondition,
  noFolder,
  reasonToSkip,
} from "./commands/condition.ts";
import { streams } from "./commands/outcome.ts";
import { runWayBack } from "./commands/run.ts";
import { splitWords } from "./free-form.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  cmd: { type: "str", help: "Give the script's path on the controller, and its arguments" },
  chdir: { type: "path", help: "Change into this folder first" },
  creates: { type: "path", help: "Run only when nothing matches this path or pattern" },
  removes: { type: "path", help: "Run only when something matches this path or pattern" },
  executable: { type: "path", help: "Run the script by this program" },
  decrypt: {
    type: "bool",
    default: true,
    help: "Send what a file encrypted with ansible-vault hides; false: take it as it is",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface ScriptChange extends AnyChange {
  readonly rest: string;
  readonly chdir: string | null;
  readonly executable: string | null;
}

export const script: HostModule<Args, ConditionState, ScriptChange> = {
  kind: "host",
  name: "script",
  summary: "Bring a script of the controller's and run it on the host",
  options,
  freeForm: "cmd",
  wayBack: runWayBack,
  checkMode: "skip",
  exitIsData: true,
  validate: (args) => void parts(args),
  needs: (args) => [
    { kind: "file", name: "script", path: parts(args).path, ...(args.decrypt ? {} : { asItIs: true }) },
  ],
  inspect: ({ chdir, creates, removes }) => inspectCondition({ chdir, creates, removes }),
  plan: (state, args) =>
    reasonToSkip(state, asked(args))
      ? null
      : {
          before: null,
          after: { ran: args.cmd },
          irreversible: "what a script changed is not known; a `rollback:` on the task would undo it",
          rest: parts(args).rest,
          chdir: args.chdir ?? null,
          executable: args.executable ?? null,
        },
  uploads: (_, where) => [{ to: `${where.tmp}/script`, from: "script" }],
  apply: ({ rest, chdir, executable }, where) => {
    const file = `${where.tmp}/script`;
    // The arguments are the user's own shell text, expanded on the host as under Ansible.
    const line = executable ? sh`exec ${executable} ${file} ${raw(rest)}` : sh`exec ${file} ${raw(rest)}`;
    return sh`(
chmod 700 ${file} || exit
${changeFolder(chdir ?? undefined)}
exec /bin/sh -c ${line.text}
)`;
  },
  revert: () => null,
  result: ({ args, state, output }) => {
    const skip = reasonToSkip(state, asked(args));
    if (skip) {
      const [which, path] = state?.creates ? ["exists", args.creates] : ["does not exist", args.removes];
      const option = state?.creates ? "creates" : "removes";
      return Dict.of({ changed: false, skipped: true, msg: `${path} ${which}, matching ${option} option` });
    }
    if (!output) return Dict.of({ changed: false, skipped: true });
    if (text(output.stderr).startsWith(noFolder)) throw cannotChangeFolder(args.chdir ?? "");
    const failure = output.code === 0 ? {} : { failed: true, msg: "non-zero return code" };
    return Dict.of({ changed: true, ...streams(output, { strip: false }), ...failure });
  },
};

function asked({ chdir, creates, removes }: Args): Pick<Args, "chdir" | "creates" | "removes"> {
  return { chdir, creates, removes };
}

/** The script's path, and the rest of the line as it was written. */
function parts({ cmd }: Args): { readonly path: string; readonly rest: string } {
  const [, first = "", rest = ""] =
    /^\s*((?:[^\s"'\\]|\\.|"[^"]*"|'[^']*')+)([\s\S]*)$/.exec(cmd ?? "") ?? [];
  const [path] = splitWords(first);
  if (!path) throw new TaskFailed("no script given");
  return { path, rest: rest.trim() };
}
