/** The end of a client, whether the host still answers or not. */

import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

const streams = new WeakMap<Client, Duplex>();

/** Which stream a client speaks over: once a client has said goodbye, ssh2 cuts it no more. */
export function speaksOver(client: Client, stream: Duplex): void {
  streams.set(client, stream);
}

/** Ends a client; settles when its socket is closed, which a host that does not answer gets little time for. */
export function endClient(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const patienceMs = 2000;
    const timer = setTimeout(() => streams.get(client)?.destroy(), patienceMs);
    client.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    client.end();
  });
}
