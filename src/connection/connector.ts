/** One connection a target, shared by all who ask for it. */

import { KmendError } from "../problem/problem.ts";
import type { Connection, Connector, Target } from "./connection.ts";
import { interrupted } from "./failures.ts";
import { localTransport } from "./local/local-transport.ts";
import { opensshTransport } from "./openssh/openssh-transport.ts";
import { connectionOver } from "./shared-connection.ts";
import { handshakes } from "./ssh/handshakes.ts";
import { type AskPassphrase, keyRing } from "./ssh/keys.ts";
import { Routes } from "./ssh/route.ts";
import { sshTransport } from "./ssh/ssh-transport.ts";

/** How a run connects. */
export interface ConnectorOptions {
  /** How many handshakes may be under way at once. */
  readonly handshakesAtOnce?: number;
  /** Asks for an encrypted key's passphrase, once a key. */
  readonly askPassphrase?: AskPassphrase;
}

/** Makes the connector of a run; `closeAll` ends whatever it opened. */
export function createConnector(options: ConnectorOptions = {}): Connector {
  const routes = new Routes(keyRing(options.askPassphrase), handshakes(options.handshakesAtOnce));
  const connections = new Map<string, Promise<Connection>>();

  async function connect(
    target: Target,
    signal: AbortSignal | undefined,
    onLost: () => void,
  ): Promise<Connection> {
    if (signal?.aborted) throw interrupted(target.name);
    switch (target.kind) {
      case "local":
        return connectionOver(localTransport(target.name), target);
      case "openssh":
        return connectionOver(opensshTransport(target), target);
      case "ssh": {
        const client = await routes.connect(target, signal);
        client.once("close", onLost); // whoever asks again, after a reboot say, gets another one
        return connectionOver(sshTransport(target.name, client), target);
      }
      default: {
        const never: never = target.kind;
        throw new KmendError({
          code: "unknown-connection",
          message: `There is no connection ${String(never)}`,
        });
      }
    }
  }
  return {
    open(target, { signal } = {}) {
      const key = JSON.stringify(target);
      const known = connections.get(key);
      if (known) return known;
      const forget = () => {
        if (connections.get(key) === opening) connections.delete(key);
      };
      const opening: Promise<Connection> = connect(target, signal, forget).then((connection) =>
        forgettingWhenClosed(connection, forget),
      );
      connections.set(key, opening);
      opening.catch(forget);
      return opening;
    },
    async closeAll() {
      const opened = await Promise.allSettled(connections.values());
      await Promise.all(opened.map((each) => (each.status === "fulfilled" ? each.value.close() : null)));
      await routes.close();
    },
  };
}

function forgettingWhenClosed(connection: Connection, forget: () => void): Connection {
  return {
    ...connection,
    close() {
      forget();
      return connection.close();
    },
  };
}
