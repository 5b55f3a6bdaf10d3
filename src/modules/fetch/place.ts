/** Where a file of the host comes to stand on the controller. */

import { join, normalize, resolve } from "node:path/posix";
import type { Remote } from "../brought.ts";
import { nameOf } from "../host-path.ts";
import { TaskFailed } from "../module.ts";

interface Wanted {
  readonly src: string;
  readonly dest: string;
  readonly flat: boolean;
}

/**
 * Below `dest`, the host's name and the path there; with `flat` the very `dest`, or below it where it ends in a slash. A path can be
 * a host's word (a registered one, say), so it never leads out of the host's own folder.
 * @throws TaskFailed where it would all the same
 */
export function placeOf({ src, dest, flat }: Wanted, { host, home, playFolder, ownHome }: Remote): string {
  const base = resolve(playFolder, dest.replace(/^~(?=\/|$)/, ownHome));
  if (flat && !dest.endsWith("/")) return base;
  const name = flat ? nameOf(src) : host;
  if (/^\.{0,2}$/.test(name) || /[/\0]/.test(name))
    throw new TaskFailed(`Cannot name ${flat ? "a file" : "a folder"} ${JSON.stringify(name)} below ${base}`);
  return flat ? join(base, name) : join(base, name, normalize(`/${src.replace(/^~(?=\/|$)/, home)}`));
}
