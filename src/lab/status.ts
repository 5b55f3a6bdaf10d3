/** How a lab's hosts are: asked of its daemon, of their sshd, of themselves, and of the model of their kernel. */

import { resolve } from "node:path";
import { type ClusterStatus, clusterStatusOf } from "./cluster/cluster-status.ts";
import { ask } from "./control.ts";
import { requireDescription } from "./description.ts";
import { execInHost } from "./exec.ts";
import type { LabNode } from "./fleet.ts";
import type { HostState } from "./host.ts";
import { type BootedCounts, readCounts } from "./memcg/memcg.ts";
import { labPlace, type NodePlace, nodePlace } from "./place.ts";
import { sshdAnswers } from "./reachable.ts";
import type { LabOptions } from "./up.ts";

export interface LabStatus {
  readonly name: string;
  readonly inventory: string;
  /** The process that keeps the hosts up; null where it is gone, which `up` mends. */
  readonly daemon: number | null;
  readonly nodes: readonly NodeStatus[];
  /** Its control plane; null where it has none. */
  readonly cluster: ClusterStatus | null;
}

export interface NodeStatus extends LabNode {
  readonly state: HostState;
  readonly trouble: string;
  readonly sshAnswers: boolean;
  /** Memory of the host's processes, shared pages shared out; null while it does not run. */
  readonly memoryMb: number | null;
  readonly pods: number | null;
  /** What its kernel's model holds; null while it does not run. */
  readonly counts: BootedCounts | null;
}

/** Reads how the lab is; changes nothing. */
export async function labStatus({ state, name }: LabOptions): Promise<LabStatus> {
  const place = labPlace(resolve(state), name);
  const lab = await requireDescription(place);
  const [answer, cluster] = await Promise.all([ask(place.socket, "status", {}), clusterStatusOf(place)]);
  const nodes = lab.nodes.map(async (node): Promise<NodeStatus> => {
    const report = answer?.hosts.find((host) => host.name === node.name);
    const [sshAnswers, inside, counts] = await Promise.all([
      sshdAnswers(node),
      lookInside(nodePlace(place, node.name)),
      answer ? readCounts(nodePlace(place, node.name).kernel).catch(() => null) : null,
    ]);
    return {
      ...node,
      state: report?.state ?? "down",
      trouble: report?.trouble ?? "",
      sshAnswers,
      ...inside,
      kernel: counts?.kernel ?? node.kernel,
      counts,
    };
  });
  const daemon = answer?.pid ?? null;
  return { name, inventory: place.inventory, daemon, nodes: await Promise.all(nodes), cluster };
}

const look = `cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '$1 == "Pss:" { sum += $2 } END { print sum + 0 }'
ls -d /var/lib/kubelet/pods/*/running 2>/dev/null | wc -l`;

async function lookInside({ root }: NodePlace): Promise<Pick<NodeStatus, "memoryMb" | "pods">> {
  const { code, stdout } = await execInHost(root, look);
  const [kilobytes, pods] = stdout.trim().split("\n").map(Number);
  if (code !== 0 || kilobytes === undefined || pods === undefined) return { memoryMb: null, pods: null };
  return { memoryMb: Math.round(kilobytes / 102.4) / 10, pods };
}
