/** Owner and group by name or number, resolved on the host; and the umask that new files get there. */

import { raw, type Script, sh } from "../../script/script.ts";
import { TaskFailed } from "../module.ts";
import type { FileArgs } from "./file-options.ts";
import { readWord } from "./look.ts";

/** What the host knows of the names that the task gave. */
export interface Owners {
  readonly uid?: number;
  readonly gid?: number;
  readonly umask: number;
}

/** Prints the numbers of the given names, and the umask. */
export function askOwners({ owner, group }: FileArgs): Script {
  return sh`echo "umask $(umask)"
${owner === undefined || isNumber(owner) ? raw(":") : sh`printf 'uid %s\n' "$(id -u -- ${owner} 2>/dev/null)"`}
${group === undefined || isNumber(group) ? raw(":") : askGroup(group)}`;
}

/** @throws TaskFailed when the host does not know a name. */
export function readOwners(printed: string, { owner, group }: FileArgs): Owners {
  const uid = resolved(printed, "uid", owner, `chown failed: failed to look up user ${owner}`);
  const gid = resolved(printed, "gid", group, `chgrp failed: failed to look up group ${group}`);
  return {
    umask: Number.parseInt(readWord(printed, "umask") ?? "022", 8),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}

/** getent knows directories as well as files; busybox may lack it. */
function askGroup(group: string): Script {
  return sh`kmend_gid=$(getent group ${group} 2>/dev/null | cut -d: -f3)
[ -n "$kmend_gid" ] || while IFS=: read -r kmend_name _ kmend_id _; do
  if [ "$kmend_name" = ${group} ]; then kmend_gid=$kmend_id; fi
done < /etc/group
printf 'gid %s\n' "$kmend_gid"`;
}

function resolved(
  printed: string,
  word: string,
  given: string | undefined,
  sentence: string,
): number | undefined {
  if (given === undefined) return undefined;
  if (isNumber(given)) return Number(given);
  const found = readWord(printed, word);
  if (found === undefined || !isNumber(found)) throw new TaskFailed(sentence);
  return Number(found);
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
