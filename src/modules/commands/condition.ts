/** `creates` and `removes`: the two facts that may keep a command from running. */

import { raw, type Script, sh } from "../../script/script.ts";
import { hostGlob, hostPath } from "../host-path.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";

/** What inspect saw: whether each pattern matches; undefined where the task does not ask. */
export interface ConditionState {
  readonly creates?: boolean;
  readonly removes?: boolean;
}

interface Asked {
  readonly chdir: string | undefined;
  readonly creates: string | undefined;
  readonly removes: string | undefined;
}

/** null when the task asks for nothing; else one script for both patterns. */
export function inspectCondition({ chdir, creates, removes }: Asked): Inspection<ConditionState> | null {
  if (creates === undefined && removes === undefined) return null;
  return {
    script: sh`(
${changeFolder(chdir)}
${creates === undefined ? raw(":") : matches("creates", creates)}
${removes === undefined ? raw(":") : matches("removes", removes)}
)`,
    parse: (output) => {
      if (text(output.stderr).includes(noFolder)) throw cannotChangeFolder(chdir ?? "");
      const seen = text(output.stdout);
      return {
        ...(creates === undefined ? {} : { creates: seen.includes("creates=yes") }),
        ...(removes === undefined ? {} : { removes: seen.includes("removes=yes") }),
      };
    },
  };
}

/** Why the command need not run, in Ansible's two wordings; null when it must. */
export function reasonToSkip(
  state: ConditionState | null,
  { creates, removes }: Asked,
): { readonly stdout: string; readonly why: string } | null {
  if (state?.creates === true)
    return { stdout: `skipped, since ${creates} exists`, why: `'${creates}' exists` };
  if (state?.removes === false)
    return { stdout: `skipped, since ${removes} does not exist`, why: `'${removes}' does not exist` };
  return null;
}

/** What apply and inspect say on stderr when `chdir` cannot be entered. */
export const noFolder = "kmend: no such folder";

export function changeFolder(chdir: string | undefined): Script {
  if (chdir === undefined) return raw(":");
  return sh`cd -- ${hostPath(chdir)} 2>/dev/null || { echo ${noFolder} >&2; exit 126; }`;
}

export function cannotChangeFolder(chdir: string): TaskFailed {
  return new TaskFailed(
    `Unable to change directory before execution: [Errno 2] No such file or directory: b'${chdir}'`,
    { rc: null, stdout: "", stderr: "", stdout_lines: [], stderr_lines: [] },
  );
}

function matches(name: string, pattern: string): Script {
  return sh`for kmend_match in ${hostGlob(pattern)}; do
  if [ -e "$kmend_match" ] || [ -L "$kmend_match" ]; then echo ${name}=yes; break; fi
done`;
}
