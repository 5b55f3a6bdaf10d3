/**
 * Back to the very versions: what was replaced or removed comes from the kept RPM files, what came along goes, the
 * configuration files and locks are as they were, and every package's version is compared with the note.
 */

import { raw, type Script, sh } from "../../script/script.ts";
import type { Where } from "../module.ts";
import { noteAll } from "./apply.ts";
import type { PackageChange } from "./change.ts";
import { runningKernelStays } from "./install-only.ts";
import { restore, suspend } from "./locks.ts";
import { transactionFlags } from "./tool.ts";

export function revertPackages(change: PackageChange, { save }: Where): Script | null {
  if (change.irreversible !== undefined) return null;
  const { locksBefore, locksAfter } = change;
  return sh`(
LC_ALL=C; export LC_ALL
save=${save}
${noteAll("now")}
${came}
${runningKernelStays}
${suspend([...locksAfter, ...locksBefore])}
if ! cmp -s "$save/before" "$save/now"; then
  set --
  for file in "$save"/*.rpm; do [ ! -e "$file" ] || set -- "$@" "$file"; done
  [ $# = 0 ] || rpm -U --oldpackage --replacepkgs -- "$@" || exit 1
  ${noteAll("now")}
  ${theRest(change)}
  ${noteAll("now")}
fi
${restore(locksBefore, locksAfter)}
if [ -e "$save/config.tar" ]; then tar -C / -xpf "$save/config.tar" || exit 1; fi
find /etc -name '*.rpmnew' -o -name '*.rpmsave' -o -name '*.rpmorig' 2>/dev/null | sort | grep -vxF -f "$save/leftovers" |
  while IFS= read -r file; do rm -f -- "$file"; done
if ! cmp -s "$save/before" "$save/now"; then
  echo 'Cannot bring every package back to its version; gone (<) and come (>) since:' >&2
  diff "$save/before" "$save/now" | grep '^[<>]' >&2
  exit 1
fi
:
)`;
}

/** Into `$come`: what came and stands in no older version's place; that goes when the older one comes back. */
const came: Script = raw(`come=$(
  gone=$(grep -vxF -f "$save/now" "$save/before" | sed 's/-[0-9]*:[^-]*-[^-]*$//')
  grep -vxF -f "$save/before" "$save/now" | while IFS= read -r each; do
    printf '%s\\n' "$gone" | grep -qxF -e "\${each%-*:*-*}" || printf '%s\\n' "$each"
  done
)`);

/** What came along goes by its very version, as others of its name may lie beside it; what it replaced comes from the repositories, where there are any. */
function theRest({ tool, flags }: PackageChange): Script {
  const fetched =
    tool === "rpm"
      ? raw(":")
      : sh`set --
  for each in $(diff "$save/before" "$save/now" | sed -n 's/^< //p'); do set -- "$@" "$each"; done
  [ $# = 0 ] || ${raw(tool)} ${transactionFlags(flags)} downgrade "$@" || ${raw(tool)} ${transactionFlags(flags)} install "$@" || exit 1`;
  return sh`${came}
  set --
  for each in $come; do set -- "$@" "\${each%-*:*}-\${each#*:}"; done
  [ $# = 0 ] || rpm -e -- "$@" || exit 1
  ${fetched}`;
}
