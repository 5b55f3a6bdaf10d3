/** A script that was cut off in its middle (its host rebooted, its process was killed) could not clean up after itself. */

import type { Shell } from "../connection/connection.ts";
import { type HostModule, TaskFailed, text } from "../modules/modules.ts";
import { type Script, sh } from "../script/script.ts";
import { isSecretChange, type Recorded } from "./change.ts";

/** @param check fails where the host is not this run's any more
 *  @throws TaskFailed where the host says no */
export async function tidyUp(
  module: HostModule,
  change: Recorded,
  { shell, check }: { readonly shell: Shell; readonly check: Script },
): Promise<void> {
  // Of a secret change only the host knows where it worked.
  if (!module.tidy || isSecretChange(change)) return;
  const tidy = module.tidy(change.changes, { save: change.save, tmp: `${change.save}/tmp` });
  const output = await shell.run(sh`(
${check}
) && {
${tidy}
}`);
  if (output.code !== 0)
    throw new TaskFailed(text(output.stderr).trim() || `tidying up exited with ${output.code}`);
}
