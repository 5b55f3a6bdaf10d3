/** How a lab's cluster is, by its processes and its API. */

import type { LabPlace } from "../place.ts";
import { readCluster } from "./cluster-description.ts";
import { clusterPlace, kubeconfigOf } from "./cluster-place.ts";
import { type ClusterProcess, clusterProcesses } from "./cluster-processes.ts";
import { apiOf } from "./control-plane.ts";
import { kubectl, kubectlProgram } from "./kubectl.ts";

export interface ClusterStatus {
  readonly api: string;
  /** What its API says of itself; a text of kubectl's where it says nothing. */
  readonly readiness: string;
  readonly processes: readonly ClusterProcess[];
  readonly admin: string;
  readonly reader: string;
  readonly kubectl: string;
  readonly logs: string;
}

/** Reads it and changes nothing; null where the lab has no cluster. */
export async function clusterStatusOf(lab: LabPlace): Promise<ClusterStatus | null> {
  const place = clusterPlace(lab);
  const cluster = await readCluster(place);
  if (!cluster) return null;
  const [processes, asked] = await Promise.all([
    clusterProcesses(place),
    kubectl(lab, ["get", "--raw=/readyz", "--request-timeout=2s"]).catch((error: Error) => ({
      stdout: "",
      stderr: error.message,
    })),
  ]);
  return {
    api: apiOf(cluster),
    readiness: asked.stdout.trim() || asked.stderr.trim(),
    processes,
    admin: kubeconfigOf(place, "admin"),
    reader: kubeconfigOf(place, "reader"),
    kubectl: kubectlProgram(lab),
    logs: place.logs,
  };
}
