/** Running a script in a host, past its sshd: by entering its namespaces, for the lab's own needs. */

import { type Finished, runProgram } from "./command.ts";
import { initOf, nspawnsBelow } from "./processes.ts";

/** Runs a script in the host whose system is mounted at `root`, as its root. */
export async function execInHost(root: string, script: string): Promise<Finished> {
  const folder = root.slice(0, root.lastIndexOf("/"));
  const [nspawn] = await nspawnsBelow(folder);
  const init = nspawn ? await initOf(nspawn.pid) : null;
  if (init === null) return { code: 255, stdout: "", stderr: `${root}: the host is not running` };
  const enter = ["--target", String(init), "--mount", "--uts", "--ipc", "--pid", "--wd=/"];
  return runProgram("nsenter", [...enter, "sh", "-s"], script);
}
