/** Pods by the names that people gave them, as kubelet's folders of logs have them. */

import { ifKnown } from "../fact.ts";
import type { Records } from "./records.ts";

export interface PodNames {
  /** `namespace/name` of a pod; null: no log of it is left. */
  ofPod(uid: string): string | null;
  /** The same by one of its containers, whose cgroup is called so; driver's marks around the id do not matter. */
  ofContainer(directory: string): string | null;
}

/** `NAMESPACE_NAME_UID` since 1.14; `NAME_NAMESPACE_CONTAINER-ID.log` by every version. Source: kubelet's kuberuntime. */
export function podNames(records: Records): PodNames {
  const byUid = new Map<string, string>();
  for (const line of (ifKnown(records.get("pods.logs")) ?? "").split("\n")) {
    const [namespace, name, uid] = line.split("_");
    if (namespace && name && uid) byUid.set(uid, `${namespace}/${name}`);
  }
  const byId = new Map<string, string>();
  for (const line of (ifKnown(records.get("containers.logs")) ?? "").split("\n")) {
    const [, name, namespace, id] = /^([^_]+)_([^_]+)_.*-([0-9a-f]{64})\.log$/.exec(line) ?? [];
    if (name && namespace && id) byId.set(id, `${namespace}/${name}`);
  }
  return {
    ofPod: (uid) => byUid.get(uid) ?? null,
    ofContainer: (directory) => byId.get(/[0-9a-f]{64}/.exec(directory)?.[0] ?? "") ?? null,
  };
}
