/** The way to modelled hosts, and everything that can go wrong on it. */

import type { Connection, Connector, Shell, Target } from "../../src/connection/connection.ts";
import { unreachable } from "../../src/connection/failures.ts";
import type { Chance } from "./chance.ts";
import type { ModelHost, Said, Touch } from "./model-host.ts";
import { runScript, type ShellProcess, slowestMs } from "./model-script.ts";
import { type Understood, understand } from "./statements.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What happens to one script.
 *
 *  - `dies-before`, `dies-in`, `dies-after`: the host reboots; its cells stay, its shells are gone
 *  - `link`: the link is lost; the script runs on, and nobody hears of it
 *  - `late`: the same, and it takes long: whoever comes next finds it at work
 *  - `slow`: it takes long
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
  "late",
  "slow",
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
  /** false: this kmend is dead or has ended, and hears nothing any more. */
  isAlive(): boolean;
  /** Told of each script. */
  onScript(host: string, script: Understood, fault: Fault | null): void;
  /** Told of each cell that one of its scripts changes, however late. */
  onTouch(host: string, touch: Touch): void;
  /** Told what a script said that was done twice. */
  onDoubled(host: string, script: Understood, once: Said, twice: Said): void;
}

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
    const shell = await open(network, host, isLost);
    return shellOn(network, host, { shell, isLost });
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

async function open(network: Network, host: ModelHost, isLost: () => boolean): Promise<ShellProcess> {
  await passes(network, network.chance.between(1, slowestMs));
  if (isLost()) throw unreachable(`${host.name}: Cannot open a shell: the connection is lost`);
  const shell: { isBusy: boolean; isEnded: boolean } = { isBusy: false, isEnded: false };
  const isOpen = (): boolean => !shell.isEnded && (shell.isBusy || (!isLost() && network.isAlive()));
  return Object.assign(shell, { pid: host.begin(isOpen) });
}

interface Opened {
  readonly shell: ShellProcess;
  readonly isLost: () => boolean;
}

function shellOn(network: Network, host: ModelHost, { shell: first, isLost }: Opened): Shell {
  let last: Promise<unknown> = Promise.resolve();
  let shell = first;
  return {
    session: { user: "root", uid: 0, home: "/root", tmp: "/tmp" },
    run(script, options = {}) {
      const running = last.then(async () => {
        // Its time was up: another takes its place.
        if (shell.isEnded) shell = await open(network, host, isLost);
        const understood = understand(script.text);
        const fault = isLost() ? null : faultOf(network, understood);
        network.onScript(host.name, understood, fault);
        return runScript(network, host, { script: understood, fault, options, shell, isLost });
      });
      last = running.catch(() => {});
      return running;
    },
    put: () => Promise.reject(new Error("the modelled host takes no files")),
    get: () => Promise.reject(new Error("the modelled host gives no files")),
  };
}

function faultOf({ chance, faultOneIn, kinds }: Network, { form }: Understood): Fault | null {
  if (faultOneIn === 0 || kinds.length === 0 || !chance.oneIn(faultOneIn)) return null;
  const fault = chance.pick(kinds);
  const needsWork = fault === "full" || fault === "stolen" || fault === "says-ok" || fault === "says-no";
  return needsWork && form !== "change" && form !== "revert" ? null : fault;
}
