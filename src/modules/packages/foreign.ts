import { raw, type Script, sh } from "../../script/script.ts";
import { type Foreign, type Inspection, text, type Where } from "../module.ts";
import { allPackages } from "./apply.ts";
import type { PackageChange } from "./change.ts";

/** Packages that came or went since the transaction. Its revert goes back to the very versions before it, and would
 *  take away what came; so it must know. Where no note was made, or the versions before stand again: none. */
export function foreignPackages(_: PackageChange, { save }: Where): Inspection<readonly Foreign[]> {
  return {
    script: sh`(
LC_ALL=C; export LC_ALL
save=${save}
[ -e "$save/after" ] || exit 0
now=$(${allPackages})
[ "$now" != "$(cat "$save/before")" ] || exit 0
${compare}
)`,
    parse: (output) => {
      const lines = text(output.stdout).split("\n");
      const after = (mark: string): string =>
        lines.flatMap((line) => (line.startsWith(mark) ? [line.slice(mark.length)] : [])).join(" ");
      const [gone, come] = [after("< "), after("> ")];
      return gone === "" && come === ""
        ? []
        : [{ path: null, ours: gone || "nothing more", theirs: come || "no other package" }];
    },
  };
}

const compare: Script = raw(`printf '%s\\n' "$now" | diff "$save/after" - | grep '^[<>]'
:`);
