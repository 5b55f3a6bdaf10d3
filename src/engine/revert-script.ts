/** The way back that lies on the host: each change's own script, and one that runs them all, newest first. */

import { createHash } from "node:crypto";
import type { TaskRef } from "../journal/journal.ts";
import { formatPlace } from "../problem/problem.ts";
import { join, quote, type Script, sh } from "../script/script.ts";
import { hereFile } from "./here-file.ts";

/** The text of CHANGE/revert.sh. */
export function revertText(revert: Script, task: TaskRef): string {
  const comment = `# Takes back: ${oneLine(task.name)} (${task.module})\n# ${oneLine(formatPlace(task.place))}\n`;
  return `#!/bin/sh\n${comment}${revert.text}\n`;
}

/** Its SHA-256: a rollback runs the host's script only where it is still this one. */
export function revertSum(revert: Script, task: TaskRef): string {
  return createHash("sha256").update(revertText(revert, task)).digest("hex");
}

/** Writes CHANGE/revert.sh, and its line in the list below RUN/revert.sh. */
export function saveRevert(save: string, revert: Script, task: TaskRef): Script {
  const [, folder = "", change = ""] = /^(.*)\/([^/]*)$/.exec(save) ?? [];
  const line = `# ${change}  ${oneLine(task.name)} (${task.module}), ${oneLine(formatPlace(task.place))}`;
  return join([
    hereFile(`${save}/revert.sh`, revertText(revert, task)),
    sh`printf '%s\\n' ${line} >> ${`${folder}/revert.sh`}`,
  ]);
}

/** Writes RUN/revert.sh, by way of a draft that nobody else writes, which an operator at the console can run; what each change was is listed below it. */
export function runRevertScript(folder: string, run: string, draft: string): Script {
  const script = `#!/bin/sh
# Takes back what the kmend run ${run} changed on this host, newest change first. Safe to run again.
#   sh revert.sh [--from CHANGE]    only that change and what came after it
from=0
[ "$1" != --from ] || from=\${2#"\${2%%[!0]*}"}
cd ${quote(folder)} || exit 1
done=0 failed=0
# Services that a revert has left running, and whether something older was taken back after that.
KMEND_RUNNING=$PWD/running-now; export KMEND_RUNNING
running=$PWD/running old=
rm -f "$KMEND_RUNNING" "$running"
for change in $(ls -r); do
  [ -f "$change/revert.sh" ] || continue
  case $change$from in *[!0-9]*) continue ;; esac
  [ "\${change#"\${change%%[!0]*}"}" -ge "\${from:-0}" ] || continue
  sed -n 's/^# Takes back: /taking back: /p' "$change/revert.sh"
  if sh "$change/revert.sh"; then
    mv "$change/revert.sh" "$change/reverted.sh"
    done=$((done + 1))
    [ ! -s "$running" ] || [ -s "$KMEND_RUNNING" ] || old=1
  else
    echo "cannot take back $change: see $PWD/$change/revert.sh" >&2
    failed=$((failed + 1))
  fi
  if [ -s "$KMEND_RUNNING" ]; then cat "$KMEND_RUNNING" >> "$running" && rm "$KMEND_RUNNING"; fi
done
if [ -n "$old" ]; then
  systemctl daemon-reload
  for unit in $(sort -u "$running"); do
    echo "restarting $unit: what it read is what it was again"
    systemctl try-restart -- "$unit" || { echo "cannot restart $unit" >&2; failed=$((failed + 1)); }
  done
fi
rm -f "$running"
if [ $done = 0 ] && [ $failed = 0 ]; then echo 'nothing is left to take back'; fi
[ $done = 0 ] || echo "taken back: $done"
[ $failed = 0 ] || echo "not taken back: $failed" >&2
[ $failed = 0 ]
exit
# The changes that have a script here, oldest first:
`;
  const path = `${folder}/revert.sh`;
  // A run that goes on finds it there, with its list.
  return sh`if [ ! -f ${path} ]; then
${hereFile(draft, script)}
chmod 700 ${draft} && mv ${draft} ${path}
fi`;
}

/** Runs the change's script on the host where it is the recorded one, also when it was run before; else the module's own
 *  revert, after a line that says what was found. */
export function trustedRevert(save: string, sum: string, own: Script): Script {
  return sh`kmend_found=missing
for kmend_script in ${`${save}/revert.sh`} ${`${save}/reverted.sh`}; do
  [ -f "$kmend_script" ] || continue
  kmend_found=$(sha256sum < "$kmend_script") && kmend_found=\${kmend_found%% *}
  if [ "$kmend_found" = ${sum} ]; then sh "$kmend_script"; exit; fi
done
echo "kmend-script \${kmend_found:-unknown}" >&2
${own}`;
}

/** What `trustedRevert` found in place of the recorded script, and what else was printed. */
export function readFound(printed: string): { readonly found: string | null; readonly rest: string } {
  const line = /^kmend-script (\S+)\n?/m.exec(printed);
  return { found: line?.[1] ?? null, rest: line ? printed.replace(line[0], "") : printed };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\n\r]/g, " ");
}
