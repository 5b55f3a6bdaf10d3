/** The scripts that cordon, drain and uncordon a node, and those that take it back. */

import { raw, type Script, sh } from "../../script/script.ts";
import { type Cluster, kubectl } from "./kubectl.ts";

/** An API that is away is asked again this long before a node is left as it is. */
const patienceS = 180;

export interface DrainOptions {
  readonly force: boolean;
  readonly ignoreDaemonSets: boolean;
  readonly deleteLocalData: boolean;
  readonly disableEviction: boolean;
  /** In seconds; null: each pod's own. */
  readonly gracePeriodS: number | null;
  /** In seconds; 0: for ever. */
  readonly timeoutS: number;
  readonly podSelector: string | null;
}

/** `persist S COMMAND`: again and again while the API is away, for S seconds. What it said is in $tmp/said. */
function functions(cluster: Cluster): Script {
  return sh`${kubectl(cluster)}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
persist() {
  until=$(($(date +%s) + $1)); shift
  while :; do
    "$@" >"$tmp/out" 2>"$tmp/said" && return 0
    away "$tmp/said" && [ "$(date +%s)" -lt "$until" ] || return 1
    sleep 2
  done
}`;
}

/** Marks the node for new pods, or against them. What stands so already stays so. */
export function markScript(cluster: Cluster, node: string, isSchedulable: boolean): Script {
  return sh`(
${functions(cluster)}
persist ${patienceS} k ${isSchedulable ? "uncordon" : "cordon"} ${node} || { cat "$tmp/said" >&2; exit 1; }
cat "$tmp/out"
)`;
}

/**
 * Cordons and drains. Where that does not come to an end the node is marked as it was before, and what stood against it is said: each
 * pod that is still there, with the budgets that it counts for.
 */
export function drainScript(given: {
  readonly cluster: Cluster;
  readonly node: string;
  readonly options: DrainOptions;
  readonly wasSchedulable: boolean;
  /** `NAMESPACE/NAME` of each pod that is to leave, with the budgets that it counts for. */
  readonly pods: readonly { readonly pod: string; readonly budgets: readonly string[] }[];
}): Script {
  const { cluster, node, options, pods } = given;
  const table = pods.map(({ pod, budgets }) => `${pod} ${budgets.join(",") || "-"}`).join("\n");
  return sh`(
${functions(cluster)}
persist ${patienceS} k cordon ${node} || { cat "$tmp/said" >&2; exit 1; }
local_data=--delete-emptydir-data
k drain --help 2>/dev/null | grep -q -e "$local_data" || local_data=--delete-local-data
end=$(($(date +%s) + ${options.timeoutS}))
while :; do
  left=${options.timeoutS === 0 ? raw("0") : raw("$((end - $(date +%s)))")}
  [ ${options.timeoutS} -eq 0 ] || [ "$left" -ge 1 ] || left=1
  k drain ${node} --timeout="$left"s ${drainFlags(options)} >"$tmp/out" 2>"$tmp/said"
  code=$?
  [ $code -ne 0 ] || { cat "$tmp/out"; exit 0; }
  away "$tmp/said" || break
  [ ${options.timeoutS} -eq 0 ] || [ "$(date +%s)" -lt "$end" ] || break
  sleep 2
done
cp "$tmp/said" "$tmp/why"
{
echo ${`Cannot drain node ${node}${options.timeoutS === 0 ? "" : ` within ${options.timeoutS} s`}:`}
if k get pods --all-namespaces --field-selector ${`spec.nodeName=${node}`} --no-headers -o custom-columns=A:.metadata.namespace,B:.metadata.name,C:.metadata.deletionTimestamp >"$tmp/pods" 2>/dev/null; then
  printf '%s\\n' ${table} | while read -r pod budgets; do
    state=$(awk -v pod="$pod" '$1 "/" $2 == pod { print $3 }' "$tmp/pods")
    if [ -z "$state" ]; then continue; fi
    if [ "$state" != '<none>' ]; then echo "  pod $pod is terminating since $state, and does not end"
    elif grep -q -e "disruption budget" "$tmp/why" && [ "$budgets" != - ]; then echo "  pod $pod may not be evicted by PodDisruptionBudget $budgets of its namespace"
    else echo "  pod $pod is still there"
    fi
  done
fi
grep -v -e 'will retry after' -e '^WARNING' -e '^There are pending nodes' -e '^ *$' -e ${`^ ${node}$`} "$tmp/why" | sed 's/^/  kubectl: /' | tail -n 5
} >"$tmp/report"
${
  given.wasSchedulable
    ? sh`if persist ${patienceS} k uncordon ${node}; then echo ${"  The node takes pods again, as before; those that were evicted are elsewhere."} >>"$tmp/report"
else { echo ${`  The node still takes no pods. Once the API answers:\n    kubectl uncordon ${node}`}; sed 's/^/  kubectl: /' "$tmp/said"; } >>"$tmp/report"
fi`
    : sh`echo ${"  The node took no pods before, and takes none now."} >>"$tmp/report"`
}
cat "$tmp/report" >&2
exit 1
)`;
}

function drainFlags(options: DrainOptions): Script {
  const flags: Script[] = [
    ...(options.force ? [raw("--force")] : []),
    ...(options.ignoreDaemonSets ? [raw("--ignore-daemonsets")] : []),
    ...(options.deleteLocalData ? [raw('"$local_data"')] : []),
    ...(options.disableEviction ? [raw("--disable-eviction")] : []),
    ...(options.gracePeriodS === null ? [] : [sh`--grace-period=${String(options.gracePeriodS)}`]),
    ...(options.podSelector === null ? [] : [sh`--pod-selector=${options.podSelector}`]),
  ];
  return sh`${flags}`;
}
