/** What is read of a cluster's objects: no more than what a drain or a wait goes by. */

import { TaskFailed } from "../module.ts";

/** A pod of a node. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  /** Who makes it anew; null: nobody does. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  /** kubelet's own, from a file of the node: the API cannot delete it. */
  readonly isStatic: boolean;
  readonly isFinished: boolean;
  readonly isReady: boolean;
  /** It is being deleted already. */
  readonly isLeaving: boolean;
  /** Volumes that go with the pod. */
  readonly localData: readonly string[];
  /** Budgets that it counts for. */
  readonly budgets: readonly string[];
}

/** A PodDisruptionBudget. */
export interface Budget {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Selector | null;
  /** How many of its pods may be evicted now. */
  readonly allows: number;
}

/** A label selector, as the API writes it. */
export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface Node {
  readonly name: string;
  readonly isSchedulable: boolean;
  readonly isReady: boolean;
  /** In words, where it is not ready: kubelet's, or the control plane's. */
  readonly notReady: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of the cluster, of which every field may be missing
type Any = any;

export function nodeOf(json: unknown): Node {
  const node = json as Any;
  const name = node?.metadata?.name;
  if (typeof name !== "string") throw new TaskFailed("Cannot understand kubectl: a node has no name");
  const ready = (node.status?.conditions ?? []).find((each: Any) => each.type === "Ready");
  return {
    name,
    isSchedulable: node.spec?.unschedulable !== true,
    isReady: ready?.status === "True",
    notReady: ready ? String(ready.message ?? ready.reason ?? ready.status) : "it has never reported",
    version: String(node.status?.nodeInfo?.kubeletVersion ?? ""),
    labels: node.metadata.labels ?? {},
  };
}

export function nodesOf(json: unknown): readonly Node[] {
  return items(json).map(nodeOf);
}

export function budgetsOf(json: unknown): readonly Budget[] {
  return items(json).map((budget: Any) => ({
    namespace: String(budget.metadata?.namespace),
    name: String(budget.metadata?.name),
    selector: budget.spec?.selector ?? null,
    allows: Number(budget.status?.disruptionsAllowed ?? 0),
  }));
}

export function podsOf(json: unknown, budgets: readonly Budget[]): readonly Pod[] {
  return items(json).map((pod: Any) => {
    const namespace = String(pod.metadata?.namespace);
    const labels = pod.metadata?.labels ?? {};
    const owner = (pod.metadata?.ownerReferences ?? []).find((each: Any) => each.controller === true);
    const phase = pod.status?.phase;
    return {
      namespace,
      name: String(pod.metadata?.name),
      owner: owner ? { kind: String(owner.kind), name: String(owner.name) } : null,
      isStatic: pod.metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined,
      isFinished: phase === "Succeeded" || phase === "Failed",
      isReady: (pod.status?.conditions ?? []).some(
        (each: Any) => each.type === "Ready" && each.status === "True",
      ),
      isLeaving: pod.metadata?.deletionTimestamp !== undefined,
      localData: (pod.spec?.volumes ?? [])
        .filter((each: Any) => each.emptyDir !== undefined)
        .map((each: Any) => String(each.name)),
      budgets: budgets
        .filter((each) => each.namespace === namespace && each.selector && selects(each.selector, labels))
        .map((each) => each.name),
    };
  });
}

function items(json: unknown): readonly Any[] {
  const list = (json as Any)?.items;
  if (!Array.isArray(list)) throw new TaskFailed("Cannot understand kubectl: a list has no items");
  return list;
}

/** Source: "Label selectors" in Kubernetes' documentation. An empty one selects every pod of its namespace (policy/v1; under
 *  v1beta1 none, so there it may be named though it holds nothing back). */
export function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}

/** `NAMESPACE/NAME`, as kubectl writes it. */
export function podName({ namespace, name }: Pick<Pod, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}
