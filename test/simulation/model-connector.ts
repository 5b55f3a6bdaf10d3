/** The way to modelled hosts, and everything that can go wrong on it. */

import type {
  Connection,
  Connector,
  Output,
  RunOptions,
  Script,
  Shell,
  Target,
} from "../../src/connection/connection.ts";
import { interrupted, timedOut, unreachable } from "../../src/connection/failures.ts";
import type { Chance } from "./chance.ts";
import type { ModelHost, Said } from "./model-host.ts";
import { type Understood, understand } from "./statements.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What happens to one script.
 *
 *  - `dies-before`, `dies-in`, `dies-after`: the host reboots; its cells stay, its shells are gone
 *  - `link`: the link is lost; the script runs to its end, and nobody hears of it
 *  - `hangs`: in the middle; its time limit ends it, else the link's
 *  - `full`: what the change needs cannot be made
 *  - `stolen`: another run has broken the lock
 *  - `says-ok`, `says-no`: it did nothing and says it did; it did all and says it did not
 *  - `doubled`: it does the script twice, and answers for the second time
 */
export const faults = [
  "dies-before",
  "dies-in",
  "dies-after",
  "link",
  "hangs",
  "full",
  "stolen",
  "says-ok",
  "says-no",
  "doubled",
] as const;
export type Fault = (typeof faults)[number];

/** How the network of one process of kmend is. */
export interface Network {
  readonly hosts: ReadonlyMap<string, ModelHost>;
  readonly time: VirtualTime;
  readonly chance: Chance;
  /** A fault once in so many scripts; 0: never. */
  readonly faultOneIn: number;
  readonly kinds: readonly Fault[];
  /** false: this kmend is dead, and hears nothing any more. */
  isAlive(): boolean;
  /** Told of each script. */
  onScript(host: string, script: Understood, fault: Fault | null): void;
}

/** A dead link is noticed after so long. */
const keepaliveMs = 6000;
const slowestMs = 40;

export function modelConnector(network: Network): Connector {
  return {
    open: async (target) => {
      await passes(network, network.chance.between(1, slowestMs));
      const host = hostOf(network, target);
      if (host.downUntil > network.time.now) {
        await passes(network, target.connectTimeoutMs);
        throw unreachable(`${target.name}: Cannot connect: no answer`);
      }
      return connection(network, host, target);
    },
    closeAll: async () => {},
  };
}

function hostOf({ hosts }: Network, { name }: Target): ModelHost {
  const host = hosts.get(name);
  if (!host) throw new Error(`no model of ${name}`);
  return host;
}

/** Never resolves where kmend is dead. */
function passes({ time, isAlive }: Network, ms: number): Promise<void> {
  return new Promise((resolve) => {
    time.at(ms, () => {
      if (isAlive()) resolve();
    });
  });
}

function connection(network: Network, host: ModelHost, target: Target): Connection {
  const { epoch } = host;
  const shells = new Map<string, Promise<Shell>>();
  const isLost = (): boolean => host.epoch !== epoch;
  async function opened(): Promise<Shell> {
    await passes(network, network.chance.between(1, slowestMs));
    if (isLost()) throw unreachable(`${target.name}: Cannot open a shell: the connection is lost`);
    return shellOn(network, host, isLost);
  }
  return {
    target,
    shell(become, which) {
      const key = `${which ?? ""}${JSON.stringify(become)}`;
      const opening = shells.get(key) ?? opened();
      shells.set(key, opening);
      opening.catch(() => shells.delete(key));
      return opening;
    },
    close: async () => {},
  };
}

function shellOn(network: Network, host: ModelHost, isLost: () => boolean): Shell {
  let last: Promise<unknown> = Promise.resolve();
  return {
    session: { user: "root", uid: 0, home: "/root", tmp: "/tmp" },
    run(script, options = {}) {
      const running = last.then(() => run(network, host, { script, options, isLost }));
      last = running.catch(() => {});
      return running;
    },
    put: () => Promise.reject(new Error("the modelled host takes no files")),
    get: () => Promise.reject(new Error("the modelled host gives no files")),
  };
}

interface Running {
  readonly script: Script;
  readonly options: RunOptions;
  readonly isLost: () => boolean;
}

function run(network: Network, host: ModelHost, { script, options, isLost }: Running): Promise<Output> {
  const { time, chance } = network;
  const { signal, timeoutMs = 0 } = options;
  if (signal?.aborted) return Promise.reject(interrupted(host.name));
  const understood = understand(script.text);
  const fault = isLost() ? null : faultOf(network, understood);
  network.onScript(host.name, understood, fault);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (how: () => void): void => {
      if (isOver) return;
      isOver = true;
      signal?.removeEventListener("abort", cutOff);
      if (network.isAlive()) how();
    };
    const gone = (): void => time.at(chance.between(1, keepaliveMs), () => end(() => reject(noAnswer(host))));
    /** Begun, and ended before its end. */
    const inPart = (): void => {
      cut(host.perform(understood, time.now), chance);
    };
    const cutOff = (): void => {
      if (!isOver && !isBegun) inPart();
      isBegun = true;
      end(() => reject(interrupted(host.name)));
    };
    let isBegun = false;
    signal?.addEventListener("abort", cutOff);
    time.at(chance.between(1, slowestMs), () => {
      if (isBegun || (!network.isAlive() && chance.oneIn(2))) return;
      isBegun = true;
      if (isLost()) return gone();
      switch (fault) {
        case null:
        case "full":
        case "stolen":
        case "says-ok":
        case "says-no":
        case "doubled": {
          if (fault === "doubled") whole(host.perform(understood, time.now));
          const said = answer(host, understood, fault, time.now);
          return end(() => resolve(output(said)));
        }
        case "link":
          whole(host.perform(understood, time.now));
          host.epoch += 1;
          return gone();
        case "hangs":
          inPart();
          if (timeoutMs > 0)
            return time.at(timeoutMs, () => end(() => reject(timedOut(host.name, timeoutMs))));
          host.epoch += 1;
          return gone();
        case "dies-before":
        case "dies-in":
        case "dies-after": {
          if (fault === "dies-in") inPart();
          if (fault === "dies-after") whole(host.perform(understood, time.now));
          host.epoch += 1;
          host.downUntil = time.now + chance.between(1, 120) * 1000;
          return gone();
        }
        default: {
          const never: never = fault;
          throw new Error(`no such fault: ${String(never)}`);
        }
      }
    });
  });
}

function faultOf({ chance, faultOneIn, kinds }: Network, { form }: Understood): Fault | null {
  if (faultOneIn === 0 || kinds.length === 0 || !chance.oneIn(faultOneIn)) return null;
  const fault = chance.pick(kinds);
  const needsWork = fault === "full" || fault === "stolen" || fault === "says-ok" || fault === "says-no";
  return needsWork && form !== "change" && form !== "revert" ? null : fault;
}

function answer(host: ModelHost, script: Understood, fault: Fault | null, nowMs: number): Said {
  if (script.form === "change" || script.form === "revert") {
    const refused = script.form === "revert" ? "kmend: the revert said no" : "";
    if (fault === "full") {
      const why = script.form === "change" ? "kmend: cannot prepare the change" : refused;
      return { code: 1, stdout: "", stderr: `No space left on device\n${why}\n` };
    }
    if (fault === "stolen") {
      const owner = ["20260101-000000-111", "thief@else", "then", "run"];
      host.locks.set(Math.max(0, ...host.locks.keys()) + 1, { token: "thief", owner });
      host.beats.set("thief", Math.floor(nowMs / 1000));
    }
    if (fault === "says-ok") return whole(host.perform({ ...script, act: [] }, nowMs));
    if (fault === "says-no") {
      whole(host.perform(script, nowMs));
      return { code: 1, stdout: "", stderr: `it says no\n${refused}\n` };
    }
  }
  return whole(host.perform(script, nowMs));
}

function whole(performance: Generator<void, Said>): Said {
  for (;;) {
    const next = performance.next();
    if (next.done) return next.value;
  }
}

/** As many statements as chance will have it, perhaps all. */
function cut(performance: Generator<void, Said>, chance: Chance): void {
  while (!chance.oneIn(4) && !performance.next().done);
}

function noAnswer({ name }: ModelHost): Error {
  return unreachable(`${name}: Cannot go on: the host does not answer any more`);
}

function output({ code, stdout, stderr }: Said): Output {
  const encoder = new TextEncoder();
  return { code, stdout: encoder.encode(stdout), stderr: encoder.encode(stderr), durationMs: 1 };
}
