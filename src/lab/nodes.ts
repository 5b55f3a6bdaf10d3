/** What is done with a lab's hosts once they are up. */

import { resolve } from "node:path";
import { KmendError } from "../problem/problem.ts";
import type { Finished } from "./command.ts";
import { ask } from "./control.ts";
import { requireDescription } from "./description.ts";
import { execInHost } from "./exec.ts";
import { type LabNode, unknownNode } from "./fleet.ts";
import { sshConfig } from "./keys.ts";
import { type LabPlace, labPlace, nodePlace } from "./place.ts";
import {
  buildRepositories,
  type Fault,
  type FaultName,
  faults,
  offerRepository,
  pods,
  type RepositoryName,
} from "./standins/standins.ts";
import type { LabOptions } from "./up.ts";

export interface NodesOptions extends LabOptions {
  /** Which hosts; all where nothing is said. */
  readonly nodes?: readonly string[];
}

/** Runs a script in a host as root, not through its sshd. */
export async function execOnNode(lab: LabOptions, node: string, script: string): Promise<Finished> {
  const { place } = await choose({ ...lab, nodes: [node] });
  return execInHost(nodePlace(place, node).root, script);
}

/** Creates pods on the hosts, or deletes the oldest, as many on each; returns once they run, or are gone. */
export async function podsOnNodes(
  options: NodesOptions,
  order: "create" | "delete",
  count: number,
): Promise<void> {
  const { place, chosen } = await choose(options);
  const results = await Promise.allSettled(
    chosen.map(async ({ name }) => {
      const exec = (script: string): Promise<Finished & { code: number }> =>
        execInHost(nodePlace(place, name).root, script).then((end) => ({ ...end, code: end.code ?? 255 }));
      await pods(exec, order, count).catch((error: Error) => {
        throw new Error(`${name}: ${error.message}`);
      });
    }),
  );
  const failed = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (failed.length > 0)
    throw new KmendError(failed.map((error) => ({ code: "lab-pods-failed", message: error.message })));
}

/** Plants a fault on hosts. */
export async function plantOnNodes(options: NodesOptions, name: FaultName): Promise<void> {
  const { repository, plant }: Fault = faults[name];
  const { place, chosen } = await choose(options);
  for (const { name: node } of chosen) {
    if (repository) await offer(place, node, repository);
    if (plant) await onNode(place, node, plant);
  }
}

/** Takes every planted fault away; what a fault led to, a swapped kubelet say, stays. */
export async function mendNodes(options: NodesOptions): Promise<void> {
  const { place, chosen } = await choose(options);
  const mends = Object.values<Fault>(faults).flatMap(({ mend }) => mend ?? []);
  for (const { name } of chosen) {
    await offer(place, name, "good");
    for (const mend of mends) await onNode(place, name, mend);
  }
}

async function offer(place: LabPlace, node: string, repository: RepositoryName): Promise<void> {
  const repositories = await buildRepositories(place.cache);
  await offerRepository(nodePlace(place, node), repositories, repository);
}

async function onNode(place: LabPlace, node: string, script: string): Promise<void> {
  const { code, stderr } = await execInHost(nodePlace(place, node).root, script);
  if (code !== 0)
    throw new KmendError({
      code: "lab-fault-failed",
      message: `Cannot do this on ${node}: ${stderr.trim() || `exit code ${code}`}`,
    });
}

/** Restarts the hosts' systemd over the same files; returns once their sshd answers again. */
export async function rebootNodes(options: NodesOptions): Promise<{ readonly ms: number }> {
  const { place, chosen } = await choose(options);
  const answer = await ask(place.socket, "reboot", { nodes: chosen.map((node) => node.name) }).catch(
    (error: Error) => {
      throw new KmendError({ code: "lab-boot-failed", message: error.message });
    },
  );
  if (answer) return answer;
  throw new KmendError({
    code: "lab-daemon-gone",
    message: `Cannot reboot hosts of the lab "${place.name}": its daemon does not run`,
    hint: `To raise what is missing:\n    kmend lab up --name ${place.name}`,
  });
}

/** The system's ssh with the lab's keys and known hosts. */
export async function sshCommand(
  lab: LabOptions,
  node: string,
  command: readonly string[] = [],
): Promise<readonly string[]> {
  const { place } = await choose({ ...lab, nodes: [node] });
  return ["ssh", "-F", sshConfig(place), node, ...command];
}

async function choose({ state, name, nodes }: NodesOptions): Promise<{
  readonly place: LabPlace;
  readonly chosen: readonly LabNode[];
}> {
  const place = labPlace(resolve(state), name);
  const lab = await requireDescription(place);
  const chosen = nodes
    ? nodes.map((wanted) => {
        const node = lab.nodes.find((each) => each.name === wanted);
        if (!node) throw unknownNode(wanted, lab.nodes);
        return node;
      })
    : lab.nodes;
  return { place, chosen };
}
