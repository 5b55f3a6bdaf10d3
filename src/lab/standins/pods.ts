/** Makes and removes pods on a host, through the kubelet and the runtime that are installed there. */

import { sh } from "../../script/script.ts";

/** Runs a script on a host as root. */
export type Exec = (script: string) => Promise<{
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}>;

export interface PodsOptions {
  /** `Burstable` pods have a memory limit; `BestEffort` ones have none. */
  readonly qos?: "Burstable" | "BestEffort";
  readonly timeoutS?: number;
}

/** Adds pods and waits until they run; or removes the oldest, and waits until nothing of them is left. */
export async function pods(
  exec: Exec,
  order: "create" | "delete",
  count: number,
  { qos = "Burstable", timeoutS = 60 }: PodsOptions = {},
): Promise<void> {
  const script = order === "create" ? createScript(count, qos, timeoutS) : deleteScript(count, timeoutS);
  const { code, stderr } = await exec(script);
  if (code !== 0) throw new Error(`Cannot ${order} ${count} pods: the host said: ${stderr.trim()}`);
}

/** The end of both scripts: waits for a condition over the pods named in $uids, and tells why when it is not met. */
const wait = (condition: string, timeoutS: number): string =>
  sh`
deadline=$(($(date +%s) + ${timeoutS}))
for uid in $uids; do
  until ${{ text: condition }}; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "pod $uid is not there yet after "${timeoutS}" s; kubelet's last words:" >&2
      journalctl --no-pager -q -o cat -n 3 -u kubelet >&2
      exit 1
    fi
    sleep 0.1
  done
done
`.text;

function createScript(count: number, qos: "Burstable" | "BestEffort", timeoutS: number): string {
  const memory =
    qos === "BestEffort" ? {} : { resources: { requests: { memory: "16Mi" }, limits: { memory: "64Mi" } } };
  const manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod-UID", uid: "UID" },
    spec: { containers: [{ name: "app", image: "rehearsal", ...memory }] },
  };
  return `${
    sh`uids=
for _ in $(seq ${count}); do
  uid=$(cat /proc/sys/kernel/random/uuid)
  printf %s ${JSON.stringify(manifest)} | sed "s/UID/$uid/g" >/etc/kubernetes/manifests/.new
  mv /etc/kubernetes/manifests/.new "/etc/kubernetes/manifests/$uid.json"
  uids="$uids $uid"
done`.text
  }${wait("[ -e /var/lib/kubelet/pods/$uid/running ]", timeoutS)}`;
}

function deleteScript(count: number, timeoutS: number): string {
  return `${
    sh`cd /etc/kubernetes/manifests || exit 1
uids=$(ls -tr ./*.json 2>/dev/null | head -n ${count} | sed 's|^./||; s|[.]json$||')
for uid in $uids; do rm -f "$uid.json"; done`.text
  }${wait("[ ! -e /var/lib/kubelet/pods/$uid ]", timeoutS)}`;
}
