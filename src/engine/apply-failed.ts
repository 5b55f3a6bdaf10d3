import type { Output } from "../connection/connection.ts";
import { type HostModule, TaskFailed, text } from "../modules/modules.ts";

/** The failure of a change whose script the host refused. */
export function applyFailed(module: HostModule, output: Output): TaskFailed {
  const said = text(output.stderr).trim() || text(output.stdout).trim();
  return new TaskFailed(said || `${module.name} exited with ${output.code}`, {
    rc: output.code,
    stdout: text(output.stdout),
    stderr: text(output.stderr),
  });
}
