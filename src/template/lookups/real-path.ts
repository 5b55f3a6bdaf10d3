/** The controller's path with its links followed; parts that don't exist stay as they are. */

import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

export function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return dirname(absolute) === absolute ? absolute : join(realPath(dirname(absolute)), basename(absolute));
  }
}
