/** The way to modelled hosts, and everything that can go wrong on it. */

import type {
  Become,
  Connection,
  Connector,
  Output,
  RunOptions,
  Shell,
  Target,
} from "../../src/connection/connection.ts";
import { becomeFailed, transferFailed, unreachable } from "../../src/connection/failures.ts";
import { explainRefusal } from "../../src/connection/shell/become.ts";
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
 *  - `refuses`: nobody becomes anybody else there, for once
 *  - `torn`: what is put there is not what was sent
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
  "refuses",
  "torn",
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
  /** Whom it logs in as. */
  readonly login: User;
  /** false: this kmend is dead or has ended, and hears nothing any more. */
  isAlive(): boolean;
  /** Told of each script. */
  onScript(host: string, script: Understood, fault: Fault | null): void;
  /** Told of each cell that one of its scripts changes, however late. */
  onTouch(host: string, touch: Touch): void;
  /** Told what a script said that was done twice. */
  onDoubled(host: string, script: Understood, once: Said, twice: Said): void;
}

const users = {
  root: { user: "root", uid: 0, home: "/root", tmp: "/tmp" },
  admin: { user: "admin", uid: 1000, home: "/home/admin", tmp: "/tmp" },
  app: { user: "app", uid: 1001, home: "/home/app", tmp: "/tmp" },
} as const;
export type User = keyof typeof users;

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
  async function opened(become: Become | null): Promise<Shell> {
    const shell = await open(network, host, { become, isLost });
    return shellOn(network, host, { shell, become, isLost });
  }
  return {
    target,
    shell(become, which) {
      const key = `${which ?? ""}${JSON.stringify(become)}`;
      const opening = shells.get(key) ?? opened(become);
      shells.set(key, opening);
      opening.catch(() => shells.delete(key));
      return opening;
    },
    close: async () => {},
  };
}

interface Opening {
  readonly become: Become | null;
  readonly isLost: () => boolean;
}

async function open(network: Network, host: ModelHost, { become, isLost }: Opening): Promise<ShellProcess> {
  await passes(network, network.chance.between(1, slowestMs));
  if (isLost()) throw unreachable(`${host.name}: Cannot open a shell: the connection is lost`);
  if (become) checkBecome(network, host, become);
  const shell: { isBusy: boolean; isEnded: boolean } = { isBusy: false, isEnded: false };
  const isOpen = (): boolean => !shell.isEnded && (shell.isBusy || (!isLost() && network.isAlive()));
  return Object.assign(shell, { pid: host.begin(isOpen) });
}

/** @throws KmendError `become-failed` */
function checkBecome(network: Network, { name, password }: ModelHost, become: Become): void {
  const { chance, faultOneIn, kinds, login } = network;
  if (kinds.includes("refuses") && chance.oneIn(faultOneIn))
    throw becomeFailed(...explainRefusal(name, become, "sorry, you are not allowed to do that", false));
  if (login === "root" || password === null || become.password === password) return;
  const hasAnswered = become.password !== undefined;
  const said = hasAnswered ? "Sorry, try again." : `${become.method}: a password is required`;
  throw becomeFailed(...explainRefusal(name, become, said, hasAnswered));
}

function shellOn(
  network: Network,
  host: ModelHost,
  { shell: first, become, isLost }: Opening & { readonly shell: ShellProcess },
): Shell {
  let last: Promise<unknown> = Promise.resolve();
  let shell = first;
  const send = (script: Understood, options: RunOptions): Promise<Output> => {
    const running = last.then(async () => {
      // Its time was up: another takes its place.
      if (shell.isEnded) shell = await open(network, host, { become, isLost });
      const fault = isLost() ? null : faultOf(network, script);
      network.onScript(host.name, script, fault);
      return runScript(network, host, { script, fault, options, shell, isLost });
    });
    last = running.catch(() => {});
    return running;
  };
  return {
    session: users[(become?.user as User | undefined) ?? network.login],
    run: (script, options = {}) => send(understand(script.text), options),
    async put(content, to, options = {}) {
      const text = "bytes" in content ? new TextDecoder().decode(content.bytes) : "";
      const { code, stderr } = await send(transfer(to, text), options);
      if (code !== 0)
        throw transferFailed(`${host.name}: Cannot put ${to}: ${new TextDecoder().decode(stderr)}`);
    },
    get: () => Promise.reject(new Error("the modelled host gives no files")),
  };
}

/** Into a file beside it, which then takes its place. */
function transfer(to: string, text: string): Understood & { form: "transfer" } {
  const staged = `${to}.kmend-staged`;
  return {
    form: "transfer",
    act: [
      { kind: "write", path: staged, text },
      { kind: "move", from: staged, to },
    ],
  };
}

function faultOf({ chance, faultOneIn, kinds }: Network, { form }: Understood): Fault | null {
  if (faultOneIn === 0 || kinds.length === 0 || !chance.oneIn(faultOneIn)) return null;
  const fault = chance.pick(kinds);
  if (fault === "refuses") return null;
  if (fault === "torn") return form === "transfer" ? fault : null;
  const needsWork = fault === "full" || fault === "stolen" || fault === "says-ok" || fault === "says-no";
  return needsWork && form !== "change" && form !== "revert" ? null : fault;
}
