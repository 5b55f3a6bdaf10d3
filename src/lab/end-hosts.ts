/** Ending hosts, whoever started them: asked to power off first, then killed. */

import { haveEnded, initOf, nspawnsBelow, signal } from "./processes.ts";

/** Longer than a host's services need on a quiet machine; what is left after it has nothing to lose. */
const powerOffWithinMs = 4000;
const killedWithinMs = 10_000;

/** Ends every host whose system lies below the folder, and returns when none of their processes is left. */
export async function endHosts(folder: string, { gently = true } = {}): Promise<void> {
  const hosts = await nspawnsBelow(folder);
  if (hosts.length === 0) return;
  const nspawns = hosts.map(({ pid }) => pid);
  if (gently) {
    for (const pid of nspawns) signal(pid, "SIGTERM"); // it passes the wish on to the host's systemd
    if (await haveEnded(nspawns, powerOffWithinMs)) return;
  }
  for (const pid of nspawns) {
    const init = await initOf(pid);
    if (init !== null) signal(init, "SIGKILL"); // and with it everything in its process namespace
    signal(pid, "SIGKILL");
  }
  if (!(await haveEnded(nspawns, killedWithinMs)))
    throw new Error(`Cannot end the hosts below ${folder}: processes ${nspawns.join(", ")} do not end`);
}
