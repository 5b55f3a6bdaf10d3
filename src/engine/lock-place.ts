import type { Become, Session, Shell, Target } from "../connection/connection.ts";
import type { Connections } from "./connections.ts";
import type { LockPlace } from "./locks.ts";

/** Where a user's runs keep their folders on a host, and the lock on it lies. */
export function userFolder({ uid, home }: Session): string {
  return uid === 0 ? "/var/lib/kmend" : `${home}/.local/state/kmend`;
}

/** The lock of whom the shell acts as, on the host that it is on. */
export function lockPlace(
  connections: Connections,
  {
    target,
    become,
    shell,
  }: { readonly target: Target; readonly become: Become | null; readonly shell: Shell },
): LockPlace {
  return {
    host: target.name,
    isController: target.kind === "local",
    folder: userFolder(shell.session),
    shell: () => connections.shell(target, become),
    beside: () => connections.shell(target, become, "beside"),
  };
}
