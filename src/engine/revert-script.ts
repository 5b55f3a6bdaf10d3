/** The way back that lies on the host: each change's own script, and one that runs them all, newest first. */

import type { TaskRef } from "../journal/journal.ts";
import { formatPlace } from "../problem/problem.ts";
import { join, type Script, sh } from "../script/script.ts";
import { hereFile } from "./here-file.ts";

/** Writes CHANGE/revert.sh. */
export function saveRevert(save: string, revert: Script, task: TaskRef): Script {
  const comment = `# Takes back: ${oneLine(task.name)} (${task.module})\n# ${oneLine(formatPlace(task.place))}\n`;
  return hereFile(`${save}/revert.sh`, `#!/bin/sh\n${comment}${revert.text}\n`);
}

/** Writes RUN/revert.sh, which an operator at the console can run. */
export function runRevertScript(folder: string, run: string): Script {
  const script = `#!/bin/sh
# Takes back what the kmend run ${run} changed on this host, newest change first.
cd ${folder} || exit 1
status=0
for change in $(ls -r); do
  [ -f "$change/revert.sh" ] || continue
  sed -n 's/^# Takes back: /taking back: /p' "$change/revert.sh"
  if sh "$change/revert.sh"; then
    mv "$change/revert.sh" "$change/reverted.sh"
  else
    echo "cannot take back $change: see $PWD/$change/revert.sh" >&2
    status=1
  fi
done
exit $status
`;
  return join([hereFile(`${folder}/revert.sh`, script), sh`chmod 700 ${`${folder}/revert.sh`}`]);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\n\r]/g, " ");
}
