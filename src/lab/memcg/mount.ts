/** Mounting /dev/fuse by the system's `mount`, and unmounting under whoever still looks in. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** Mounts the file system that this descriptor of /dev/fuse will serve. Read it only once this has returned. */
export async function mountDevice(device: number, mountPoint: string): Promise<void> {
  const options = "fd=3,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions";
  const mount = spawn("mount", ["-i", "-t", "fuse", "-o", options, "kmend-lab", mountPoint], {
    stdio: ["ignore", "ignore", "pipe", device],
  });
  let complaint = "";
  mount.stderr?.on("data", (chunk) => {
    complaint += chunk;
  });
  const [code] = await once(mount, "close");
  if (code !== 0)
    throw new Error(`Cannot mount ${mountPoint}: mount exited with ${code}: ${complaint.trim()}`);
}

/**
 * Unmounts whatever is mounted there, also the mount of a dead process. Where hosts still have it mounted the
 * connection is cut, and they get errors in place of answers.
 */
export async function unmount(mountPoint: string): Promise<void> {
  if ((await run("umount", ["--quiet", mountPoint])) === 0) return;
  await run("umount", ["--quiet", "--force", mountPoint]);
  await run("umount", ["--quiet", "--lazy", mountPoint]);
}

/** The same for a process that is ending and has no event loop left. */
export function unmountNow(mountPoint: string): void {
  for (const how of ["--force", "--lazy"])
    spawnSync("umount", ["--quiet", how, mountPoint], { stdio: "ignore" });
}

async function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: "ignore" });
  const [code] = await once(child, "close");
  return code as number;
}
