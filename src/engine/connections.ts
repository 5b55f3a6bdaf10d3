import type { Become, Connection, Shell, Target } from "../connection/connection.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import type { World } from "./world.ts";

/** The connections of one run, one for each way to reach a host; opened at need and closed together. */
export interface Connections {
  shell(target: Target, become: Become | null, which?: string): Promise<Shell>;
  /** `meta: reset_connection`: the next task opens a new one. */
  reset(host: string): Promise<void>;
  closeAll(): Promise<void>;
}

/** The host could not be reached: whatever the reason's own code is. */
export class Unreachable extends KmendError {}

export function openConnections(world: World): Connections {
  const open = new Map<string, { readonly host: string; readonly connection: Promise<Connection> }>();

  async function connect(target: Target): Promise<Connection> {
    const key = JSON.stringify(target);
    const known = open.get(key);
    if (known) return known.connection;
    const connection = world.connector.open(target, { signal: world.stop.hard });
    open.set(key, { host: target.name, connection });
    // A host that could not be reached may be tried again by a later task.
    connection.catch(() => open.delete(key));
    return connection;
  }

  async function reset(host: string): Promise<void> {
    const gone = [...open].filter(([, each]) => each.host === host);
    for (const [key, each] of gone) {
      open.delete(key);
      await (await each.connection.catch(() => null))?.close();
    }
  }

  async function shell(target: Target, become: Become | null, which?: string): Promise<Shell> {
    try {
      return await (await connect(target)).shell(become, which);
    } catch (error) {
      if (!(error instanceof KmendError) || error.exitCode !== exitCodes.hostsUnreachable) throw error;
      throw new Unreachable(error.problems, error.exitCode, error);
    }
  }

  return {
    shell,
    reset,
    closeAll: () => world.connector.closeAll(),
  };
}
