/**
 * Version locks, as yum's and dnf's plugins keep them. The rule: a package that is locked and changed by a task is
 * unlocked for the change, locked to its new version after it, and its old lock comes back with the revert.
 */

import { type Script, sh } from "../../script/script.ts";
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
  return locks.filter(({ line }) => {
    const [, locked] = /^(?:\d+:|\*:)?(.+)-[^-]+-[^-]+$/.exec(line.trim()) ?? [];
    return locked === name;
  });
}

/** The lock of the same list for another version. */
export function relocked({ file }: Lock, nevra: Nevra): Lock {
  const { name, epoch, version, release } = nevra;
  const rest = `${version}-${release}.*`;
  return { file, line: file.includes("/dnf/") ? `${name}-${epoch}:${rest}` : `${epoch}:${name}-${rest}` };
}

/** Takes lines out of a list; the list itself, with its owner and mode, stays. */
export function unlock(locks: readonly Lock[]): Script[] {
  return locks.map(
    ({ file, line }) =>
      sh`kept=$(grep -vxF -e ${line} ${file}); printf '%s\\n' "$kept" | sed '/^$/d' >${file}`,
  );
}

export function lock(locks: readonly Lock[]): Script[] {
  return locks.map(({ file, line }) => sh`printf '%s\\n' ${line} >>${file}`);
}

export function lockText(locks: readonly Lock[]): string[] {
  return locks.map(({ line }) => line.trim());
}
