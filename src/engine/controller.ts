/** The controller as a host: where tasks of other hosts leave what they bring. */

import type { Target } from "../connection/connection.ts";
import type { Doing } from "./doing.ts";
import { lockPlace } from "./lock-place.ts";
import type { Run } from "./run.ts";

/** Itself, whatever an inventory says of a host of that name. */
export function controllerTarget({ world: { options } }: Run): Target {
  const { connectTimeoutMs, keepaliveIntervalMs, keepaliveCountMax } = options.connection;
  return {
    name: "localhost",
    kind: "local",
    address: "localhost",
    hostKeyChecking: false,
    connectTimeoutMs,
    keepaliveIntervalMs,
    keepaliveCountMax,
  };
}

/** The same task, acting on the controller as whoever runs kmend. */
export async function doingHere(doing: Doing): Promise<Doing> {
  const { run } = doing;
  const target = controllerTarget(run);
  const shell = await run.connections.shell(target, null);
  const { user, uid } = shell.session;
  return {
    ...doing,
    on: target.name,
    shell,
    reopen: async () => run.connections.shell(target, null),
    lockPlace: lockPlace(run.connections, { target, become: null, shell }),
    isController: true,
    become: null,
    reached: { address: target.address, isController: true },
    setting: { ...doing.setting, user, uid },
    env: undefined,
  };
}
