/** What a file of the host is, before it is brought. */

import { raw, sh } from "../../script/script.ts";
import type { Brought, Remote } from "../brought.ts";
import { look, lookFunctions, readLooks } from "../files/look.ts";
import { hostPath } from "../host-path.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";

/** Of a file that is there, all that Brought has; of any other only the kind counts. `source` is its path on the host, links followed. */
export type Looked = Pick<Brought, "source" | "size" | "sha1" | "sha256" | "mode"> & Pick<Remote, "kind">;

/** Follows links, as reading does. A host without sha1sum and sha256sum says no sums: then they are empty. */
export function lookAtRemote(path: string): Inspection<Looked> {
  return {
    script: sh`(
${lookFunctions}
p=${hostPath(path)}
if [ -f "$p" ] && [ ! -r "$p" ]; then echo unreadable; exit; fi
${look(raw('"$p"'), { follow: true, sums: true })}
)`,
    parse: (output) => {
      const printed = text(output.stdout);
      const nothing = { source: "", size: 0, sha1: "", sha256: "", mode: 0 };
      if (/^unreadable$/m.test(printed)) return { ...nothing, kind: "unreadable" };
      const seen = readLooks(printed)[0];
      if (!seen) throw new TaskFailed(`Cannot look at ${path}: ${text(output.stderr).trim()}`);
      // A link that is left leads nowhere.
      if (seen.kind !== "file") return { ...nothing, kind: seen.kind === "link" ? "absent" : seen.kind };
      const { path: source, size, sha1 = "", sha256 = "", mode } = seen;
      return { kind: "file", source, size, sha1, sha256, mode };
    },
  };
}
