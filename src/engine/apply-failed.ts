import type { Output } from "../connection/connection.ts";
import { type HostModule, TaskFailed, text } from "../modules/modules.ts";

/** The failure of a change whose script the host refused. */
export function applyFailed(module: HostModule, output: Output): TaskFailed {
  const said = text(output.stderr).trim() || text(output.stdout).trim();
  return new TaskFailed(withHint(said || `${module.name} exited with ${output.code}`), {
    rc: output.code,
    stdout: text(output.stdout),
    stderr: text(output.stderr),
  });
}

/** A full disk is the host's commonest no: what to do stands below it. */
export function withHint(said: string): string {
  return said.includes("No space left on device") ? `${said}\n  ${fullDisk}` : said;
}

const fullDisk =
  "A disk of the host is full: make room there (df -h shows where), and run again. What was changed is in the journal.";
