/** One handshake: from a stream of bytes to a client that the host trusts and that trusts the host. */

import { appendFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Config, NodeSSH } from "node-ssh";
import type { Client } from "ssh2";
import type { KmendError } from "../../problem/problem.ts";
import { interrupted, unreachable } from "../failures.ts";
import { nameInKnownHosts, readKnownHosts } from "../host-keys/known-hosts.ts";
import { refuseUnread } from "../host-keys/unreadable.ts";
import { judgeKey, keyTypesToAskFor, refuseKey, shownKey, typeOfKey } from "../host-keys/verdict.ts";
import { maskInTrace, trace } from "../trace.ts";
import { authentication } from "./authentication.ts";
import { speaksOver } from "./ending.ts";
import {
  droppedHandshake,
  explainGreeting,
  explainHandshake,
  explainSocket,
  saidOtherThanSsh,
  seemsDropped,
} from "./handshake-failures.ts";
import type { KeyRing } from "./keys.ts";
import type { Settings } from "./settings.ts";
import { sendWholePackets } from "./whole-packets.ts";

/** Shakes hands over `stream`. @throws KmendError `unreachable`, `authentication-failed`, `host-key-*`, `known-hosts-unreadable`, or a dropped handshake */
export async function shakeHands(
  settings: Settings,
  stream: Duplex,
  ring: KeyRing,
  signal: AbortSignal | undefined,
): Promise<Client> {
  maskInTrace(settings.password);
  const ssh = new NodeSSH();
  let refusal: KmendError | undefined;
  const deadline = pausingDeadline(settings.connectTimeoutMs, () =>
    give(explainHandshake(settings, "timeout")),
  );
  const give = (error: KmendError) => {
    refusal ??= error;
    stream.destroy();
  };
  const stop = () => give(interrupted(settings.name));
  signal?.addEventListener("abort", stop, { once: true });
  let greeting = "";
  const listen = (chunk: Buffer) => {
    if (greeting.length < longestGreeting) greeting += chunk.toString("latin1");
  };
  const proof = authentication(settings, ring, deadline.pause);
  try {
    const ready = ssh.connect({
      ...checkedHostKey(settings, give),
      username: settings.user,
      sock: stream as Config["sock"] & Duplex,
      authHandler: proof.authHandler,
      readyTimeout: 0, // ours stands still while a human types a passphrase
      keepaliveInterval: settings.keepaliveIntervalMs,
      keepaliveCountMax: settings.keepaliveCountMax,
    });
    const client = ssh.connection;
    if (!client) throw new Error("Cannot find the client that node-ssh made");
    // For the client's whole life: an error event without a listener would end the process.
    client.on("error", (error) => trace(settings.name, "*", `ssh: ${error.message}`));
    stream.on("data", listen);
    await ready;
    speaksOver(client, stream);
    client.setNoDelay(true); // Nagle's algorithm would cost 40 ms a script
    return client;
  } catch (error) {
    stream.destroy();
    if (refusal) throw refusal;
    if (saidOtherThanSsh(greeting)) throw explainGreeting(settings, greeting);
    if (seemsDropped(error)) throw droppedHandshake(settings, error);
    throw explainHandshake(settings, error, proof.tried);
  } finally {
    stream.removeListener("data", listen);
    deadline.stop();
    signal?.removeEventListener("abort", stop);
  }
}

const longestGreeting = 1000;

function checkedHostKey(settings: Settings, give: (error: KmendError) => void): Partial<Config> {
  if (settings.hostKeys === "accept") return {};
  const [host, port] = settings.hostKeyAlias ? [settings.hostKeyAlias, 22] : [settings.host, settings.port];
  const { entries, unreadable } = readKnownHosts(settings.knownHostsFiles);
  const file = settings.knownHostsFiles[0] ?? "~/.ssh/known_hosts";
  const types = keyTypesToAskFor(entries, host, port) as NonNullable<Config["algorithms"]>["serverHostKey"] &
    string[];
  return {
    algorithms: { serverHostKey: types },
    hostVerifier: (key: Buffer): boolean => {
      const verdict = judgeKey(entries, host, port, key);
      trace(settings.name, "*", `host key ${typeOfKey(key)}: ${verdict.kind}`);
      if (verdict.kind === "known") return true;
      // A new key may be another than the one that stands there: that is not to be accepted either.
      if (verdict.kind === "unknown" && unreadable.length > 0) {
        const at = nameInKnownHosts(host, port);
        give(refuseUnread({ name: settings.name, at, key: shownKey(key) }, unreadable));
        return false;
      }
      if (verdict.kind === "unknown" && settings.hostKeys === "accept-new") {
        appendFileSync(
          file,
          `${nameInKnownHosts(host, port)} ${typeOfKey(key)} ${key.toString("base64")}\n`,
          { mode: 0o600 },
        );
        return true;
      }
      give(refuseKey({ name: settings.name, host, port, file }, verdict, key));
      return false;
    },
  };
}

/** A TCP connection in time. @throws KmendError `unreachable` */
export async function dial(settings: Settings, signal: AbortSignal | undefined): Promise<Socket> {
  const socket = connectTcp({ host: settings.host, port: settings.port, noDelay: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(explainSocket(settings, "timeout")), settings.connectTimeoutMs);
  const stop = () => reject(interrupted(settings.name));
  signal?.addEventListener("abort", stop, { once: true });
  const onError = (error: Error) => reject(explainSocket(settings, error));
  socket.once("connect", resolve).once("error", onError);
  try {
    await promise;
    return sendWholePackets(socket);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.removeListener("error", onError);
    socket.on("error", () => {}); // ssh2 listens too and says what it means
    signal?.removeEventListener("abort", stop);
  }
}

/** A time limit that stands still while paused. */
function pausingDeadline(limitMs: number, onLate: () => void) {
  let left = limitMs;
  let since = Date.now();
  let timer: NodeJS.Timeout | null = setTimeout(onLate, left);
  return {
    pause(isPaused: boolean) {
      if (timer) {
        clearTimeout(timer);
        left -= Date.now() - since;
        timer = null;
      }
      since = Date.now();
      if (!isPaused) timer = setTimeout(onLate, Math.max(left, 0));
    },
    stop() {
      if (timer) clearTimeout(timer);
    },
  };
}

/** The way is gone before it was there. */
export function cannotForward(settings: Settings, through: Settings, error: Error): KmendError {
  const where = `${settings.host}:${settings.port}`;
  return unreachable(
    `${settings.name}: Cannot connect to ${where} through ${through.host}:${through.port}: ${error.message}`,
    `See whether the jump host reaches it:\n    ssh ${through.alias} nc -z ${settings.host} ${settings.port}`,
    error,
  );
}
