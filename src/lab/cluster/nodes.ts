/** The lab's hosts as nodes of its cluster: each kubelet is given what kubeadm would give it, and registers itself. */

import { setTimeout as pause } from "node:timers/promises";
import { type Script, sh } from "../../script/script.ts";
import { execInHost } from "../exec.ts";
import type { LabNode } from "../fleet.ts";
import { type LabPlace, nodePlace } from "../place.ts";
import { kubectl } from "./kubectl.ts";

/** Where kubeadm puts them. */
const kubeconfig = "/etc/kubernetes/kubelet.conf";
const dropIn = "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf";

/** The pool that each host is in, by its place in the fleet: one to try everything on first, and the rest. */
export function poolOf(index: number): "canary" | "workers" {
  return index === 0 ? "canary" : "workers";
}

/** Gives each host's kubelet this kubeconfig and has it started again with it, where it runs. */
export async function joinNodes(
  lab: LabPlace,
  nodes: readonly LabNode[],
  kubeconfigOfNode: (node: LabNode) => Promise<string>,
): Promise<void> {
  const join = async (node: LabNode, index: number): Promise<void> => {
    const script = joinScript(await kubeconfigOfNode(node), dropInText(node, poolOf(index)));
    const { code, stderr } = await execInHost(nodePlace(lab, node.name).root, script.text);
    if (code !== 0) throw new Error(`Cannot make ${node.name} a node: ${stderr.trim()}`);
  };
  await Promise.all(nodes.map(join));
}

/** What it has already is left as it is, and its kubelet too. */
const joinScript = (text: string, unit: string): Script => sh`
printf %s ${text} >${kubeconfig}.new
printf %s ${unit} >/run/kmend-lab-kubeadm.conf
if cmp -s ${kubeconfig}.new ${kubeconfig} && cmp -s /run/kmend-lab-kubeadm.conf ${dropIn}; then
  rm ${kubeconfig}.new
  exit
fi
chmod 600 ${kubeconfig}.new && mv ${kubeconfig}.new ${kubeconfig} || exit
mkdir -p "$(dirname ${dropIn})" && cp /run/kmend-lab-kubeadm.conf ${dropIn} || exit
systemctl daemon-reload && systemctl try-restart kubelet
`;

const dropInText = ({ name }: LabNode, pool: string): string => `# As kubeadm's, by kmend lab cluster.
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--kubeconfig=${kubeconfig} --hostname-override=${name} --node-labels=kmend.dev/pool=${pool}"
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_EXTRA_ARGS
`;

/** Takes it away again from the hosts that run. The pods of the cluster end with it. */
export async function leaveNodes(lab: LabPlace, nodes: readonly LabNode[]): Promise<void> {
  const leave = sh`
[ -e ${kubeconfig} ] || [ -e ${dropIn} ] || exit 0
rm -f ${kubeconfig} ${kubeconfig}.planted ${dropIn}
rmdir "$(dirname ${dropIn})" 2>/dev/null
systemctl daemon-reload && systemctl try-restart kubelet
`;
  await Promise.all(nodes.map(({ name }) => execInHost(nodePlace(lab, name).root, leave.text)));
}

/** Waits until every host is a node that is ready; gives those that are not after a while, as their kubelet does not run, say. */
export async function notReady(
  lab: LabPlace,
  nodes: readonly LabNode[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    signal?.throwIfAborted();
    const ready = new Set(await readyNodes(lab));
    const missing = nodes.map(({ name }) => name).filter((name) => !ready.has(name));
    if (missing.length === 0 || performance.now() > deadline) return missing;
    await pause(pollMs);
  }
}

/** On an idle machine it takes three seconds. */
const readyWithinMs = 45_000;
const pollMs = 300;

const readiness = `{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}`;

async function readyNodes(lab: LabPlace): Promise<readonly string[]> {
  const { stdout } = await kubectl(lab, ["get", "nodes", `--output=jsonpath=${readiness}`]);
  return stdout
    .split("\n")
    .flatMap((line) => (line.endsWith("=True") ? [line.slice(0, -"=True".length)] : []));
}
