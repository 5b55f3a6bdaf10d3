/**
 * Everything that a file module can do to one path, as data: each step with its script, its undo and its check.
 *
 * Must: a step keeps what it replaces before it replaces it. Must: a step made twice, or undone twice, ends as once.
 * Must: a path that is no longer what inspect saw is left alone, and the step fails.
 */

import { raw, type Script, sh } from "../../script/script.ts";
import { folderOf } from "../host-path.ts";
import type { Content, PathState } from "./path-state.ts";
import { validation } from "./validation.ts";

export type Step = WriteStep | FolderStep | LinkStep | HardLinkStep | RemoveStep | AttributesStep | TouchStep;

/** What stood at the path; undo needs no more, the bytes are kept on the host. */
export interface Was {
  readonly kind: PathState["kind"];
  readonly sha256?: string;
  readonly target?: string;
}

interface Owned {
  readonly mode: number;
  /** Absent: whoever the session is, or whoever owned the file that is replaced. */
  readonly uid?: number;
  readonly gid?: number;
}

/** A file's new bytes, moved into place in one rename. */
export interface WriteStep extends Owned {
  readonly do: "write";
  readonly path: string;
  readonly was: Was;
  readonly source: Source;
  readonly sha256: string;
  readonly backup: boolean;
  readonly validate?: string;
}

/** Where the bytes come from: the plan itself, what the engine brought, or a file of the host. */
export type Source =
  | { readonly content: Content }
  | { readonly brought: string; readonly entry?: string }
  | { readonly host: string };

/** A new folder. Its undo takes it away only when it is empty again. */
export interface FolderStep extends Owned {
  readonly do: "folder";
  readonly path: string;
  /** Others may have put theirs into it meanwhile: then it stays. */
  readonly isShared?: true;
}

export interface LinkStep {
  readonly do: "link";
  readonly path: string;
  readonly target: string;
  readonly was: Was;
}

export interface HardLinkStep {
  readonly do: "hard link";
  readonly path: string;
  readonly source: string;
  readonly was: Was;
}

export interface RemoveStep {
  readonly do: "remove";
  readonly path: string;
  readonly was: Was;
  /** False: too large to keep. */
  readonly keep: boolean;
}

export interface AttributesStep {
  readonly do: "attributes";
  readonly path: string;
  readonly isLink: boolean;
  readonly before: Required<Owned>;
  readonly after: Required<Owned>;
}

/** Times as `touch -t` takes them; null leaves one as it is. */
export interface TouchStep {
  readonly do: "touch";
  readonly path: string;
  readonly mtime: string | null;
  readonly atime: string | null;
}

/** What a step calls; once a script. */
export const stepFunctions: Script =
  raw(`kmend_sum() { kmend_line=$(sha256sum < "$1") && echo "\${kmend_line%% *}"; }
kmend_is() {
  case $2 in
  absent) [ ! -e "$1" ] && [ ! -L "$1" ] ;;
  file) [ -f "$1" ] && [ ! -L "$1" ] && { [ -z "$3" ] || [ "$(kmend_sum "$1")" = "$3" ]; } ;;
  link) [ -L "$1" ] && [ "$(readlink -n -- "$1"; echo x)" = "$3x" ] ;;
  directory) [ -d "$1" ] && [ ! -L "$1" ] ;;
  *) [ -e "$1" ] ;;
  esac
}
kmend_was() { kmend_is "$@" || { printf '%s is no longer what it was when kmend looked\\n' "$1" >&2; return 1; }; }
kmend_label() {
  [ ! -e /sys/fs/selinux/enforce ] || ! command -v chcon >/dev/null 2>&1 || chcon -h --reference="$1" -- "$2"
}
kmend_kept() { [ -e "$1" ] || [ -L "$1" ]; }
kmend_keep() {
  kmend_kept "$2" || { cp -pP -- "$1" "$2.part" && kmend_label "$1" "$2.part" && mv -f -- "$2.part" "$2"; }
}
kmend_restore() {
  kmend_kept "$2" || { printf 'The original of %s is not in %s\\n' "$1" "$2" >&2; return 1; }
  cp -pP -- "$2" "$3" && kmend_label "$2" "$3" || return
  if [ -L "$1" ]; then rm -f -- "$1" || return; fi
  mv -f -- "$3" "$1"
}`);

/** The script that makes this step; `keep` is its own path in the save folder, `upload` where its bytes lie. */
export function make(step: Step, keep: string, upload: string): Script {
  switch (step.do) {
    case "write":
      return write(step, keep, upload);
    case "folder":
      return folder(step, beside(step.path, keep));
    case "link":
      return sh`if ! kmend_is ${step.path} link ${step.target}; then
  ${keepOld(step.path, step.was, keep)} && rm -f -- ${step.path} && ln -s -- ${step.target} ${step.path}
fi`;
    case "hard link":
      return sh`if [ "$(stat -c %d:%i -- ${step.path} 2>/dev/null)" != "$(stat -c %d:%i -- ${step.source})" ]; then
  ${keepOld(step.path, step.was, keep)} && rm -f -- ${step.path} && ln -- ${step.source} ${step.path}
fi`;
    case "remove":
      return sh`if ${step.keep ? sh`! kmend_kept ${keep} && ` : raw("")}{ [ -e ${step.path} ] || [ -L ${step.path} ]; }; then
  kmend_was ${was(step.path, step.was)} && ${step.keep ? sh`mv -- ${step.path} ${keep}` : sh`rm -rf -- ${step.path}`}
fi`;
    case "attributes":
      return attributes(step.path, step.isLink, step.after);
    case "touch":
      return sh`{ [ -e ${keep} ] || { : > ${keep} && touch -r ${step.path} -- ${keep}; }; } && ${touch(step)}`;
  }
}

/** The script that takes this step back. */
export function undo(step: Step, keep: string): Script {
  switch (step.do) {
    case "write":
      return sh`${restore(step.path, step.was, keep)} && ${step.backup ? dropBackup(keep) : raw(":")}`;
    case "folder":
      return sh`{ [ ! -d ${step.path} ] || ${step.isShared ? sh`[ -n "$(ls -A -- ${step.path})" ] || ` : raw("")}rmdir -- ${step.path}; } &&
  ${withoutFolder(beside(step.path, keep))}`;
    case "link":
    case "hard link":
      return restore(step.path, step.was, keep);
    case "remove":
      return sh`if kmend_kept ${keep}; then
  kmend_was ${step.path} absent '' && mv -- ${keep} ${step.path}
fi`;
    case "attributes":
      return attributes(step.path, step.isLink, step.before);
    case "touch":
      return sh`{ [ ! -e ${keep} ] || touch -r ${keep} -- ${step.path}; }`;
  }
}

/** A new folder has its owner and permissions before it has its name: of one that stands there nobody would ask again. */
function folder(step: FolderStep, fresh: string): Script {
  return sh`if [ -d ${step.path} ]; then ${own(step.path, step)}
else
  { [ -d ${fresh} ] || mkdir -- ${fresh}; } && ${own(fresh, step)} && mv -- ${fresh} ${step.path}
fi`;
}

/** Takes away a folder that never got its name. */
export function withoutFolder(fresh: string): Script {
  return sh`{ [ ! -d ${fresh} ] || rmdir -- ${fresh}; }`;
}

/** Where a step's new bytes or folder lie before they are moved into place; null: it has none. */
export function freshPath(step: Step, keep: string): string | null {
  const isStaged =
    step.do === "write" || step.do === "folder" || step.do === "link" || step.do === "hard link";
  return isStaged ? beside(step.path, keep) : null;
}

/** New bytes beside the old file, with its owner, permissions and label; checked; then one rename. */
function write(step: WriteStep, keep: string, upload: string): Script {
  const fresh = beside(step.path, keep);
  const source = "host" in step.source ? step.source.host : upload;
  const base =
    step.was.kind === "file"
      ? sh`cp -p -- ${step.path} ${fresh} && kmend_label ${step.path} ${fresh} && chmod u+w -- ${fresh} &&
    cat < ${source} > ${fresh}`
      : sh`cat < ${source} > ${fresh}`;
  return sh`if ! kmend_is ${step.path} file ${step.sha256}; then
  { ${keepOld(step.path, step.was, keep)} && ${step.backup && step.was.kind !== "absent" ? backup(step.path, keep) : raw(":")} &&
    ${base} && ${own(fresh, step)} &&
    [ "$(kmend_sum ${fresh})" = ${step.sha256} ] && ${step.validate === undefined ? raw(":") : validation(step.validate, fresh)} &&
    mv -f -- ${fresh} ${step.path}; } || { rm -f -- ${fresh}; false; }
fi`;
}

function keepOld(path: string, old: Was, keep: string): Script {
  const check = sh`kmend_was ${was(path, old)}`;
  return old.kind === "absent" ? check : sh`${check} && kmend_keep ${path} ${keep}`;
}

function restore(path: string, old: Was, keep: string): Script {
  if (old.kind === "absent") return sh`if ! kmend_is ${path} directory ''; then rm -f -- ${path}; fi`;
  // Nothing was kept and nothing has changed: the step was never made.
  return sh`{ { ! kmend_kept ${keep} && kmend_is ${was(path, old)}; } || kmend_restore ${path} ${keep} ${beside(path, keep)}; }`;
}

function was(path: string, old: Was): Script {
  return sh`${path} ${old.kind} ${old.kind === "link" ? (old.target ?? "") : (old.sha256 ?? "")}`;
}

/** Owner first: chown takes the set-user-id bit away. */
function own(path: string, { mode, uid, gid }: Owned): Script {
  return sh`${chown(path, uid, gid)} && chmod ${mode.toString(8).padStart(4, "0")} -- ${path}`;
}

function attributes(path: string, isLink: boolean, owned: Required<Owned>): Script {
  if (isLink) return sh`[ -L ${path} ] && ${chown(path, owned.uid, owned.gid)}`;
  return sh`[ ! -L ${path} ] && ${own(path, owned)}`;
}

function chown(path: string, uid: number | undefined, gid: number | undefined): Script {
  if (uid === undefined && gid === undefined) return raw(":");
  return sh`chown -h -- ${`${uid ?? ""}${gid === undefined ? "" : `:${gid}`}`} ${path}`;
}

function touch({ path, mtime, atime }: TouchStep): Script {
  const one = (flag: string, time: string | null) => {
    if (time === null) return raw(":");
    return time === "now" ? sh`touch -c ${flag} -- ${path}` : sh`touch -c ${flag} -t ${time} -- ${path}`;
  };
  return sh`${one("-m", mtime)} && ${one("-a", atime)}`;
}

/** Ansible's backup, beside the file; its name is kept so that undo can take it away. */
function backup(path: string, keep: string): Script {
  return sh`{ [ -e ${`${keep}.backup`} ] || {
      kmend_backup=${path}.$$.$(date +%Y-%m-%d@%H:%M:%S)~ && cp -pP -- ${path} "$kmend_backup" &&
      printf '%sx' "$kmend_backup" > ${`${keep}.backup`} && printf 'backup ' && kmend_name "$kmend_backup"; }; }`;
}

function dropBackup(keep: string): Script {
  const note = `${keep}.backup`;
  return sh`{ [ ! -e ${note} ] || { kmend_backup=$(cat ${note}) && rm -f -- "\${kmend_backup%x}" ${note}; }; }`;
}

/** A name in the same folder, so that the rename stays in one file system. */
function beside(path: string, keep: string): string {
  return `${folderOf(path)}/.kmend-${keep.split("/").slice(-2).join("-")}`;
}
