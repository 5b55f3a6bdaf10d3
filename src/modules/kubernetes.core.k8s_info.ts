/** Reads objects of a cluster, or waits for them (`kubernetes.core.k8s_info`), by kubectl. */

import type { Output } from "../script/output.ts";
import { type Script, sh } from "../script/script.ts";
import { Dict, fromJson, type Value } from "../template/values.ts";
import { clusterOf, clusterOptions, isAway, json, kubectl, refusedBy } from "./kubernetes/kubectl.ts";
import { TaskFailed, text, type WaitModule } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  kind: { type: "str", required: true, help: "Read objects of this kind" },
  api_version: {
    type: "str",
    default: "v1",
    aliases: ["api", "version"],
    help: "The kind's API version; kubectl finds the one that the cluster has",
  },
  name: { type: "str", help: "Read the object of this name" },
  namespace: {
    type: "str",
    help: "Read in this namespace; in all of them where neither it nor a name is given",
  },
  label_selectors: {
    type: "list",
    elements: "str",
    default: [],
    help: "Read only objects with these labels",
  },
  field_selectors: {
    type: "list",
    elements: "str",
    default: [],
    help: "Read only objects with these fields",
  },
  wait: {
    type: "bool",
    default: false,
    help: "Wait until wait_condition holds for all of them, and there is one",
  },
  wait_sleep: { type: "int", default: 5, help: "Wait this many seconds between two looks" },
  wait_timeout: { type: "int", default: 120, help: "Give up after this many seconds" },
  wait_condition: {
    type: "dict",
    help: "type, status (True unless it is said) and reason of a condition; without: that they are there",
  },
  hidden_fields: {
    type: "list",
    refused: "kubectl 1.21 and later hide managedFields",
    help: "Not supported",
  },
  ...clusterOptions,
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const k8sInfo: WaitModule<Args> = {
  kind: "wait",
  name: "kubernetes.core.k8s_info",
  aliases: ["k8s_info", "community.kubernetes.k8s_info"],
  summary: "Read objects of a cluster, or wait for them",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: `- kubernetes.core.k8s_info: {kind: Node, label_selectors: [pool=web]}
  delegate_to: localhost
  register: nodes
- kubernetes.core.k8s_info: {kind: Node, name: node-1, wait: true, wait_condition: {type: Ready}}`,
  looksInCheckMode: true,
  timing: ({ wait, wait_sleep, wait_timeout }) => ({
    delayS: 0,
    sleepS: wait_sleep,
    timeoutS: wait ? wait_timeout : 0,
  }),
  probe: (args) => sh`(
${kubectl(clusterOf(args))}
k get ${kindOf(args)} ${words(args)} -o json
)`,
  done: (output, args) => {
    if (output.code !== 0) {
      if (isNotFound(output)) return !args.wait;
      if (args.wait && isAway(output)) return false;
      throw refusedBy(output);
    }
    if (!args.wait) return true;
    const found = resourcesOf(output);
    return found.length > 0 && found.every((each) => holds(each, args.wait_condition));
  },
  result: ({ output }) => Dict.of({ changed: false, api_found: true, resources: resourcesOf(output) }),
  timedOut: ({ kind, name, wait_timeout }, last) => {
    const seen = isAway(last) ? "the API does not answer" : `${resourcesOf(last).length} found`;
    return `${kind}${name === undefined ? "" : ` ${name}`} did not come to what was waited for within ${wait_timeout} s (${seen})`;
  },
};

/** `Pod` of `v1` is pods; `Deployment` of `apps/v1` is deployments.v1.apps, so that no other group's is meant. */
function kindOf({ kind, api_version }: Args): string {
  const [group, version] = api_version.includes("/") ? api_version.split("/") : ["", api_version];
  return group === "" || group === undefined
    ? kind.toLowerCase()
    : `${kind.toLowerCase()}.${version}.${group}`;
}

function words({ name, namespace, label_selectors, field_selectors }: Args): Script {
  const parts = [
    ...(name === undefined ? [] : [sh`${name}`]),
    ...(namespace === undefined
      ? name === undefined
        ? [sh`--all-namespaces`]
        : []
      : [sh`--namespace ${namespace}`]),
    ...(label_selectors.length === 0 ? [] : [sh`--selector ${label_selectors.join(",")}`]),
    ...(field_selectors.length === 0 ? [] : [sh`--field-selector ${field_selectors.join(",")}`]),
  ];
  return sh`${parts}`;
}

function isNotFound({ code, stderr }: Output): boolean {
  return code !== 0 && /\(NotFound\)/.test(text(stderr));
}

function resourcesOf(output: Output): readonly Value[] {
  if (output.code !== 0) return [];
  const read = json(text(output.stdout), "the objects") as { readonly items?: readonly unknown[] };
  return (read.items ?? [read]).map((each) => fromJson(each));
}

function holds(resource: Value, condition: Dict | undefined): boolean {
  if (!condition) return true;
  const type = condition.get("type");
  if (typeof type !== "string") throw new TaskFailed("wait_condition has no type, such as Ready");
  const found = conditionsOf(resource).find((each) => each.get("type") === type);
  const status = condition.get("status") ?? true;
  const reason = condition.get("reason");
  return (
    found !== undefined &&
    String(found.get("status")).toLowerCase() === String(status).toLowerCase() &&
    (reason === undefined || found.get("reason") === reason)
  );
}

function conditionsOf(resource: Value): readonly Dict[] {
  const status = resource instanceof Dict ? resource.get("status") : undefined;
  const conditions = status instanceof Dict ? status.get("conditions") : undefined;
  return Array.isArray(conditions) ? conditions.filter((each): each is Dict => each instanceof Dict) : [];
}
