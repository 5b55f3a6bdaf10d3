/** Limits of the machine's kernel that all hosts share, and that are made for one system. */

import { readFile, writeFile } from "node:fs/promises";

const inotifyInstances = "/proc/sys/fs/inotify/max_user_instances";
/** Usually 128 for all of root; a host's systemd and services hold about seven, and 200 hosts are allowed. */
const enoughInstances = 4096;

/** Raises them for as long as the machine is up, saying so. Where it may not, a few hosts still fit. */
export async function raiseLimits(tell: (line: string) => void): Promise<void> {
  const limit = Number(await readFile(inotifyInstances, "utf8").catch(() => enoughInstances));
  if (limit >= enoughInstances) return;
  try {
    await writeFile(inotifyInstances, String(enoughInstances));
    tell(
      `Raised fs.inotify.max_user_instances from ${limit} to ${enoughInstances}, until the machine reboots`,
    );
  } catch (error) {
    const { message } = error as Error;
    tell(
      `Cannot raise fs.inotify.max_user_instances from ${limit}, enough for ${Math.floor(limit / 8)} hosts: ${message}`,
    );
  }
}
