/**
 * Version locks, as yum's and dnf's plugins keep them. The rule: a package that is locked and changed by a task is
 * unlocked for the change, locked to its new version after it, and its old lock comes back with the revert.
 */

import { join, type Script, sh } from "../../script/script.ts";
import type { Nevra } from "./nevra.ts";

export interface Lock {
  readonly file: string;
  readonly line: string;
}

export const lockFiles = ["/etc/yum/pluginconf.d/versionlock.list", "/etc/dnf/plugins/versionlock.list"];

/** Prints each lock: its file, a tab, its line. */
export const readLocks: Script = sh`for list in ${lockFiles}; do
  [ ! -r "$list" ] || sed -n "/^ *[^# ]/s|^|lock\\t$list\\t|p" "$list"
done`;

/** yum writes `0:kubelet-1.15.5-0.*`, dnf `kubelet-0:1.15.5-0.*`; `!` excludes instead, and is left alone. */
export function locksOf(name: string, locks: readonly Lock[]): Lock[] {
  return locks.filter((lock) => lockedName(lock) === name);
}

function lockedName({ line }: Lock): string | undefined {
  return /^(?:\d+:|\*:)?(.+)-[^-]+-[^-]+$/.exec(line.trim())?.[1];
}

/** The lock of a package at this version, as the list's own plugin writes it. */
export function lockAt(file: string, { name, epoch, version, release }: Nevra): Lock {
  const rest = `${version}-${release}.*`;
  return { file, line: file.includes("/dnf/") ? `${name}-${epoch}:${rest}` : `${epoch}:${name}-${rest}` };
}

/** While its package changes, a lock stands as a comment in its place: the list keeps its lines, order and mode. */
export function suspend(locks: readonly Lock[]): Script {
  return swapped(locks.map((lock) => [lock, suspended(lock)]));
}

/** Suspended locks stand again, as they were. */
export function resume(locks: readonly Lock[]): Script {
  return swapped(locks.map((lock) => [{ ...lock, line: suspended(lock) }, lock.line]));
}

/** Suspended locks become those of the new version; a package that is gone has none. */
export function relock(before: readonly Lock[], after: readonly Lock[]): Script {
  return swapped(
    before.map((lock) => [{ ...lock, line: suspended(lock) }, successor(lock, after)?.line ?? ""]),
  );
}

/** Each lock is what it was, whatever stands in its place now; one that is gone comes back at the end. */
export function restore(before: readonly Lock[], after: readonly Lock[]): Script {
  const replacing = before.flatMap((lock): [Lock, string][] => [
    [{ ...lock, line: suspended(lock) }, lock.line],
    ...replacedBy(successor(lock, after), lock.line),
  ]);
  const missing = before.map(
    ({ file, line }) => sh`grep -qxF -e ${line} ${file} 2>/dev/null || printf '%s\\n' ${line} >>${file}`,
  );
  return join([swapped(replacing), ...missing]);
}

/** The new version's lock, standing or suspended. */
function replacedBy(now: Lock | undefined, line: string): [Lock, string][] {
  return now
    ? [
        [now, line],
        [{ ...now, line: suspended(now) }, line],
      ]
    : [];
}

const suspended = ({ line }: Lock): string => `# kmend: ${line}`;

function successor(lock: Lock, after: readonly Lock[]): Lock | undefined {
  const isSame = (other: Lock): boolean => other.file === lock.file && lockedName(other) === lockedName(lock);
  return after.find((other) => isSame(other));
}

/** Lines for lines, in place; an empty one takes the line out. */
function swapped(swaps: readonly (readonly [Lock, string])[]): Script {
  const each = swaps.map(
    ([{ file, line }, now]) => sh`if grep -qxF -e ${line} ${file} 2>/dev/null; then
  list=$(OLD=${line} NEW=${now} awk '$0 != ENVIRON["OLD"] { print; next } ENVIRON["NEW"] != "" { print ENVIRON["NEW"] }' ${file}; echo .)
  printf %s "\${list%.}" >${file}
fi`,
  );
  return join(each);
}

export function lockText(locks: readonly Lock[]): string[] {
  return locks.map(({ line }) => line.trim());
}
