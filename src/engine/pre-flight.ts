/** Before the first change on a host: its way back must have a place there, with room, that outlives a reboot. */

import { keepLimitKib } from "../modules/modules.ts";
import { type Script, sh } from "../script/script.ts";

/**
 * Ends the script with {@link refused} and its reason where the folder's file system is nearly full, or lies in memory while `/`
 * does not: where all of the host lies in memory, a reboot takes the changes back as well. What can't be read refuses nobody.
 */
export function checkPlace(folder: string): Script {
  return sh`(
{ read -r kmend_head; read -r kmend_device kmend_all kmend_used kmend_free kmend_rest; } <<kmend_end
$(df -P -k ${folder} 2>/dev/null)
kmend_end
case $kmend_free in '' | *[!0-9]*) exit 0 ;; esac
[ "$kmend_all" = 0 ] || [ "$kmend_free" -ge ${keepLimitKib} ] || { echo "full $kmend_free"; exit 1; }
kmend_place=\${kmend_rest#* }
[ "$kmend_place" != / ] || exit 0
kmend_kind=
{ while read -r kmend_device kmend_point kmend_type kmend_rest; do
  case $kmend_point in *\\\\*) kmend_point=$(printf %b "$kmend_point") ;; esac
  [ "$kmend_point" != "$kmend_place" ] || kmend_kind=$kmend_type
done < /proc/mounts; } 2>/dev/null
case $kmend_kind in tmpfs | ramfs) echo "memory $kmend_kind $kmend_place"; exit 1 ;; esac
exit 0
) || { rmdir ${folder} 2>/dev/null; exit ${refused}; }`;
}

/** How a script ends that {@link checkPlace} refused. */
export const refused = 92;

/** @param said what {@link checkPlace} printed */
export function whyRefused(folder: string, said: string): string {
  const [kind = "", first = "", ...rest] = said.trim().split(" ");
  if (kind === "full")
    return `Cannot begin on the host: its way back needs ${mib(keepLimitKib)} MiB of room in ${folder}, and there are ${mib(Number(first))}\n  Make room there (df -h shows where), or go without that with --skip-pre-flight.`;
  return `Cannot begin on the host: its way back would lie in ${folder}, on a ${first} (${rest.join(" ")}): a reboot would lose it, and keep the changes\n  Mount a file system there that lasts, or go without that with --skip-pre-flight.`;
}

function mib(kib: number): number {
  return Math.floor(kib / 1024);
}
