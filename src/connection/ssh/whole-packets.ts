/** ssh2 writes each packet in three parts (length, payload, tag); without Nagle's algorithm each would travel alone. */

import type { Socket } from "node:net";

/** The same socket; what is written to it in one go leaves in one go. */
export function sendWholePackets(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
  const writeTogether = (...given: unknown[]): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(...given);
  };
  return Object.assign(socket, { write: writeTogether as Socket["write"] });
}
