/** A link to a host that can be cut without a word: what is sent then goes nowhere, and nobody is told. */

import { connect, createServer, type Server, type Socket } from "node:net";

export class Link {
  readonly #sockets = new Set<Socket>();
  readonly #to: { readonly host: string; readonly port: number };
  #server: Server | null = null;
  #isCut = false;

  constructor(to: { readonly host: string; readonly port: number }) {
    this.#to = to;
  }

  /** @returns the port of this machine that leads to the host */
  async open(): Promise<number> {
    const server = createServer((near) => this.#join(near, connect(this.#to)));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  /** Both ends stay open, as where a cable was pulled. New connections come to nothing, too. */
  cut(): void {
    this.#isCut = true;
  }

  /** The old connections stay dead, as they would where a firewall has forgotten them. */
  mend(): void {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.mend();
    this.#server?.close();
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (bytes) => {
        if (!this.#isCut) to.write(bytes);
      });
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!this.#isCut) to.destroy();
      });
    }
  }
}
