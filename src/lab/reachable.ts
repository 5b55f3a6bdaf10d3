/** Whether an sshd answers: asked by reading its greeting, which a port alone does not give. */

import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { LabNode } from "./fleet.ts";

/** Whether the host's sshd greets within that long. */
export function sshdAnswers({ address, port }: LabNode, withinMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: withinMs });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (greeting) => end(greeting.toString("latin1").startsWith("SSH-")));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** Waits for the greeting; false when the signal aborts first. */
export async function untilSshdAnswers(node: LabNode, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await sshdAnswers(node)) return true;
    await pause(pollMs);
  }
  return false;
}

const pollMs = 50;
