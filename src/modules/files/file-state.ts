/** What the `file` module reads: the path, and what its wanted state depends on. */

import { raw, type Script, sh } from "../../script/script.ts";
import type { fileModuleOptions } from "../file.ts";
import { hostPath } from "../host-path.ts";
import { type Inspection, text } from "../module.ts";
import type { ArgumentsOf } from "../options.ts";
import { look, lookFunctions, readLooks, readName, readWord } from "./look.ts";
import { askOwners, type Owners, readOwners } from "./owner.ts";
import type { PathState } from "./path-state.ts";

export type FileModuleArgs = ArgumentsOf<typeof fileModuleOptions>;

export interface FileModuleState {
  /** The path itself, or what it points at where the task follows links. */
  readonly target: PathState;
  /** Folders above it that do not exist, the lowest first. */
  readonly missing: readonly string[];
  /** For links: whether the source exists, and whether it is the path's own inode. */
  readonly source?: { readonly exists: boolean; readonly isSame: boolean; readonly path: string };
  /** For a folder: whether it holds anything, and how much. */
  readonly folder?: { readonly isEmpty: boolean; readonly kib: number };
  /** Everything below it, when the task recurses. */
  readonly below?: readonly PathState[];
  readonly owners: Owners;
}

/** The state the task wants; without one: what is there, or a file. */
export function wantedState(
  args: FileModuleArgs,
  { target }: FileModuleState,
): NonNullable<FileModuleArgs["state"]> {
  if (args.state !== undefined) return args.state;
  if (args.recurse || target.kind === "directory") return "directory";
  return "file";
}

export function inspectFile(args: FileModuleArgs): Inspection<FileModuleState> {
  const { state, src, recurse } = args;
  const follows = args.follow && state !== "absent" && state !== "link";
  return {
    script: sh`(
${lookFunctions}
p=${hostPath(args.path)}
${askOwners(args)}
${look(raw('"$p"'), { follow: follows })}
p=$kmend_path
${missingFolders}
${src === undefined ? raw(":") : askSource(src)}
${state === "absent" || state === "link" || state === "hard" ? askFolder : raw(":")}
${recurse ? askBelow : raw(":")}
)`,
    parse: (output) => parse(text(output.stdout), args),
  };
}

/** Prints the folders above `$p` that do not exist, the lowest first. */
export const missingFolders: Script = raw(`d=$p
while :; do
  case $d in */*) d=\${d%/*} ;; *) break ;; esac
  if [ -z "$d" ] || [ -e "$d" ] || [ -L "$d" ]; then break; fi
  printf 'missing '; kmend_name "$d"
done`);

/** A link's source is relative to the folder that holds the link, or to the folder that the link would replace. */
function askSource(src: string): Script {
  const isAbsolute = /^[/~$]/.test(src);
  return sh`s=${hostPath(src)}
${isAbsolute ? raw(":") : fromFolder}
printf 'source '; kmend_name "$s"
if [ -e "$s" ]; then echo 'sourceexists y'; fi
if [ "$(stat -c %d:%i -- "$s" 2>/dev/null)" = "$(stat -c %d:%i -- "$p" 2>/dev/null)" ]; then echo 'sourcesame y'; fi`;
}

const fromFolder = raw(
  `if [ -d "$p" ] && [ ! -L "$p" ]; then s=$p/$s; else case $p in */*) s=\${p%/*}/$s ;; esac; fi`,
);

const askFolder = raw(`if [ -d "$p" ] && [ ! -L "$p" ]; then
  if [ -z "$(ls -A -- "$p")" ]; then echo 'empty y'; fi
fi
if [ -e "$p" ] || [ -L "$p" ]; then echo "kib $(du -sk -- "$p" | cut -f1)"; fi`);

const askBelow = sh`if [ -d "$p" ]; then
  echo below
  find "$p" ! -path "$p" -exec sh -c ${`${lookFunctions.text}
for f; do kmend_look "$f" - -; done`} sh {} +
fi`;

function parse(printed: string, args: FileModuleArgs): FileModuleState {
  const [own = "", below = ""] = printed.split(/^below$/m);
  const target = readLooks(own)[0] ?? { path: args.path, kind: "absent" };
  const has = (word: string) => readWord(own, word) !== undefined;
  return {
    target,
    missing: readMissing(own),
    ...(args.src === undefined
      ? {}
      : {
          source: {
            exists: has("sourceexists"),
            isSame: has("sourcesame") && target.kind !== "absent",
            path: readName(own, "source") ?? "",
          },
        }),
    ...(has("kib") ? { folder: { isEmpty: has("empty"), kib: Number(readWord(own, "kib")) } } : {}),
    ...(args.recurse ? { below: readLooks(below) } : {}),
    owners: readOwners(own, args),
  };
}

/** What `missingFolders` printed. */
export function readMissing(printed: string): string[] {
  return printed
    .split(/^(?=missing )/m)
    .map((part) => (part.startsWith("missing ") ? readName(part, "missing") : undefined))
    .filter((path) => path !== undefined);
}
