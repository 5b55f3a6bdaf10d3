/** `copy` with `remote_src`: the source is a file or a folder of the host itself. */

import { raw, sh } from "../../script/script.ts";
import type { TreeEntry } from "../brought.ts";
import { hostPath, nameOf } from "../host-path.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";
import { readMissing } from "./file-state.ts";
import { look, lookFunctions, readLooks } from "./look.ts";
import { readOwners } from "./owner.ts";
import type { PathState } from "./path-state.ts";
import { inspectPlacement, type PlacementState, type Wanted } from "./placement.ts";
import type { TreeArgs, TreeState, WantedTree } from "./tree.ts";

export interface RemoteState {
  readonly src: string;
  /** The source, and for a folder everything in it. */
  readonly sources: readonly PathState[];
  readonly file?: PlacementState;
  readonly tree?: TreeState;
}

/** Looks at the source, then at where it goes: the file's path, or each path that the folder's content would take. */
export function inspectRemote(args: TreeArgs, src: string): Inspection<RemoteState> {
  const placement = inspectPlacement(args, nameOf(src));
  const prefix = src.endsWith("/") ? "" : nameOf(src);
  return {
    script: sh`(
${lookFunctions}
s=${hostPath(src.replace(/(?<=.)\/+$/, ""))}
${look(raw('"$s"'), { follow: true, sums: true, content: true })}
s=$kmend_path
if [ -d "$s" ]; then
  find "$s" ! -path "$s" -exec sh -c ${`${lookFunctions.text}
for f; do kmend_look "$f" sums -; done`} sh {} +
fi
echo 'part two'
if [ -d "$s" ]; then
  p=${hostPath(args.dest.replace(/(?<=.)\/+$/, ""))}
  ${look(raw('"$p"'), { follow: true })}
  ${prefix === "" ? raw(":") : sh`kmend_look "$p"/${prefix} sums -`}
  find "$s" ! -path "$s" -exec sh -c ${`${lookFunctions.text}
s=$1; p=$2; shift 2
for f; do kmend_look "$p\${f#"$s"}" sums -; done`} sh "$s" "$p"${prefix === "" ? raw("") : sh`/${prefix}`} {} +
fi
)
${placement.script}`,
    parse: (output) => {
      const printed = text(output.stdout);
      const [first = "", second = ""] = printed.split(/^part two$/m);
      const sources = readLooks(first);
      const [source] = sources;
      if (!source || source.kind === "absent") throw new TaskFailed(`Source ${src} not found`);
      if (source.kind === "directory") {
        // The last block is the placement's own look at `dest`, of which a folder has no use.
        const targets = readLooks(second).slice(0, -1);
        const tree = { targets, missing: readMissing(second), owners: readOwners(second, args) };
        return { src, sources, tree };
      }
      return { src, sources, file: placement.parse({ ...output, stdout: new TextEncoder().encode(second) }) };
    },
  };
}

/** The host's own file, as a wanted one. */
export function remoteWanted({ sources }: RemoteState): Wanted {
  const [source] = sources;
  if (source?.kind !== "file" || !source.sha1 || !source.sha256)
    throw new TaskFailed(`Cannot copy ${source?.path ?? "nothing"}: it is not a file`);
  const { path, sha1, sha256, content, mode } = source;
  return { source: { host: path }, sha1, sha256, content: content ?? null, sourceMode: mode, from: path };
}

/** The host's own folder, as a wanted tree. */
export function remoteTree({ src, sources }: RemoteState): WantedTree {
  const [root, ...below] = sources;
  const base = root?.path ?? "";
  return {
    prefix: src.endsWith("/") ? "" : nameOf(src),
    entries: below.map((state) => toEntry(state, base)),
    sourceOf: (entry) => ({ host: `${base}/${entry.path}` }),
  };
}

function toEntry(state: PathState, base: string): TreeEntry {
  const path = state.path.slice(base.length + 1);
  if (state.kind === "absent" || state.kind === "other")
    throw new TaskFailed(`Cannot copy ${state.path}: it is neither a file, a folder nor a link`);
  const common = { path, mode: state.mode, size: 0, sha1: "", sha256: "" };
  if (state.kind === "link") return { ...common, kind: "link", target: state.target };
  if (state.kind === "directory") return { ...common, kind: "directory" };
  return { ...common, kind: "file", size: state.size, sha1: state.sha1 ?? "", sha256: state.sha256 ?? "" };
}
