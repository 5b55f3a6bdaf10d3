/** Reads what a path is: one piece of script for any number of paths, and the reader of what it prints. */

import { raw, type Script, sh } from "../../script/script.ts";
import { text } from "../module.ts";
import { contentLimit, type PathState, toContent } from "./path-state.ts";
import { sha1, sha256 } from "./sums.ts";

export interface LookOptions {
  /** Follow a symlink to what it points at. */
  readonly follow?: boolean;
  /** SHA-1 (Ansible's checksum) and SHA-256 (ours). */
  readonly sums?: boolean;
  /** The bytes of a file of up to 1 MiB. */
  readonly content?: boolean;
}

/** The functions that {@link look} calls; once a script, in a subshell so that nothing stays in the session. */
export const lookFunctions: Script = raw(`kmend_b64() {
  if command -v base64 >/dev/null 2>&1; then printf b; base64; else printf x; od -An -v -tx1; fi
}
kmend_name() {
  case $1 in
  *[!A-Za-z0-9_./@%+=:,-]*) printf %s "$1" | kmend_b64; echo . ;;
  *) printf 'p%s\\n' "$1" ;;
  esac
}
kmend_real() {
  if [ -L "$1" ]; then kmend_path=$(readlink -f -- "$1" && echo x) && kmend_path=\${kmend_path%??} || kmend_path=$1
  else kmend_path=$1; fi
}
kmend_look() {
  printf 'path '; kmend_name "$1"
  if [ -L "$1" ]; then kmend_kind="link"
  elif [ -f "$1" ]; then kmend_kind="file"
  elif [ -d "$1" ]; then kmend_kind="directory"
  elif [ -e "$1" ]; then kmend_kind="other"
  else echo 'kind absent'; return; fi
  echo "kind $kmend_kind"
  kmend_stat=$(stat -c '%f|%u|%g|%s|%Y|%U|%G' -- "$1") || return
  echo "stat $kmend_stat"
  if [ $kmend_kind = link ]; then printf 'target '; kmend_name "$(readlink -n -- "$1"; echo x)"; fi
  if [ $kmend_kind != file ]; then return; fi
  kmend_size=\${kmend_stat#*"|"*"|"*"|"}
  if [ "$3" = content ] && [ "\${kmend_size%%"|"*}" -le ${contentLimit} ]; then
    printf 'content '; kmend_b64 < "$1"; echo .
  elif [ "$2" = sums ]; then
    printf 'sha1 '; sha1sum < "$1" || echo
    printf 'sha256 '; sha256sum < "$1" || echo
  fi
}`);

/** Prints what this path is. `path` is one shell word. */
export function look(path: Script, options: LookOptions = {}): Script {
  const real = options.follow ? sh`kmend_real ${path}` : sh`kmend_path=${path}`;
  return sh`${real}
kmend_look "$kmend_path" ${options.sums ? "sums" : "-"} ${options.content ? "content" : "-"}`;
}

/** The paths that `look` printed, in order. Lines that are not its own are left out. */
export function readLooks(printed: string): PathState[] {
  return printed
    .split(/^(?=path )/m)
    .filter((block) => block.startsWith("path "))
    .map(readBlock);
}

/** What follows a word at the beginning of a line: `uid 0` by `uid`. */
export function readWord(printed: string, word: string): string | undefined {
  return new RegExp(`^${word} (.*)$`, "m").exec(printed)?.[1];
}

/** What `kmend_name` (bare where harmless) or `kmend_b64` printed after a word, up to the line with a dot. */
export function readEncoded(printed: string, word: string): Uint8Array | undefined {
  const start = new RegExp(`^${word} ([pbx])`, "m").exec(printed);
  if (!start) return undefined;
  const rest = printed.slice(start.index + start[0].length);
  if (start[1] === "p") return Buffer.from(rest.split("\n", 1)[0] ?? "");
  const encoded = rest.slice(0, rest.search(/^\.$/m)).replace(/\s/g, "");
  return Buffer.from(encoded, start[1] === "x" ? "hex" : "base64");
}

/** The same, as text. */
export function readName(printed: string, word: string): string | undefined {
  const bytes = readEncoded(printed, word);
  return bytes && text(bytes);
}

function readBlock(block: string): PathState {
  const word = (name: string) => readWord(block, name);
  const path = readName(block, "path") ?? "";
  const kind = word("kind");
  if (kind === "absent" || kind === undefined) return { path, kind: "absent" };
  const [bits = "0", uid, gid, size, mtime, owner = "", group = ""] = (word("stat") ?? "").split("|");
  const attributes = {
    mode: Number.parseInt(bits, 16) & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner,
    group,
  };
  if (kind === "link")
    return { path, kind, target: readName(block, "target")?.slice(0, -1) ?? "", ...attributes };
  if (kind === "directory" || kind === "other") return { path, kind, ...attributes };
  const bytes = readEncoded(block, "content");
  const sum = (name: string) => word(name)?.split(" ")[0];
  return {
    path,
    kind: "file",
    size: Number(size),
    mtime: Number(mtime),
    ...attributes,
    ...sums(bytes ? sha1(bytes) : sum("sha1"), bytes ? sha256(bytes) : sum("sha256")),
    ...(bytes ? { content: toContent(bytes) } : {}),
  };
}

/** A host without sha1sum or sha256sum says nothing. */
function sums(sha1: string | undefined, sha256: string | undefined): { sha1?: string; sha256?: string } {
  return { ...(sha1 ? { sha1 } : {}), ...(sha256 ? { sha256 } : {}) };
}
