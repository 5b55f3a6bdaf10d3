/** Waits until a node serves again: a heartbeat after now, the expected version, and the pods that ran before. */

import type { Output } from "../script/output.ts";
import { sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { answersOf, asking, clusterOf, clusterOptions, isAway, json } from "./kubernetes/kubectl.ts";
import { nodeOf, type Pod, podName, podsOf } from "./kubernetes/objects.ts";
import { TaskFailed, type WaitModule } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  name: { type: "str", required: true, help: "Name the node, as the cluster calls it" },
  version: {
    type: "str",
    help: "Wait until its kubelet reports this version; v1.15.5 and 1.15.5 are one, and +suffixes count only where they are given",
  },
  pods: {
    type: "list",
    elements: "dict",
    default: [],
    help: "Wait until these pods of the node are ready: what k8s_drain registered as `stays`",
  },
  evicted: {
    type: "list",
    elements: "dict",
    default: [],
    help: "Wait until the owners of these have all their pods ready elsewhere: what k8s_drain registered as `evicted`",
  },
  timeout: { type: "int", default: 300, help: "Give up after this many seconds" },
  sleep: { type: "int", default: 2, help: "Wait this many seconds between two looks" },
  ...clusterOptions,
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface Seen {
  readonly isReady: boolean;
  readonly notReady: string;
  readonly version: string;
  /** When kubelet last renewed its lease, by the API's clock; empty: never. */
  readonly heartbeat: string;
  readonly pods: readonly Pod[];
  /** Owners that have fewer pods ready than they want, in words. */
  readonly lacking: readonly string[];
}

/** Kinds that say how many of their pods are ready. */
const counting: ReadonlySet<string> = new Set(["ReplicaSet", "StatefulSet", "ReplicationController"]);

export const nodeReady: WaitModule<Args, string> = {
  kind: "wait",
  name: "kmend.node.ready",
  summary: "Wait until a node serves again after its kubelet was restarted",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: `- kmend.node.ready: {name: "{{ inventory_hostname }}", version: v1.15.5}
  delegate_to: localhost
- kmend.node.ready:
    name: node-1
    pods: "{{ drained.stays }}"
    evicted: "{{ drained.evicted }}"`,
  timing: ({ sleep, timeout }) => ({ delayS: 0, sleepS: sleep, timeoutS: timeout }),
  probe: (args) =>
    asking(clusterOf(args), {
      node: sh`get node ${args.name} -o json`,
      lease: sh`get lease ${args.name} --namespace kube-node-lease --ignore-not-found -o json`,
      ...(args.pods.length === 0
        ? {}
        : {
            pods: sh`get pods --all-namespaces --field-selector ${`spec.nodeName=${args.name}`} -o json`,
          }),
      ...Object.fromEntries(
        ownersOf(args).map((owner) => [
          owner.id,
          sh`get ${owner.kind.toLowerCase()} ${owner.name} --namespace ${owner.namespace} --ignore-not-found -o json`,
        ]),
      ),
    }),
  // A node stands as ready for 40 s after its kubelet went: only a lease that is renewed from now on says that it is there.
  begin: (output, args) => (isAway(output) ? null : seenIn(output, args).heartbeat),
  done: (output, args, first) => {
    if (first === null || isAway(output)) return false;
    return lacks(seenIn(output, args), args, first).length === 0;
  },
  result: ({ args, output, elapsedS }) => {
    const { version, heartbeat } = seenIn(output, args);
    return Dict.of({ changed: false, elapsed: elapsedS, version, heartbeat });
  },
  timedOut: (args, last, first) => {
    const why =
      first === null || isAway(last)
        ? ["the cluster's API does not answer"]
        : lacks(seenIn(last, args), args, first);
    return `Node ${args.name} does not serve after ${args.timeout} s:\n${why.map((each) => `  ${each}`).join("\n")}`;
  },
};

function seenIn(output: Output, args: Args): Seen {
  const { node, lease } = answersOf(output, ["node", "lease"]);
  const { isReady, notReady, version } = nodeOf(json(node, `node ${args.name}`));
  const renewed = lease === "" ? undefined : (json(lease, "its lease") as Leased).spec?.renewTime;
  const pods = args.pods.length === 0 ? [] : podsOf(json(answersOf(output, ["pods"]).pods, "its pods"), []);
  return {
    isReady,
    notReady,
    version,
    heartbeat: renewed ?? "",
    pods,
    lacking: ownersOf(args).flatMap((owner) => {
      const answer = answersOf(output, [owner.id])[owner.id] ?? "";
      const lack = answer === "" ? null : lackOf(json(answer, owner.name));
      return lack === null ? [] : [`${owner.kind} ${owner.namespace}/${owner.name} has ${lack}`];
    }),
  };
}

interface Leased {
  readonly spec?: { readonly renewTime?: string };
}

function lackOf(json: unknown): string | null {
  const { spec, status } = json as {
    spec?: { replicas?: number };
    status?: { readyReplicas?: number };
  };
  const [wanted, ready] = [spec?.replicas ?? 1, status?.readyReplicas ?? 0];
  return ready >= wanted ? null : `${ready} of ${wanted} pods ready`;
}

/** What is still missing, in words. */
function lacks(seen: Seen, args: Args, first: string): string[] {
  const ready = new Set(seen.pods.filter((pod) => pod.isReady && !pod.isLeaving).map(podName));
  const missing = args.pods.map(named).filter((pod) => !ready.has(podName(pod)));
  return [
    ...(seen.heartbeat === first
      ? ["its kubelet has not renewed the node's lease since the wait began"]
      : []),
    ...(seen.isReady ? [] : [`it is not ready: ${seen.notReady}`]),
    ...(args.version === undefined || isVersion(seen.version, args.version)
      ? []
      : [`its kubelet reports ${seen.version || "no version"}, not ${args.version}`]),
    ...missing.map((pod) => `pod ${podName(pod)} ran before and is not ready now`),
    ...seen.lacking,
  ];
}

function isVersion(reported: string, wanted: string): boolean {
  const [mine, theirs] = [reported, wanted].map((each) => each.replace(/^v/, "")) as [string, string];
  return mine === theirs || (!theirs.includes("+") && mine.replace(/\+.*/, "") === theirs);
}

interface Owner {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Each owner of evicted pods once, where it is one that counts its pods. */
function ownersOf({ evicted }: Args): Owner[] {
  const owners = new Map<string, Owner>();
  for (const pod of evicted) {
    const owner = pod.get("owner");
    if (!(owner instanceof Dict)) continue;
    const [kind, name, namespace] = [owner.get("kind"), owner.get("name"), pod.get("namespace")].map(String);
    if (kind === undefined || name === undefined || namespace === undefined || !counting.has(kind)) continue;
    owners.set(`${kind} ${namespace}/${name}`, { id: `${kind} ${namespace}/${name}`, kind, name, namespace });
  }
  return [...owners.values()];
}

function named(pod: Dict): Pick<Pod, "namespace" | "name"> {
  const [namespace, name] = [pod.get("namespace"), pod.get("name")];
  if (typeof namespace === "string" && typeof name === "string") return { namespace, name };
  throw new TaskFailed("pods: each needs a namespace and a name, as k8s_drain registers them in `stays`");
}
