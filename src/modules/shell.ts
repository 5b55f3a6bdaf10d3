/** Runs a command line by the host's shell (Ansible's `shell`). */

import { type RunArgs, runModule, runOptions, runWayBack } from "./commands/run.ts";
import { type HostModule, TaskFailed } from "./module.ts";

export const shell: HostModule = {
  name: "shell",
  summary: "Run a command line by the host's shell",
  options: runOptions,
  freeForm: "cmd",
  wayBack: runWayBack,
  examples: `- shell: cat /proc/cgroups | grep memory
- shell: set -o pipefail; zcat log.gz | tail
  args: {executable: /bin/bash}`,
  ...runModule<RunArgs>(({ cmd }) => {
    if (cmd === undefined || cmd.trim() === "") throw new TaskFailed("no command given", { rc: 256 });
    return { cmd, words: null };
  }),
};
