import { homedir } from "node:os";

/** Sees to it that there is a home: an id without a name, as a container or systemd's `DynamicUser=` has, need not have one, and
 *  asking for it throws. It is then `/`, as for such a user in the system's own eyes, for kmend and for what it starts. */
export function haveHome(env: NodeJS.ProcessEnv = process.env): void {
  try {
    homedir();
  } catch {
    env["HOME"] = "/";
  }
}
