/** Which hosts a lab has: their names, groups, addresses and kernels. */

import { exitCodes, KmendError } from "../problem/problem.ts";
import { type Kernel, kernels } from "./memcg/releases.ts";

/** What starts a host's containers. */
export const engines = ["docker", "containerd"] as const;
export type Engine = (typeof engines)[number];

/** How kubelet and the engine make cgroups: directories by themselves, or systemd's slices and scopes. */
export const drivers = ["cgroupfs", "systemd"] as const;
export type Driver = (typeof drivers)[number];

/** The inventory's groups; what each is equipped with is told in docs/lab.md. */
export const groups = ["app_nodes", "compute_nodes", "clean_nodes", "both_nodes"] as const;
export type Group = (typeof groups)[number];

/** One host as it is wished for; `lab.json` holds a list of these. */
export interface LabNode {
  readonly name: string;
  readonly group: Group;
  readonly address: string;
  readonly port: number;
  readonly kernel: Kernel;
  readonly engine: Engine;
  readonly driver: Driver;
}

/** One thing for all hosts, and exceptions by host name. */
export interface Wish<T extends string> {
  readonly all: T;
  readonly byNode: Readonly<Record<string, T>>;
}

/** What hosts are wished to be besides their group; where nothing is said, as the incident's. */
export interface Wishes {
  readonly kernel?: Wish<Kernel>;
  readonly engine?: Wish<Engine>;
  readonly driver?: Wish<Driver>;
}

/** Not 22: the machine's own sshd may have that on every address. */
export const sshPort = 2222;
export const maxNodes = 200;

/** A third app, a third compute, and one host each to compare with: six hosts are 2, 2, 1, 1. */
export function shareOut(nodes: number): Readonly<Record<Group, number>> {
  const compared = nodes >= 4 ? 1 + Math.floor((nodes - 4) / 6) : 0;
  const leaking = nodes - 2 * compared;
  const compute = Math.floor(leaking / 2);
  return {
    app_nodes: leaking - compute,
    compute_nodes: compute,
    clean_nodes: compared,
    both_nodes: compared,
  };
}

/** Names the hosts and gives each its own address in the lab's network, 127.77.NETWORK.x. */
export function planFleet(
  counts: Readonly<Record<Group, number>>,
  network: number,
  { kernel = usual.kernel, engine = usual.engine, driver = usual.driver }: Wishes = {},
): readonly LabNode[] {
  const total = groups.reduce((sum, group) => sum + counts[group], 0);
  if (total < 1 || total > maxNodes)
    throw refuse("lab-size", `Cannot raise ${total} hosts: a lab has 1 to ${maxNodes}`);
  let last = 0;
  const nodes = groups.flatMap((group) =>
    Array.from({ length: counts[group] }, (_, index): LabNode => {
      const name = `${group.replace("_nodes", "")}-${index + 1}`;
      last += 1;
      const address = `127.77.${network}.${last}`;
      return {
        name,
        group,
        address,
        port: sshPort,
        kernel: of(kernel, name),
        engine: of(engine, name),
        driver: of(driver, name),
      };
    }),
  );
  for (const name of [kernel, engine, driver].flatMap(({ byNode }) => Object.keys(byNode)))
    if (!nodes.some((node) => node.name === name)) throw unknownNode(name, nodes);
  return nodes;
}

const usual: Required<Wishes> = {
  kernel: { all: "1160", byNode: {} },
  engine: { all: "docker", byNode: {} },
  driver: { all: "cgroupfs", byNode: {} },
};

const of = <T extends string>({ all, byNode }: Wish<T>, name: string): T => byNode[name] ?? all;

/** Reads `514`, `1160`, `el8` and `NODE=514`, each given any number of times. */
export const readKernelWish = (words: readonly string[]): Wish<Kernel> =>
  readWish("kernel", { words, values: kernels, otherwise: usual.kernel.all });

/** The same of `docker` and `containerd`. */
export const readEngineWish = (words: readonly string[]): Wish<Engine> =>
  readWish("engine", { words, values: engines, otherwise: usual.engine.all });

/** The same of `cgroupfs` and `systemd`. */
export const readDriverWish = (words: readonly string[]): Wish<Driver> =>
  readWish("driver", { words, values: drivers, otherwise: usual.driver.all });

interface Reading<T extends string> {
  readonly words: readonly string[];
  readonly values: readonly T[];
  readonly otherwise: T;
}

function readWish<T extends string>(what: keyof Wishes, { words, values, otherwise }: Reading<T>): Wish<T> {
  let all = otherwise;
  const byNode: Record<string, T> = {};
  for (const word of words.flatMap((each) => each.split(","))) {
    const [given, node] = word.split("=").reverse();
    const value = values.find((each) => each === given);
    if (value === undefined)
      throw refuse(
        `lab-${what}`,
        `Cannot give a host the ${what} "${given}": there are ${values.join(", ")}`,
      );
    if (node === undefined) all = value;
    else byNode[node] = value;
  }
  return { all, byNode };
}

/** The problem of a host that this lab does not have. */
export function unknownNode(name: string, nodes: readonly LabNode[]): KmendError {
  const names = nodes.map((node) => node.name).join(", ");
  return refuse("lab-no-such-node", `Cannot find the host "${name}" in this lab: it has ${names}`);
}

function refuse(code: string, message: string): KmendError {
  return new KmendError({ code, message }, exitCodes.badOptions);
}
