/** Where a cluster's things are: all in one folder of its lab, and gone with it. */

import { join } from "node:path";
import type { LabPlace } from "../place.ts";

export interface ClusterPlace {
  readonly folder: string;
  /** The ports, written before anything listens; with it a cluster is there, running or not. */
  readonly description: string;
  /** What etcd keeps. */
  readonly data: string;
  readonly logs: string;
  /** The API server's certificate, which it makes itself, with what signed it. */
  readonly certificates: string;
  /** What its users show to be let in, and who they then are. */
  readonly tokens: string;
  readonly serviceAccountKey: string;
  /** A Deployment, its budget and a DaemonSet, as they were asked for. */
  readonly workloads: string;
  /** Taken by whoever changes the cluster. */
  readonly lock: string;
}

/** The place of the lab's cluster. */
export function clusterPlace(lab: LabPlace): ClusterPlace {
  const folder = join(lab.folder, "cluster");
  return {
    folder,
    description: join(folder, "cluster.json"),
    data: join(folder, "etcd"),
    logs: join(folder, "logs"),
    certificates: join(folder, "certificates"),
    tokens: join(folder, "tokens.csv"),
    serviceAccountKey: join(folder, "service-account.key"),
    workloads: join(folder, "workloads.yml"),
    lock: join(lab.folder, "cluster.lock"),
  };
}

/** How one user reaches the API; readable by its owner only. */
export function kubeconfigOf(place: ClusterPlace, user: string): string {
  return join(place.folder, `${user}.kubeconfig`);
}
