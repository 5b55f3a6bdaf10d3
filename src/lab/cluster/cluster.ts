/**
 * A real control plane for a lab: etcd, kube-apiserver, kube-controller-manager and kube-scheduler on this machine's loopback.
 * docs/lab.md tells what is real and what stands in.
 *
 * Must: after `clusterDown`, and after the lab's own `down`, none of its processes runs.
 * Should: what is missing of a cluster is raised again by `clusterUp`, on the same ports and with the same contents.
 */

import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { exitCodes, KmendError } from "../../problem/problem.ts";
import type { Finished } from "../command.ts";
import { ask } from "../control.ts";
import { requireDescription } from "../description.ts";
import type { LabNode } from "../fleet.ts";
import { withLock } from "../lock.ts";
import { type LabPlace, labPlace } from "../place.ts";
import type { LabOptions } from "../up.ts";
import { type AwayWay, takeApiAway } from "./away.ts";
import { requireCluster } from "./cluster-description.ts";
import { clusterPlace, kubeconfigOf } from "./cluster-place.ts";
import { endCluster } from "./cluster-processes.ts";
import { apiOf, apply, type Raising, raiseControlPlane } from "./control-plane.ts";
import { kubectl, kubectlOptions, kubectlProgram } from "./kubectl.ts";
import { joinNodes, leaveNodes, notReady } from "./nodes.ts";
import { clusterPrograms, programsFolder } from "./programs.ts";
import type { LoginName } from "./users.ts";
import { workloads } from "./workloads.ts";

export interface ClusterUpOptions extends LabOptions {
  /** Whether it gets a small application too: a Deployment with a budget, and a DaemonSet. */
  readonly hasWorkloads?: boolean;
  readonly tell?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ClusterUpResult {
  readonly api: string;
  /** The kubeconfig of somebody who may do all. */
  readonly admin: string;
  /** That of somebody who may look at nodes and do nothing else. */
  readonly reader: string;
  /** The kubectl of the cluster's version. */
  readonly kubectl: string;
  /** The processes that did not run before. */
  readonly started: readonly string[];
  /** Hosts that are no node that is ready, although all else is: their kubelet does not run, say. */
  readonly notReady: readonly string[];
}

/** Raises the cluster of a lab that is up, or what is missing of it. Interrupted, it leaves no new cluster behind.
 *  @throws KmendError `lab-not-up` where the lab is not */
export async function clusterUp({
  state,
  name,
  hasWorkloads = false,
  tell = () => {},
  signal,
}: ClusterUpOptions): Promise<ClusterUpResult> {
  const lab = labPlace(resolve(state), name);
  const { nodes } = await requireDescription(lab);
  await requireHostsUp(lab, nodes);
  const place = clusterPlace(lab);
  try {
    const programs = await clusterPrograms(lab.cache, { tell, signal });
    return await withLock(place.lock, () => raise({ lab, nodes, programs, signal }, hasWorkloads), signal);
  } catch (error) {
    throw signal?.aborted ? interrupted(name, error) : error;
  }
}

async function raise(raising: Raising, hasWorkloads: boolean): Promise<ClusterUpResult> {
  const { lab, nodes, signal } = raising;
  const place = clusterPlace(lab);
  const isNew = !existsSync(place.description);
  try {
    const cluster = await raiseControlPlane(raising);
    await joinNodes(lab, nodes, ({ name }) => readFile(kubeconfigOf(place, name), "utf8"));
    await writeFile(place.workloads, workloads);
    if (hasWorkloads) await apply(lab, workloads);
    return {
      api: apiOf(cluster),
      admin: kubeconfigOf(place, "admin"),
      reader: kubeconfigOf(place, "reader"),
      kubectl: kubectlProgram(lab),
      started: cluster.started,
      notReady: await notReady(lab, nodes, signal),
    };
  } catch (error) {
    // One whose lab was taken down meanwhile has nowhere to be.
    if (isNew || !existsSync(lab.description)) {
      await leaveNodes(lab, nodes);
      await removeCluster(lab);
    }
    throw error;
  }
}

async function requireHostsUp(lab: LabPlace, nodes: readonly LabNode[]): Promise<void> {
  const answer = await ask(lab.socket, "status", {});
  const down = answer
    ? answer.hosts.filter(({ state }) => state !== "up").map((host) => host.name)
    : nodes.map((node) => node.name);
  if (down.length === 0) return;
  throw new KmendError({
    code: "lab-not-up",
    message: `Cannot raise a cluster in the lab "${lab.name}": not up are ${down.join(", ")}`,
    hint: `To raise what is missing:\n    kmend lab up --name ${lab.name}`,
  });
}

function interrupted(name: string, cause: unknown): KmendError {
  const message = `Interrupted: the cluster of the lab "${name}" was not raised, or not all of it`;
  return new KmendError({ code: "interrupted", message }, exitCodes.interrupted, cause);
}

/** Ends the cluster and removes all of it; the lab stays. False where there was none. Safe after a crash, half-raised, or twice. */
export async function clusterDown({ state, name }: LabOptions): Promise<boolean> {
  const lab = labPlace(resolve(state), name);
  const { nodes } = await requireDescription(lab);
  return withLock(clusterPlace(lab).lock, async () => {
    await leaveNodes(lab, nodes);
    return removeCluster(lab);
  });
}

/** The same for whoever takes the whole lab down. */
export async function removeCluster(lab: LabPlace): Promise<boolean> {
  const place = clusterPlace(lab);
  const ended = await endCluster(place);
  const wasThere = ended > 0 || existsSync(place.folder);
  await rm(place.folder, { recursive: true, force: true });
  return wasThere;
}

export interface ApiAwayOptions extends LabOptions {
  readonly how: AwayWay;
  readonly forMs: number;
  readonly signal?: AbortSignal;
}

/** Takes the API server away for a while; returns once it is ready again. Killed meanwhile, `clusterUp` brings it back. */
export async function clusterAway({ state, name, how, forMs, signal }: ApiAwayOptions): Promise<void> {
  const lab = labPlace(resolve(state), name);
  const { nodes } = await requireDescription(lab);
  const place = clusterPlace(lab);
  await requireCluster(place, name);
  const raiseAgain = async (): Promise<void> => {
    await requireCluster(place, name); // it may have been taken down meanwhile
    await raiseControlPlane({ lab, nodes, programs: programsFolder(lab.cache) });
  };
  const bringBack = (): Promise<void> => withLock(place.lock, raiseAgain);
  await takeApiAway(place, { how, forMs, signal, bringBack });
}

/** Runs kubectl on the lab's cluster to its end; never fails for its exit code. */
export async function clusterKubectl(
  { state, name }: LabOptions,
  args: readonly string[],
  how: { readonly user?: LoginName; readonly input?: string } = {},
): Promise<Finished> {
  const lab = labPlace(resolve(state), name);
  await requireCluster(clusterPlace(lab), name);
  return kubectl(lab, args, how);
}

/** kubectl's command line for whoever runs it themselves. */
export async function kubectlCommand(
  { state, name }: LabOptions,
  args: readonly string[],
  user: LoginName = "admin",
): Promise<readonly string[]> {
  const lab = labPlace(resolve(state), name);
  await requireCluster(clusterPlace(lab), name);
  return [kubectlProgram(lab), ...kubectlOptions(lab, user), ...args];
}
