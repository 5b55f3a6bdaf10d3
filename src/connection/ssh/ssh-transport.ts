/** Programs in channels of one ssh connection. */

import type { Client, ClientChannel } from "ssh2";
import type { KmendError } from "../../problem/problem.ts";
import { unreachable } from "../failures.ts";
import { codeOfSignal, lastWordsMs, type Transport, type Wire, type WireEnd } from "../wire.ts";
import { endClient } from "./ending.ts";

/** A transport over a client that is ready. */
export function sshTransport(host: string, client: Client): Transport {
  let lost: KmendError | null = null;
  let cause: Error | undefined;
  client.on("error", (error) => {
    cause ??= error;
  });
  client.once("close", () => {
    lost ??= linkLost(host, cause);
  });
  const isLost = () => lost;
  return {
    async start(command) {
      if (lost) throw lost;
      return channelWire(await openChannel(host, client, command, isLost), isLost);
    },
    async close() {
      if (!lost) await endClient(client);
    },
  };
}

function linkLost(host: string, cause: Error | undefined): KmendError {
  const isSilent = /keepalive/i.test(cause?.message ?? "");
  return unreachable(
    `${host}: Cannot speak to the host any more: ${isSilent ? "it stopped answering" : `the connection broke${cause ? ` (${cause.message})` : ""}`}`,
    "What ran there may have gone on. See whether the host is up before you run again.",
    cause,
  );
}

function openChannel(
  host: string,
  client: Client,
  command: string,
  isLost: () => KmendError | null,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(isLost() ?? linkLost(host, undefined));
    client.once("close", onClose);
    const answer = (error: Error | undefined, channel: ClientChannel) => {
      client.removeListener("close", onClose);
      if (!error) return resolve(channel);
      const hint =
        "Its sshd may limit sessions in a connection (MaxSessions), or forbid commands to this login.";
      reject(isLost() ?? unreachable(`${host}: Cannot start a shell: ${error.message}`, hint, error));
    };
    try {
      client.exec(command, answer);
    } catch (error) {
      client.removeListener("close", onClose);
      reject(
        isLost() ??
          unreachable(`${host}: Cannot start a shell: ${(error as Error).message}`, undefined, error),
      );
    }
  });
}

function channelWire(channel: ClientChannel, isLost: () => KmendError | null): Wire {
  const { promise: ended, resolve } = Promise.withResolvers<WireEnd>();
  let exit: WireEnd | null = null;
  channel.on("exit", (code: number | null, signal?: string) => {
    exit = { kind: "exited", code: code ?? codeOfSignal(signal) };
    setTimeout(() => resolve(exit as WireEnd), lastWordsMs).unref();
  });
  channel.on("close", () =>
    // A tick later the client knows whether it is only this channel that is gone.
    setImmediate(() => {
      const problem = isLost();
      resolve(exit ?? (problem ? { kind: "lost", problem } : { kind: "exited", code: codeOfSignal("KILL") }));
    }),
  );
  channel.on("error", () => {}); // a close follows
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr as unknown as Wire["stderr"],
    ended,
    // The smallest message that asks for no answer; a session without a terminal has no window to change.
    acknowledge: () => channel.setWindow(24, 80, 0, 0),
    destroy: () => channel.destroy(),
  };
}
