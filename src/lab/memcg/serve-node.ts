/** Mounts one node's kernel, and takes it down again. */

import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { program } from "../../package/package.ts";
import type { Counts } from "./model.ts";
import { mountDevice, unmount, unmountNow } from "./mount.ts";
import { type Kernel, releases } from "./releases.ts";
import type { TreeOptions } from "./tree.ts";

export interface ServeOptions extends Omit<TreeOptions, "bootParameters"> {
  readonly mountPoint: string;
  /** What /proc/cmdline shows and the kernel obeys, e.g. `cgroup.memory=nokmem`. */
  readonly bootParameters?: string;
}

/** One node's kernel at work. */
export interface MemcgNode {
  readonly mountPoint: string;
  readonly counts: () => Promise<BootedCounts>;
  /** A reboot: every cgroup gone, every id free. Other parameters take effect only here. */
  readonly reset: (bootParameters?: string) => Promise<void>;
  /** Takes that many ids at once, so that their end is near. */
  readonly preload: (ids: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const open = new Set<string>();
process.on("exit", () => {
  // A thread that waits on /dev/fuse would keep the process from ending.
  for (const mountPoint of open) unmountNow(mountPoint);
});

/** Starts a node's kernel and mounts it; a mount that a dead process left there is taken away first. */
export async function serveNode({ mountPoint, kernel, bootParameters }: ServeOptions): Promise<MemcgNode> {
  await unmount(mountPoint);
  await mkdir(mountPoint, { recursive: true });
  const device = openSync("/dev/fuse", "r+");
  try {
    await mountDevice(device, mountPoint);
  } catch (error) {
    closeSync(device);
    throw error;
  }
  open.add(mountPoint);
  const options: TreeOptions = { kernel, bootParameters: bootParameters ?? defaultParameters(kernel) };
  const worker = new Worker(program("lab/memcg/serve-worker"), {
    workerData: { device, ...options },
  });
  worker.unref();
  // A thread that died leaves its requests waiting for ever: closing the device makes them fail, and says so plainly.
  const ended = new Promise<void>((resolve) => {
    worker.on("error", (error) => console.error(`The kernel's model at ${mountPoint} has died:`, error));
    worker.on("exit", () => {
      closeSync(device);
      resolve();
    });
  });

  async function close(): Promise<void> {
    if (!open.delete(mountPoint)) return;
    worker.ref();
    await unmount(mountPoint);
    await ended;
  }

  return {
    mountPoint,
    counts: () => readCounts(mountPoint),
    reset: (parameters) => rebootKernel(mountPoint, parameters),
    preload: (ids) => writeFile(join(mountPoint, "control"), `preload ${ids}`),
    close,
  };
}

/** Counts, and which kernel has booted. */
export interface BootedCounts extends Counts {
  readonly kernel: Kernel;
}

/** The counts of a mounted kernel, whichever process serves it. */
export async function readCounts(mountPoint: string): Promise<BootedCounts> {
  return JSON.parse(await readFile(join(mountPoint, "counts"), "utf8")) as BootedCounts;
}

/** Reboots a mounted kernel, whichever process serves it. */
export async function rebootKernel(mountPoint: string, bootParameters = ""): Promise<void> {
  await writeFile(join(mountPoint, "control"), `reboot ${bootParameters}`.trim());
}

function defaultParameters(kernel: Kernel): string {
  return `BOOT_IMAGE=/vmlinuz-${releases[kernel]} root=/dev/vda1 ro crashkernel=auto`;
}
