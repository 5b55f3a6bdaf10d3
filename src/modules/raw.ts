/** Runs a command line as it is, and registers what it printed to the byte (Ansible's `raw`). */

import { sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { streams } from "./commands/outcome.ts";
import { runWayBack } from "./commands/run.ts";
import { type AnyChange, type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  cmd: { type: "str", help: "Give the command line, as the free form" },
  executable: { type: "path", help: "Use this shell, by its absolute path" },
} as const satisfies Options;

interface RawChange extends AnyChange {
  readonly cmd: string;
  readonly executable: string;
}

export const raw: HostModule<ArgumentsOf<typeof options>, null, RawChange> = {
  kind: "host",
  name: "raw",
  summary: "Run a command line as it is",
  options,
  freeForm: "cmd",
  wayBack: runWayBack,
  checkMode: "skip",
  exitIsData: true,
  inspect: null,
  plan: (_, { cmd, executable }) => {
    if (cmd === undefined) throw new TaskFailed("no command given", { rc: 256 });
    return {
      before: null,
      after: { ran: cmd },
      irreversible: "what a command changed is not known; a `rollback:` on the task would undo it",
      cmd,
      executable: executable ?? "/bin/sh",
    };
  },
  apply: ({ cmd, executable }) => sh`( exec ${executable} -c ${cmd} )`,
  revert: () => null,
  result: ({ output }) => {
    if (!output) return Dict.of({ changed: false, skipped: true });
    const isFailed = output.code !== 0;
    const failure = isFailed ? { failed: true, msg: "non-zero return code" } : {};
    return Dict.of({ changed: true, ...streams(output, { strip: false }), ...failure });
  },
};
