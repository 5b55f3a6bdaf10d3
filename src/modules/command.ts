/** Runs a program with its arguments, without a shell (Ansible's `command`). */

import { asText } from "./coerce.ts";
import { type RunArgs, runModule, runOptions, runWayBack } from "./commands/run.ts";
import { splitWords } from "./free-form.ts";
import { type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  ...runOptions,
  executable: {
    type: "path",
    refused: "it has no effect without a shell; use the shell module",
    help: "Not for this module",
  },
  argv: { type: "list", elements: "str", help: "Give the command as a list of words" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const command: HostModule = {
  name: "command",
  summary: "Run a program with its arguments, without a shell",
  options,
  freeForm: "cmd",
  wayBack: runWayBack,
  examples: `- command: systemctl is-active kubelet
- command: {argv: [rpm, -q, kubelet], chdir: /}
- command: kubeadm init creates=/etc/kubernetes/admin.conf`,
  ...runModule<RunArgs & Args>((args) => {
    const words = wordsOf(args);
    return { cmd: words, words };
  }),
};

function wordsOf({ cmd, argv }: Args): readonly string[] {
  if (cmd !== undefined && argv !== undefined)
    throw new TaskFailed("only command or argv can be given, not both", { rc: 256 });
  try {
    const words = argv ? argv.map((word) => asText(word)) : splitWords(cmd ?? "");
    if (words.length > 0) return words;
  } catch (error) {
    throw new TaskFailed(`Cannot split the command into words: ${(error as Error).message}`);
  }
  throw new TaskFailed("no command given", { rc: 256 });
}
