/** A known_hosts file that is there and cannot be read: what it says of a host is not known, which is not the same as nothing. */

import { closeSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { fileReason, type KmendError } from "../../problem/problem.ts";
import { quote } from "../../script/script.ts";
import { unreachable } from "../failures.ts";

export interface Unreadable {
  readonly file: string;
  /** In words. */
  readonly why: string;
}

/** Those of the files that are there and that this process may not read. */
export function unreadableOf(files: readonly string[]): Unreadable[] {
  return files.flatMap((file) => {
    const why = whyUnreadable(() => readFirstByte(file));
    return why === null ? [] : [{ file, why }];
  });
}

/** Why the file that `read` reads cannot be; null where it can, or is not there. */
export function whyUnreadable(read: () => void): string | null {
  try {
    read();
    return null;
  } catch (error) {
    const refused = error as NodeJS.ErrnoException;
    return refused.code === "ENOENT" ? null : fileReason(refused);
  }
}

/** Opening it is not enough: a folder can be opened. */
function readFirstByte(file: string): void {
  const opened = openSync(file, "r");
  try {
    readSync(opened, Buffer.alloc(1));
  } finally {
    closeSync(opened);
  }
}

/** The refusal of a host that no file which can be read knows. @param key the key that it shows, where that is known */
export function refuseUnread(
  { name, at, key }: { readonly name: string; readonly at: string; readonly key?: string },
  unreadable: readonly Unreadable[],
): KmendError {
  const said = unreadable.map(({ file, why }) => `cannot read ${file}: ${why}`).join("; ");
  const shown = key === undefined ? "" : ` (${key})`;
  const paths = [...new Set(unreadable.flatMap(({ file }) => [dirname(file), file]))];
  return unreachable(
    `${name}: Cannot trust ${at}: ${said}; no other file knows its host key${shown}`,
    `Let whoever runs kmend read what knows its hosts:\n    ls -ld ${paths.map((path) => quote(path)).join(" ")}`,
    undefined,
    "known-hosts-unreadable",
  );
}
