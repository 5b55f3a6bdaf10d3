/** The controller's files that match a pattern, as Python's `glob` finds them, files only. */

import { globSync, statSync } from "node:fs";

export function matchGlob(pattern: string): string[] {
  return globSync(pattern).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
