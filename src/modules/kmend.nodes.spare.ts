/** Whether a cluster can spare nodes: a limit on how many are out at once, on how many stay ready, and the control plane's quorum. */

import type { Output } from "../script/output.ts";
import { sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { answersOf, asking, clusterOf, clusterOptions, isAway, json } from "./kubernetes/kubectl.ts";
import { type Node, nodesOf } from "./kubernetes/objects.ts";
import { TaskFailed, type WaitModule } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  names: {
    type: "list",
    elements: "str",
    default: [],
    aliases: ["name"],
    help: "Ask for these nodes, which are about to be taken out; without: for the cluster as it is",
  },
  selector: { type: "str", help: "Count nodes with these labels, those of a pool, say" },
  min_ready: {
    type: "str",
    help: "Keep so many nodes ready and taking pods: a number, or a share of them all, as 80%",
  },
  max_out: {
    type: "str",
    help: "Have at most so many nodes out at once, by whomever: a number, or a share, as 10%",
  },
  quorum: {
    type: "bool",
    default: true,
    help: "Take control-plane nodes one at a time, and keep more than half of them ready",
  },
  wait: { type: "int", default: 0, help: "Wait so many seconds for it; 0: fail at once" },
  sleep: { type: "int", default: 5, help: "Wait this many seconds between two looks" },
  ...clusterOptions,
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

/** Source: the labels that kubeadm gives, until 1.19 and from then on. */
const controlPlaneLabels = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

export const nodesSpare: WaitModule<Args> = {
  kind: "wait",
  name: "kmend.nodes.spare",
  summary: "Make sure that the cluster can spare nodes before they are taken out",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: `- kmend.nodes.spare: {name: "{{ ansible_play_batch }}", selector: pool=web, max_out: 10%, min_ready: 80%}
  delegate_to: localhost
  run_once: true
- kmend.nodes.spare: {min_ready: 90%}    # in a gate: the cluster as it is`,
  looksInCheckMode: true,
  timing: ({ wait, sleep }) => ({ delayS: 0, sleepS: sleep, timeoutS: wait }),
  probe: (args) => asking(clusterOf(args), { nodes: sh`get nodes -o json` }),
  done: (output, args) => {
    if (args.wait > 0 && isAway(output)) return false;
    return againstIt(nodesIn(output), args).length === 0;
  },
  result: ({ args, output }) => {
    const counted = countedIn(nodesIn(output), args);
    return Dict.of({
      changed: false,
      nodes: counted.length,
      ready: counted.filter(serves).length,
      out: counted.filter((node) => !serves(node)).map(({ name }) => name),
    });
  },
  timedOut: (args, last) => {
    const why = isAway(last) ? ["its API does not answer"] : againstIt(nodesIn(last), args);
    const what = args.names.length === 0 ? "is short of nodes" : `cannot spare ${args.names.join(", ")}`;
    return `The cluster ${what}:\n${why.map((each) => `  ${each}`).join("\n")}`;
  },
};

function nodesIn(output: Output): readonly Node[] {
  return nodesOf(json(answersOf(output, ["nodes"]).nodes, "the nodes"));
}

function countedIn(nodes: readonly Node[], { selector }: Args): readonly Node[] {
  if (selector === undefined) return nodes;
  const wanted = selector.split(",").map((each) => /^\s*([^=!\s]+)\s*(?:={1,2}\s*(\S*))?\s*$/.exec(each));
  if (wanted.includes(null))
    throw new TaskFailed(`Cannot read selector "${selector}": write key=value, or key, with commas between`);
  return nodes.filter(({ labels }) =>
    wanted.every((each) => {
      const value = labels[each?.[1] ?? ""];
      return value !== undefined && (each?.[2] === undefined || each[2] === value);
    }),
  );
}

/** It is ready and takes pods. */
function serves({ isReady, isSchedulable }: Node): boolean {
  return isReady && isSchedulable;
}

/** Why the nodes cannot be spared, in words that name who is out already. */
function againstIt(nodes: readonly Node[], args: Args): string[] {
  const unknown = args.names.filter((name) => !nodes.some((node) => node.name === name));
  if (unknown.length > 0) throw new TaskFailed(`The cluster has no node ${unknown.join(", ")}`);
  const counted = countedIn(nodes, args);
  const isTaken = ({ name }: Node): boolean => args.names.includes(name);
  const out = counted.filter((node) => isTaken(node) || !serves(node));
  const others = out.filter((node) => !isTaken(node)).map(stateOf);
  const left = counted.length - out.length;
  const where = args.selector === undefined ? "" : ` with ${args.selector}`;
  const maxOut = amount(args.max_out, counted.length, "max_out");
  const minReady = amount(args.min_ready, counted.length, "min_ready");
  const [are, is] = args.names.length === 0 ? ["are", "is"] : ["would be", "would be"];
  return [
    ...(maxOut !== null && out.length > maxOut
      ? [
          `${out.length} of ${counted.length} nodes${where} ${are} out, and max_out allows ${maxOut}${outNow(others)}`,
        ]
      : []),
    ...(minReady !== null && left < minReady
      ? [
          `${left} of ${counted.length} nodes${where} ${left === 1 ? is : are} ready, and min_ready is ${minReady}${outNow(others)}`,
        ]
      : []),
    ...(args.quorum ? againstQuorum(nodes.filter(isControlPlane), isTaken) : []),
  ];
}

function outNow(others: readonly string[]): string {
  return others.length === 0 ? "" : ` (out already: ${others.join(", ")})`;
}

function stateOf({ name, isReady }: Node): string {
  return `${name} ${isReady ? "takes no pods" : "is not ready"}`;
}

function isControlPlane({ labels }: Node): boolean {
  return controlPlaneLabels.some((label) => labels[label] !== undefined);
}

function againstQuorum(members: readonly Node[], isTaken: (node: Node) => boolean): string[] {
  const taken = members.filter(isTaken);
  if (taken.length === 0) return [];
  const left = members.filter((node) => node.isReady && !isTaken(node)).length;
  return [
    ...(taken.length > 1
      ? [
          `${taken.map(({ name }) => name).join(" and ")} are of the control plane, which is taken one node at a time`,
        ]
      : []),
    // One member has no quorum to lose: the cluster's pods run on without it.
    ...(members.length > 1 && left * 2 <= members.length
      ? [`${left} of ${members.length} control-plane nodes would be ready, which is no quorum`]
      : []),
  ];
}

/** A number, or a share rounded down; at least 1, or nothing could ever be done. */
function amount(text: string | undefined, all: number, name: string): number | null {
  if (text === undefined) return null;
  const [, digits, percent] = /^(\d+)(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined)
    throw new TaskFailed(`${name}: "${text}" is neither a number nor a share, as 10%`);
  if (percent === "") return Number(digits);
  const share = (all * Number(digits)) / 100;
  return name === "max_out" ? Math.max(1, Math.floor(share)) : Math.ceil(share);
}
