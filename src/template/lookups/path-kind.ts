/** What the controller has at a path. */

import { lstatSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";

export function pathKind(
  path: string,
  followLinks = true,
): "file" | "directory" | "link" | "other" | undefined {
  const stats = stat(path, followLinks);
  if (!stats) return undefined;
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "link" : "other";
}

export function isSameFile(a: string, b: string): boolean {
  const [left, right] = [stat(a, true), stat(b, true)];
  return left !== undefined && right !== undefined && left.ino === right.ino && left.dev === right.dev;
}

export function isMountPoint(path: string): boolean {
  const [here, above] = [stat(path, false), stat(resolve(path, ".."), false)];
  return here !== undefined && above !== undefined && (here.dev !== above.dev || here.ino === above.ino);
}

function stat(path: string, followLinks: boolean): Stats | undefined {
  try {
    return followLinks ? statSync(path) : lstatSync(path);
  } catch {
    return undefined;
  }
}
