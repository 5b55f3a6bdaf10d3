/** Cordons, drains and uncordons a node (`kubernetes.core.k8s_drain`), by kubectl. */

import { sh } from "../script/script.ts";
import { Dict, fromJson } from "../template/values.ts";
import { type DrainOptions, drainScript, markScript } from "./kubernetes/drain-script.ts";
import { evictionOf } from "./kubernetes/eviction.ts";
import { answersOf, asking, type Cluster, clusterOf, clusterOptions, json } from "./kubernetes/kubectl.ts";
import { budgetsOf, type Node, nodeOf, type Pod, podName, podsOf } from "./kubernetes/objects.ts";
import { type AnyChange, type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  name: { type: "str", required: true, help: "Name the node, as the cluster calls it" },
  state: {
    type: "str",
    default: "drain",
    choices: ["cordon", "drain", "uncordon"],
    help: "Let no new pods in; send its pods away, too; or let pods in again",
  },
  pod_selectors: {
    type: "list",
    elements: "str",
    default: [],
    aliases: ["label_selectors"],
    help: "Send away only pods with these labels",
  },
  delete_options: {
    type: "dict",
    default: {},
    help: "force, ignore_daemonsets, delete_emptydir_data, disable_eviction (all false), terminate_grace_period, wait_timeout (in seconds; default 300, 0: for ever)",
  },
  ...clusterOptions,
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface NodeState {
  readonly isSchedulable: boolean;
  readonly pods: readonly Pod[];
  /** What the budgets of its pods allow now, by `NAMESPACE/NAME`. */
  readonly budgets: Readonly<Record<string, number>>;
}

interface DrainChange extends AnyChange {
  readonly node: string;
  readonly cluster: Cluster;
  readonly wasSchedulable: boolean;
  readonly act: "cordon" | "uncordon" | "drain";
  readonly options: DrainOptions;
  readonly leave: readonly { readonly pod: string; readonly budgets: readonly string[] }[];
}

export const k8sDrain: HostModule<Args, NodeState, DrainChange> = {
  kind: "host",
  name: "kubernetes.core.k8s_drain",
  aliases: ["k8s_drain", "community.okd.k8s_drain"],
  summary: "Cordon, drain or uncordon a node of a cluster",
  options,
  wayBack:
    "The node takes pods again, or takes none, as before. Pods that were evicted are not brought back: whoever owns them has made others elsewhere.",
  examples: `- kubernetes.core.k8s_drain:
    name: "{{ inventory_hostname }}"
    delete_options: {ignore_daemonsets: true, wait_timeout: 300}
  delegate_to: localhost
- kubernetes.core.k8s_drain: {name: node-1, state: uncordon, kubeconfig: /etc/kubernetes/admin.conf}`,
  validate: (args) => {
    optionsOf(args);
  },
  inspect: (args) => ({
    script: asking(clusterOf(args), {
      node: sh`get node ${args.name} -o json`,
      "right to cordon": sh`auth can-i patch nodes --quiet=false || :`,
      ...(args.state === "drain"
        ? {
            "right to evict": sh`auth can-i create pods --subresource=eviction --all-namespaces || :`,
            pods: sh`get pods --all-namespaces --field-selector ${`spec.nodeName=${args.name}`} ${selectors(args)} -o json`,
            budgets: sh`get poddisruptionbudgets --all-namespaces -o json 2>/dev/null || echo '{"items": []}'`,
          }
        : {}),
    }),
    parse: (output) => {
      const { node, "right to cordon": mayCordon } = answersOf(output, ["node", "right to cordon"]);
      const seen = nodeOf(json(node, `node ${args.name}`));
      refuseWithout(mayCordon, "mark nodes (patch nodes)");
      if (args.state !== "drain") return { isSchedulable: seen.isSchedulable, pods: [], budgets: {} };
      const asked = answersOf(output, ["right to evict", "pods", "budgets"]);
      refuseWithout(asked["right to evict"], "evict pods (create pods/eviction)");
      return withPods(seen, asked);
    },
  }),
  plan: (state, args) => state && planned(state, args),
  apply: ({ act, node, cluster, wasSchedulable, options: how, leave }) =>
    act === "drain"
      ? drainScript({ cluster, node, options: how, wasSchedulable, pods: leave })
      : markScript(cluster, node, act === "uncordon"),
  restored: ({ isSchedulable }) => ({ isSchedulable }),
  revert: ({ cluster, node, wasSchedulable }) => markScript(cluster, node, wasSchedulable),
  again: (change) => ({ change, keep: null }),
  result: ({ args, state, change }) => {
    const leave = change?.leave ?? [];
    return Dict.of({
      result: sentence(args, change),
      was_schedulable: state?.isSchedulable ?? null,
      evicted: fromJson(ownersOf(state, leave)),
      stays: fromJson(staying(state, leave)),
      held: fromJson(heldBy(state, leave)),
    });
  },
};

function refuseWithout(answer: string, right: string): void {
  // kubectl writes warnings beside its yes or no.
  if (!/^no\b/m.test(answer)) return;
  throw new TaskFailed(
    `Cannot drain or mark the node: the user of the kubeconfig may not ${right}\n  Give that right by RBAC, or name another kubeconfig or context. The node is as it was.`,
  );
}

function withPods(node: Node, asked: Readonly<Record<"pods" | "budgets", string>>): NodeState {
  const budgets = budgetsOf(json(asked.budgets, "budgets"));
  const pods = podsOf(json(asked.pods, "the node's pods"), budgets);
  const counted = new Set(pods.flatMap((pod) => pod.budgets.map((name) => `${pod.namespace}/${name}`)));
  return {
    isSchedulable: node.isSchedulable,
    pods,
    budgets: Object.fromEntries(
      budgets.map((each) => [podName(each), each.allows] as const).filter(([name]) => counted.has(name)),
    ),
  };
}

function planned({ isSchedulable, pods }: NodeState, args: Args): DrainChange | null {
  const how = optionsOf(args);
  const wanted = args.state === "uncordon";
  const leave =
    args.state === "drain"
      ? evictionOf(pods, {
          force: how.force,
          ignore_daemonsets: how.ignoreDaemonSets,
          delete_emptydir_data: how.deleteLocalData,
        }).leave
      : [];
  if (isSchedulable === wanted && leave.length === 0) return null;
  return {
    before: { schedulable: isSchedulable, pods: leave.map(podName) },
    after: { schedulable: wanted, pods: [] },
    node: args.name,
    cluster: clusterOf(args),
    wasSchedulable: isSchedulable,
    act: args.state,
    options: how,
    leave: leave.map((pod) => ({ pod: podName(pod), budgets: pod.budgets })),
  };
}

const known = {
  force: "bool",
  ignore_daemonsets: "bool",
  delete_emptydir_data: "bool",
  disable_eviction: "bool",
  terminate_grace_period: "int",
  wait_timeout: "int",
  wait_sleep: "int",
} as const;

/** @throws TaskFailed where a key or its value is not known */
function optionsOf(args: Args): DrainOptions {
  const given = args.delete_options instanceof Dict ? args.delete_options : new Dict();
  const unknown = given.keys().find((key) => !Object.hasOwn(known, String(key)));
  if (unknown !== undefined)
    throw new TaskFailed(`delete_options has no ${String(unknown)}. It has ${Object.keys(known).join(", ")}`);
  const flag = (name: keyof typeof known): boolean => {
    const value = given.get(name) ?? false;
    if (typeof value === "boolean") return value;
    throw new TaskFailed(`delete_options: ${name} must be true or false, and is ${String(value)}`);
  };
  const number = (name: keyof typeof known): number | null => {
    const value = given.get(name);
    if (value === undefined || value === null) return null;
    const whole = Number(value);
    if (Number.isInteger(whole) && whole >= 0) return whole;
    throw new TaskFailed(
      `delete_options: ${name} must be a whole number of seconds, and is ${String(value)}`,
    );
  };
  number("wait_sleep");
  return {
    force: flag("force"),
    ignoreDaemonSets: flag("ignore_daemonsets"),
    deleteLocalData: flag("delete_emptydir_data"),
    disableEviction: flag("disable_eviction"),
    gracePeriodS: number("terminate_grace_period"),
    timeoutS: number("wait_timeout") ?? 300,
    podSelector: args.pod_selectors.length === 0 ? null : args.pod_selectors.join(","),
  };
}

function selectors({ pod_selectors }: Args) {
  return pod_selectors.length === 0 ? sh`` : sh`--selector ${pod_selectors.join(",")}`;
}

function sentence({ name, state }: Args, change: DrainChange | null): string {
  if (!change) return `node ${name} is ${state === "uncordon" ? "uncordoned" : `${state}ed`} already`;
  const { act, leave } = change;
  if (act !== "drain") return `node ${name} ${act}ed`;
  return `node ${name} cordoned; ${leave.length} pod${leave.length === 1 ? "" : "s"} evicted`;
}

type Leave = DrainChange["leave"];

/** The pods that left, and who makes others in their place. */
function ownersOf(state: NodeState | null, leave: Leave): unknown {
  const names = new Set(leave.map(({ pod }) => pod));
  return (state?.pods ?? [])
    .filter((pod) => names.has(podName(pod)))
    .map(({ namespace, name, owner }) => ({ namespace, name, owner }));
}

/** Those of a DaemonSet or of the node's own files: they are to be ready again when kubelet is. */
function staying(state: NodeState | null, leave: Leave): unknown {
  const names = new Set(leave.map(({ pod }) => pod));
  return (state?.pods ?? [])
    .filter((pod) => !names.has(podName(pod)) && pod.isReady)
    .map(({ namespace, name }) => ({ namespace, name }));
}

/** Pods that a budget allowed nobody to evict when the node was looked at: a drain waits for them. */
function heldBy(state: NodeState | null, leave: Leave): unknown {
  return leave.flatMap(({ pod, budgets }) => {
    const namespace = pod.split("/")[0] ?? "";
    const holding = budgets.filter((name) => state?.budgets[`${namespace}/${name}`] === 0);
    return holding.length === 0 ? [] : [{ pod, budgets: holding }];
  });
}
