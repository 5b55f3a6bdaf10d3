/** What `command` and `shell` share: their options, how they run, what they register. */

import { raw, type Script, sh } from "../../script/script.ts";
import { Dict, type Value } from "../../template/values.ts";
import { hostPath } from "../host-path.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "../module.ts";
import type { ArgumentsOf, Options } from "../options.ts";
import {
  type ConditionState,
  cannotChangeFolder,
  changeFolder,
  inspectCondition,
  noFolder,
  reasonToSkip,
} from "./condition.ts";
import { notRun, streams, times } from "./outcome.ts";

export const runOptions = {
  cmd: { type: "str", help: "Give the command as text; or write it as the free form" },
  chdir: { type: "path", help: "Change into this folder first" },
  creates: { type: "path", help: "Run only when nothing matches this path or pattern" },
  removes: { type: "path", help: "Run only when something matches this path or pattern" },
  executable: { type: "path", help: "Use this shell, by its absolute path" },
  stdin: { type: "str", help: "Give this text to the command's standard input" },
  stdin_add_newline: { type: "bool", default: true, help: "End the standard input with a newline" },
  strip_empty_ends: { type: "bool", default: true, help: "Strip empty lines from the ends of the output" },
  warn: {
    type: "bool",
    refused: "ansible-core 2.14 removed it; delete the option",
    help: "Removed from Ansible",
  },
} as const satisfies Options;

export type RunArgs = ArgumentsOf<typeof runOptions>;

/** A command about to run: it has no state before, so it has no way back but the task's own `rollback:`. */
export interface RunChange extends AnyChange {
  readonly cmd: string | readonly string[];
  readonly words: readonly string[] | null;
  readonly chdir: string | null;
  readonly executable: string | null;
  readonly stdin: string | null;
}

export const runWayBack =
  "None of its own: nobody can know what a command changed. Give the task a `rollback:` of tasks that undo it.";

/** The four functions, given how a task's arguments become a command. */
export function runModule<Args extends RunArgs>(
  describe: (args: Args) => Pick<RunChange, "cmd" | "words">,
): Omit<HostModule<Args, ConditionState, RunChange>, "name" | "summary" | "options" | "wayBack"> {
  const asked = (args: Args) => ({ chdir: args.chdir, creates: args.creates, removes: args.removes });
  return {
    kind: "host",
    checkMode: "skip",
    exitIsData: true,
    validate: (args) => void describe(args),
    inspect: (args) => inspectCondition(asked(args)),
    plan: (state, args) => (reasonToSkip(state, asked(args)) ? null : change(args, describe(args))),
    uploads: ({ stdin }, where) =>
      stdin === null ? [] : [{ to: `${where.tmp}/stdin`, bytes: new TextEncoder().encode(stdin) }],
    apply: (change, where) => script(change, where.tmp),
    revert: () => null,
    result: ({ args, state, change, output, setting, endedMs }) => {
      const { cmd } = describe(args);
      const skip = reasonToSkip(state, asked(args));
      if (skip) {
        const msg = `${setting.checkMode ? "Would" : "Did"} not run command since ${skip.why}`;
        return notRun({ cmd, msg, stdout: skip.stdout, stdout_lines: [skip.stdout] });
      }
      if (!output || !change)
        return notRun({ cmd, msg: "Command would have run if not in check mode", skipped: true });
      const said = text(output.stderr);
      if (said.startsWith(noFolder))
        throw failed(cannotChangeFolder(args.chdir ?? ""), { cmd, ...times(null, 0) });
      if (said.startsWith(noCommand)) return cannotExecute(change);
      const isFailed = output.code !== 0;
      return Dict.of({
        changed: true,
        cmd,
        ...streams(output, { strip: args.strip_empty_ends }),
        ...times(output, endedMs),
        msg: isFailed ? "non-zero return code" : "",
        ...(isFailed ? { failed: true } : {}),
      });
    },
  };
}

function change(args: RunArgs, command: Pick<RunChange, "cmd" | "words">): RunChange {
  return {
    before: null,
    after: { ran: command.cmd },
    irreversible: "what a command changed is not known; a `rollback:` on the task would undo it",
    ...command,
    chdir: args.chdir ?? null,
    executable: args.executable ?? null,
    stdin: args.stdin === undefined ? null : args.stdin + (args.stdin_add_newline ? "\n" : ""),
  };
}

const noCommand = "kmend: no such command";

/** A subshell, so that nothing the command does to its shell reaches the session's. */
function script({ cmd, words, chdir, executable, stdin }: RunChange, tmp: string): Script {
  // Not `( ... ) < file`: dash gives that subshell the stdin of the braces around it.
  const input = stdin === null ? raw(":") : sh`exec < ${`${tmp}/stdin`} || exit 126`;
  return sh`(
${input}
${changeFolder(chdir ?? undefined)}
${words ? execute(words) : sh`exec ${executable ?? "/bin/sh"} -c ${String(cmd)}`}
)`;
}

/** `exec` takes programs only, never the shell's own `echo` or `test`: as Ansible, which knows no shell here. */
function execute(words: readonly string[]): Script {
  return sh`set -- ${words.map((word) => expanded(word))}
${findProgram} || { echo ${noCommand} >&2; exit 127; }
exec "$@"`;
}

/** Not `command -v`: that finds what only the shell has, such as `exit`. */
const findProgram = raw(`case $1 in
  */*) [ -x "$1" ] && [ ! -d "$1" ] ;;
  *) (
    set -f
    IFS=:
    for kmend_folder in $PATH; do
      kmend_found=\${kmend_folder:-.}/$1
      if [ -x "$kmend_found" ] && [ ! -d "$kmend_found" ]; then exit 0; fi
    done
    exit 1
  ) ;;
esac`);

/** Ansible expands `$NAME` and a leading `~` in each word, and nothing else. */
function expanded(word: string): Script {
  return hostPath(word);
}

function cannotExecute(change: RunChange): Dict {
  const program = change.words?.[0] ?? "";
  return Dict.of({
    changed: false,
    failed: true,
    cmd: (change.words ?? []).join(" "),
    rc: 2,
    stdout: "",
    stdout_lines: [],
    stderr: "",
    stderr_lines: [],
    msg: `[Errno 2] No such file or directory: b'${program}'`,
  });
}

function failed(error: TaskFailed, more: Record<string, Value>): TaskFailed {
  return new TaskFailed(error.message, { ...error.result, ...more });
}
