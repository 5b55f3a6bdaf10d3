/** The way to a host's port: straight, through a command, or through other hosts, each of which is connected to once. */

import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { KmendError } from "../../problem/problem.ts";
import type { Target } from "../connection.ts";
import { endClient } from "./ending.ts";
import { cannotForward, dial, shakeHands } from "./handshake.ts";
import type { Handshakes } from "./handshakes.ts";
import type { KeyRing } from "./keys.ts";
import { type Settings, settingsFor } from "./settings.ts";

/** Opens clients, and shares the jump hosts between them. */
export class Routes {
  readonly #ring: KeyRing;
  readonly #handshakes: Handshakes;
  readonly #jumpHosts = new Map<string, Promise<Client>>();

  constructor(ring: KeyRing, handshakes: Handshakes) {
    this.#ring = ring;
    this.#handshakes = handshakes;
  }

  /** @throws KmendError */
  connect(target: Target, signal?: AbortSignal): Promise<Client> {
    return this.#connect(target, settingsFor(target), signal, 0);
  }

  /** Lets go of the jump hosts. */
  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.#jumpHosts.values());
    this.#jumpHosts.clear();
    await Promise.all(clients.map((each) => (each.status === "fulfilled" ? endClient(each.value) : null)));
  }

  async #connect(
    target: Target,
    settings: Settings,
    signal: AbortSignal | undefined,
    depth: number,
  ): Promise<Client> {
    if (depth > mostHops) throw tooFar(settings);
    const last = settings.jumps.at(-1);
    if (last === undefined) return this.#shake(settings, () => streamTo(settings, signal), signal);
    // Before the handshake takes its turn: a hop that waited for a turn of its own could wait for ever.
    const hop = hopTarget(target, last, settings.jumps.slice(0, -1));
    const hopSettings = settingsFor(hop);
    const client = await this.#jumpHost(hop, hopSettings, signal, depth + 1);
    return this.#shake(settings, () => forward(client, settings, hopSettings), signal);
  }

  #shake(settings: Settings, open: () => Promise<Duplex>, signal: AbortSignal | undefined): Promise<Client> {
    return this.#handshakes.take(async () => shakeHands(settings, await open(), this.#ring, signal), signal);
  }

  #jumpHost(
    hop: Target,
    settings: Settings,
    signal: AbortSignal | undefined,
    depth: number,
  ): Promise<Client> {
    const key = JSON.stringify([settings.user, settings.host, settings.port, settings.jumps]);
    const known = this.#jumpHosts.get(key);
    if (known) return known;
    const opening = this.#connect(hop, settings, signal, depth);
    this.#jumpHosts.set(key, opening);
    const forget = () => {
      if (this.#jumpHosts.get(key) === opening) this.#jumpHosts.delete(key);
    };
    opening.then((client) => client.once("close", forget), forget);
    return opening;
  }
}

const mostHops = 8;

function tooFar(settings: Settings): KmendError {
  return new KmendError({
    code: "jump-loop",
    message: `${settings.name}: Cannot reach ${settings.alias}: its ProxyJump leads through more than ${mostHops} hosts`,
    hint: "Look for a circle in ~/.ssh/config: see what ssh makes of it with `ssh -G`.",
  });
}

/** `[user@]host[:port]` or `ssh://...`, with the hops before it. */
function hopTarget(target: Target, spec: string, before: readonly string[]): Target {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:([^@]*)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?\/?$/.exec(spec) ?? [];
  const {
    port: _port,
    user: _user,
    password: _password,
    sshArgs: _args,
    privateKeyFile: _key,
    ...rest
  } = target;
  // Of the arguments only -F speaks of other hosts too; explicit hops before this one win over the file's.
  const file = /(?:^|\s)-F\s*(\S+)/.exec(target.sshArgs ?? "")?.[1];
  return {
    ...rest,
    kind: "ssh",
    name: target.name,
    address: bracketed ?? plain ?? spec,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user === undefined ? {} : { user }),
    ...(target.privateKeyFile === undefined ? {} : { privateKeyFile: target.privateKeyFile }),
    ...(file === undefined ? {} : { configFile: file }),
    ...(before.length === 0 ? {} : { sshArgs: `-J ${before.join(",")}` }),
  };
}

function streamTo(settings: Settings, signal: AbortSignal | undefined): Promise<Duplex> {
  return settings.proxyCommand ? Promise.resolve(pipeThrough(settings.proxyCommand)) : dial(settings, signal);
}

/** `ProxyCommand`: the command's stdin and stdout are the connection. */
function pipeThrough(command: string): Duplex {
  const child = spawn("/bin/sh", ["-c", `exec ${command}`], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on("error", () => {}); // the handshake says what it means
  child.on("error", (error) => stream.destroy(error));
  stream.on("close", () => child.kill());
  return stream;
}

function forward(client: Client, settings: Settings, through: Settings): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut("127.0.0.1", 0, settings.host, settings.port, (error, channel) => {
      if (error) reject(cannotForward(settings, through, error));
      else resolve(channel);
    });
  });
}
