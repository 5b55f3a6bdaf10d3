/** Who may talk to the API, and as whom: a token each, as the API server's list of them has it. */

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { LabNode } from "../fleet.ts";
import type { ClusterPlace } from "./cluster-place.ts";

export interface ClusterUser {
  /** What its kubeconfig is called after. */
  readonly name: string;
  /** Who it is to the API. */
  readonly identity: string;
  readonly groups: readonly string[];
}

/** People, and the control plane's own. `reader` may look at nodes, and do nothing else. */
const people: readonly ClusterUser[] = [
  { name: "admin", identity: "admin", groups: ["system:masters"] },
  { name: "reader", identity: "reader", groups: [] },
  // Its controllers act by its own rights here, not each by those of an account of its own: so it has all.
  { name: "controllers", identity: "system:kube-controller-manager", groups: ["system:masters"] },
  { name: "scheduler", identity: "system:kube-scheduler", groups: [] },
];

/** Users that a person has a use for. */
export const loginNames = ["admin", "reader"] as const;
export type LoginName = (typeof loginNames)[number];

/** A host's kubelet, which the API lets touch its own node and the pods on it, as it does any kubelet. */
const kubelet = ({ name }: LabNode): ClusterUser => ({
  name,
  identity: `system:node:${name}`,
  groups: ["system:nodes"],
});

/** Makes the list unless it is there; gives each user's token by its name. */
export async function makeTokens(
  place: ClusterPlace,
  nodes: readonly LabNode[],
): Promise<ReadonlyMap<string, string>> {
  const users = [...people, ...nodes.map(kubelet)];
  const text = await readFile(place.tokens, "utf8").catch(() => "");
  const known = new Map(text.split("\n").map((line) => [line.split(",")[1], line.split(",")[0]]));
  const tokens = new Map(
    users.map((user) => [user.name, known.get(user.identity) ?? randomBytes(24).toString("base64url")]),
  );
  const lines = users.map(({ name, identity, groups }) =>
    [tokens.get(name), identity, name, `"${groups.join(",")}"`].join(","),
  );
  await writeFile(place.tokens, `${lines.join("\n")}\n`, { mode: 0o600 });
  return tokens;
}

/** What lets `reader` do what it may; the others have their rights from Kubernetes itself. */
export const rights = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reads-nodes
rules:
  - apiGroups: [""]
    resources: [nodes]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: reads-nodes
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reads-nodes
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: reader
`;
