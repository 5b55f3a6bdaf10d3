/** The nodes of a cluster as a source: `kubectl get nodes`, asked as a file of its own says. */

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import type { Place, Problem } from "../problem/problem.ts";
import {
  Dict,
  fromJson,
  nearest,
  str,
  toValue,
  type Value,
  type YamlMap,
  type YamlNode,
} from "../template/template.ts";
import { BadHostName, hostNames } from "./host-names.ts";
import type { Inventory } from "./inventory-model.ts";

const run = promisify(execFile);
const timeoutMs = 60_000;
const maxOutputBytes = 512 * 1024 * 1024;

export const pluginName = "kmend.kubernetes";

/** Keys of such a file, with what each is. docs/rollout.md explains them. */
export const clusterKeys = {
  plugin: "Makes this file a source of nodes",
  kubeconfig: "The cluster's kubeconfig; else kubectl's own",
  context: "The context of it; else the current one",
  kubectl: "The program to ask by, kubectl unless told otherwise",
  selector: "Only nodes with these labels, as kubectl takes them",
  pool_label: "The label by whose value nodes are grouped into pools",
  address: "Which of a node's addresses its host is reached at",
  hosts: "The host that a node is, where it has another name here",
  vars: "Variables of all these hosts",
} as const;

const keys = Object.keys(clusterKeys) as readonly (keyof typeof clusterKeys)[];

/** The addresses that a node tells of, and its name. */
export const addresses = [
  "InternalIP",
  "ExternalIP",
  "Hostname",
  "InternalDNS",
  "ExternalDNS",
  "name",
] as const;

/** Source: the labels that kubeadm gives, until 1.19 and from then on. */
const controlPlaneLabels = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

export function isClusterSource(root: YamlNode | undefined): root is YamlMap {
  return (
    root?.kind === "map" &&
    root.entries.some(
      ({ key, value }) => key.text === "plugin" && value.kind === "scalar" && value.text === pluginName,
    )
  );
}

/** Asks for the nodes and makes hosts of them: groups `nodes`, `control_plane`, `workers`, and `pool_NAME` for each pool. */
export async function readClusterSource(
  root: YamlMap,
  file: string,
  inventory: Inventory,
): Promise<Problem[]> {
  const problems = problemsOf(root);
  if (problems.length > 0) return problems;
  const wanted = toValue(root) as Dict;
  try {
    const nodes = await askForNodes(wanted, file);
    return nodes.flatMap((node) => addNode(node, wanted, { file, inventory, place: root.place }));
  } catch (error) {
    if (!(error instanceof CannotAsk)) throw error;
    return [problem(`Cannot read the nodes of the cluster: ${error.message}`, root.place, error.hint)];
  }
}

class CannotAsk extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

function problem(message: string, place: Place, hint?: string): Problem {
  return { code: "inventory-cluster", message, place, ...(hint === undefined ? {} : { hint }) };
}

function problemsOf(root: YamlMap): Problem[] {
  return root.entries.flatMap(({ key, value }) => {
    const wrong = (message: string, hint?: string): Problem[] => [problem(message, value.place, hint)];
    const name = keys.find((each) => each === key.text);
    if (name === undefined) {
      const meant = nearest(key.text, keys);
      return [
        problem(
          `A source of nodes has no key "${key.text}"`,
          key.place,
          meant === undefined ? `It has ${keys.join(", ")}` : `Did you mean "${meant}"?`,
        ),
      ];
    }
    if (name === "hosts" || name === "vars")
      return value.kind === "map" ? [] : wrong(`"${name}" must be a mapping`);
    if (value.kind !== "scalar" || typeof value.value !== "string") return wrong(`"${name}" must be a text`);
    if (name === "address" && !addresses.some((each) => each === value.text))
      return wrong(`A node has no address "${value.text}"`, `It may have ${addresses.join(", ")}`);
    return [];
  });
}

interface ClusterNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isSchedulable: boolean;
  readonly version: string;
  readonly addresses: ReadonlyMap<string, string>;
}

async function askForNodes(wanted: Dict, file: string): Promise<readonly ClusterNode[]> {
  const text = (key: (typeof keys)[number]): string | undefined => {
    const value = wanted.get(key);
    return value === undefined ? undefined : str(value);
  };
  const path = (written: string): string =>
    resolve(
      dirname(file),
      written.replace(/^~(?=\/|$)/, () => homedir()),
    );
  const [kubeconfig, context, selector] = [text("kubeconfig"), text("context"), text("selector")];
  const program = text("kubectl") ?? "kubectl";
  const argv = [
    ...["get", "nodes", "--output=json", "--request-timeout=30s"],
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${path(kubeconfig)}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(selector === undefined ? [] : [`--selector=${selector}`]),
  ];
  const { stdout } = await run(program.includes("/") ? path(program) : program, argv, {
    timeout: timeoutMs,
    maxBuffer: maxOutputBytes,
  }).catch((error: Error & { code?: number | string; stderr?: string }) => {
    if (error.code === "ENOENT")
      throw new CannotAsk(`there is no ${program} here`, "Install kubectl, or say where it is with kubectl:");
    throw new CannotAsk(
      error.stderr?.trim() || error.message,
      `Try it by hand:\n    kubectl get nodes${context === undefined ? "" : ` --context ${context}`}`,
    );
  });
  const listed = JSON.parse(stdout) as { readonly items?: readonly unknown[] };
  return (listed.items ?? []).map(nodeOf);
}

function nodeOf(json: unknown): ClusterNode {
  const { metadata, spec, status } = json as {
    metadata: { name: string; labels?: Record<string, string> };
    spec?: { unschedulable?: boolean };
    status?: { nodeInfo?: { kubeletVersion?: string }; addresses?: { type: string; address: string }[] };
  };
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    isSchedulable: spec?.unschedulable !== true,
    version: status?.nodeInfo?.kubeletVersion ?? "",
    addresses: new Map((status?.addresses ?? []).map(({ type, address }) => [type, address])),
  };
}

function addNode(
  node: ClusterNode,
  wanted: Dict,
  { file, inventory, place }: { readonly file: string; readonly inventory: Inventory; readonly place: Place },
): Problem[] {
  const poolLabel = wanted.get("pool_label");
  const pool = poolLabel === undefined ? undefined : node.labels[str(poolLabel)];
  const isControlPlane = controlPlaneLabels.some((label) => node.labels[label] !== undefined);
  const groups = [
    "nodes",
    isControlPlane ? "control_plane" : "workers",
    ...(pool === undefined ? [] : [`pool_${pool.replaceAll(/\W/g, "_")}`]),
  ];
  try {
    hostNames(node.name);
  } catch (error) {
    if (!(error instanceof BadHostName)) throw error;
    return [problem(`Cannot take node "${node.name}" as a host: ${error.message}`, place)];
  }
  const address = addressOf(node, wanted);
  if (address === undefined)
    return [
      problem(
        `Node "${node.name}" tells of no ${str(wanted.get("address") ?? "InternalIP")}`,
        place,
        `It has ${[...node.addresses.keys(), "name"].join(", ")}: choose with address:, or map the node to a host with hosts:`,
      ),
    ];
  for (const group of groups) inventory.addGroup(group);
  const vars = Dict.of({
    ansible_host: address,
    kubernetes_node: node.name,
    kubernetes_version: node.version,
    kubernetes_schedulable: node.isSchedulable,
    kubernetes_labels: fromJson(node.labels),
  });
  for (const own of [wanted.get("vars"), mapped(node, wanted)])
    if (own instanceof Dict) for (const [key, value] of own.entries()) vars.set(key, value);
  inventory.addHost(node.name, { groups, source: file, vars });
  return [];
}

/** What `hosts:` says of the node: an address, or variables. */
function mapped(node: ClusterNode, wanted: Dict): Value | undefined {
  const hosts = wanted.get("hosts");
  return hosts instanceof Dict ? hosts.get(node.name) : undefined;
}

function addressOf(node: ClusterNode, wanted: Dict): string | undefined {
  const own = mapped(node, wanted);
  if (own instanceof Dict && own.has("ansible_host")) return str(own.get("ansible_host") ?? "");
  if (own !== undefined && !(own instanceof Dict)) return str(own);
  const kind = str(wanted.get("address") ?? "InternalIP");
  return kind === "name" ? node.name : node.addresses.get(kind);
}
