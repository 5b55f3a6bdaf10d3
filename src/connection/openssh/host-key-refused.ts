/** Why the system's `ssh` did not trust a host, where that is a file that it could not read: it says nothing of that itself. */

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { promisify } from "node:util";
import type { KmendError } from "../../problem/problem.ts";
import type { Target } from "../connection.ts";
import { nameInKnownHosts } from "../host-keys/known-hosts.ts";
import { refuseUnread, unreadableOf } from "../host-keys/unreadable.ts";

const patienceMs = 10_000;

/** @param said what ssh said as it failed
 *  @param given its arguments but for the command
 *  @returns null where it did not fail at the host's key, or could read all that may know it */
export async function hostKeyRefused(
  target: Target,
  said: string,
  given: readonly string[],
): Promise<KmendError | null> {
  // Of a key that is known and is another, or is revoked, a file could be read.
  if (!/Host key verification failed/.test(said) || /HAS CHANGED|revoked/i.test(said)) return null;
  const settings = await settingsOf(given);
  const unreadable = unreadableOf(filesOf(target, settings));
  if (unreadable.length === 0) return null;
  const at = nameInKnownHosts(target.address, Number(settings.get("port") ?? 22));
  return refuseUnread({ name: target.name, at }, unreadable);
}

/** Its settings as ssh itself works them out; without them, none. */
async function settingsOf(given: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const printed = await promisify(execFile)("ssh", ["-G", ...given], { timeout: patienceMs }).catch(
    () => null,
  );
  const lines = printed?.stdout.split("\n") ?? [];
  return new Map(lines.map((line) => [line.split(" ", 1)[0] ?? "", line.replace(/^\S+ ?/, "")]));
}

/** ssh prints them without quotes: those that kmend gave it, which may have blanks, it need not tell. */
function filesOf({ knownHostsFiles }: Target, settings: ReadonlyMap<string, string>): string[] {
  const listed = (name: string): string[] =>
    (settings.get(name) ?? "").split(" ").filter((each) => each !== "");
  const files = [...(knownHostsFiles ?? listed("userknownhostsfile")), ...listed("globalknownhostsfile")];
  return files.map((file) => file.replace(/^~(?=\/)/, homedir()));
}
