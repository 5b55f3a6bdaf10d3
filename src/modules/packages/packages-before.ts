import { join, sh } from "../../script/script.ts";
import { type Inspection, type Made, text } from "../module.ts";
import { allPackages } from "./apply.ts";
import type { PackageChange } from "./change.ts";

/** Whether the packages are those of an older change's note: a transaction that was taken back with older ones leaves what was before
 *  them, which is neither what it left nor what it found. */
export function packagesBefore(
  _: Made<PackageChange>,
  older: readonly Made<PackageChange>[],
): Inspection<boolean> | null {
  if (older.length === 0) return null;
  return {
    script: sh`(
LC_ALL=C; export LC_ALL
now=$(${allPackages})
${join(older.map(({ where }) => sh`[ "$now" != "$(cat ${where.save}/before 2>/dev/null)" ] || { echo before; exit 0; }`))}
)`,
    parse: (output) => text(output.stdout) === "before\n",
  };
}
