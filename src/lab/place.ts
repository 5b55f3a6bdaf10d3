/** Where a lab's things are. */

import { createHash } from "node:crypto";
import { join } from "node:path";

/** A lab on disk. Everything below `folder` is the lab's own and goes with it. */
export interface LabPlace {
  readonly name: string;
  readonly folder: string;
  /** Short and its own: for what has to be told apart by name all over the machine. */
  readonly mark: string;
  /** The description that `up` writes first and `down` removes last. */
  readonly description: string;
  readonly inventory: string;
  readonly keys: string;
  /** The password that `ops` types for sudo, readable by its owner only. */
  readonly opsPassword: string;
  readonly daemonLog: string;
  /** What labs share: base images and built packages. */
  readonly cache: string;
  /** Short whatever the state folder's length: a socket's path has at most 108 bytes. */
  readonly socket: string;
}

/** One host's folders. */
export interface NodePlace {
  readonly folder: string;
  readonly upper: string;
  readonly work: string;
  readonly root: string;
  readonly kernel: string;
  readonly console: string;
}

/** What one machine's labs must not share, whatever state folder they live in. */
export const runtimeFolder = "/run/kmend-lab";

/** The place of the lab with this name. Images are shared through `$KMEND_LAB_CACHE` where that is set. */
export function labPlace(
  stateFolder: string,
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): LabPlace {
  const folder = join(stateFolder, "lab", name);
  const mark = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  return {
    name,
    folder,
    mark,
    description: join(folder, "lab.json"),
    inventory: join(folder, "inventory.yml"),
    keys: join(folder, "ssh"),
    opsPassword: join(folder, "ops-password"),
    daemonLog: join(folder, "daemon.log"),
    cache: env["KMEND_LAB_CACHE"] || join(stateFolder, "lab", "cache"),
    socket: join(runtimeFolder, `${mark}.sock`),
  };
}

/** The place of one host of the lab. */
export function nodePlace(lab: LabPlace, node: string): NodePlace {
  const folder = join(lab.folder, "nodes", node);
  return {
    folder,
    upper: join(folder, "upper"),
    work: join(folder, "work"),
    root: join(folder, "root"),
    kernel: join(folder, "kernel"),
    console: join(folder, "console.log"),
  };
}
