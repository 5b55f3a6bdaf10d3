import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where kmend keeps its state: what `--state` says, else `$KMEND_STATE`, else the XDG state folder. Absolute. */
export function stateFolder(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (given) return resolve(given);
  if (env["KMEND_STATE"]) return resolve(env["KMEND_STATE"]);
  return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "kmend");
}
