/** Which hosts a lab has: their names, groups, addresses and kernels. */

import { exitCodes, KmendError } from "../problem/problem.ts";

export type Kernel = "514" | "1160";

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
}

/** The kernel for all hosts, and exceptions by host name. */
export interface KernelWish {
  readonly all: Kernel;
  readonly byNode: Readonly<Record<string, Kernel>>;
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
  kernel: KernelWish,
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
      return { name, group, address, port: sshPort, kernel: kernel.byNode[name] ?? kernel.all };
    }),
  );
  for (const name of Object.keys(kernel.byNode))
    if (!nodes.some((node) => node.name === name)) throw unknownNode(name, nodes);
  return nodes;
}

/** Reads `514`, `1160` and `NODE=514`, each given any number of times. */
export function readKernelWish(words: readonly string[]): KernelWish {
  let all: Kernel = "1160";
  const byNode: Record<string, Kernel> = {};
  for (const word of words.flatMap((each) => each.split(","))) {
    const [value, node] = word.split("=").reverse();
    if (value !== "514" && value !== "1160")
      throw refuse("lab-kernel", `Cannot give a host the kernel "${value}": there are 514 and 1160`);
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
