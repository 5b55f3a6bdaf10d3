/** The control plane's four processes: what each is started with. All listen on 127.0.0.1 only. */

import { join } from "node:path";
import { type ClusterPlace, kubeconfigOf } from "./cluster-place.ts";

/** Ports of 127.0.0.1 that nothing else had when the cluster was made. */
export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly api: number;
}

export type ComponentName = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler";

export interface Component {
  readonly name: ComponentName;
  readonly args: readonly string[];
}

/** etcd and the API server, before which nothing else has anybody to talk to. */
export function storeAndApi(place: ClusterPlace, { etcd, etcdPeer, api }: Ports): readonly Component[] {
  const client = `http://127.0.0.1:${etcd}`;
  const peer = `http://127.0.0.1:${etcdPeer}`;
  return [
    {
      name: "etcd",
      args: [
        `--data-dir=${place.data}`,
        ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
        ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`],
        `--initial-cluster=default=${peer}`,
        "--unsafe-no-fsync", // a rehearsal's data may be lost with its machine
      ],
    },
    {
      name: "kube-apiserver",
      args: [
        `--etcd-servers=${client}`,
        ...["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", `--secure-port=${api}`],
        `--cert-dir=${place.certificates}`,
        `--token-auth-file=${place.tokens}`,
        ...["--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction"],
        // No pod here talks to the API: none needs an account, and none has a token mounted.
        "--disable-admission-plugins=ServiceAccount",
        ...[
          "--service-account-issuer=https://kubernetes.default.svc",
          "--service-cluster-ip-range=10.96.0.0/24",
        ],
        `--service-account-key-file=${place.serviceAccountKey}`,
        `--service-account-signing-key-file=${place.serviceAccountKey}`,
        // It would publish its own address as a Service's, and refuses to for a loopback one.
        "--endpoint-reconciler-type=none",
        // How long pods stay on a node that is lost. The usual five minutes are longer than a rehearsal.
        `--default-not-ready-toleration-seconds=${lostNodeS}`,
        `--default-unreachable-toleration-seconds=${lostNodeS}`,
      ],
    },
  ];
}

/** What acts on what is in the API. */
export function controllers(place: ClusterPlace): readonly Component[] {
  const alone = ["--leader-elect=false", "--port=0", "--secure-port=0"];
  return [
    {
      name: "kube-controller-manager",
      args: [
        `--kubeconfig=${kubeconfigOf(place, "controllers")}`,
        ...alone,
        // The stand-in kubelet renews its lease every two seconds; the real ones have 10 s and 40 s.
        ...["--node-monitor-period=1s", "--node-monitor-grace-period=8s"],
        `--pod-eviction-timeout=${lostNodeS}s`,
      ],
    },
    { name: "kube-scheduler", args: [`--kubeconfig=${kubeconfigOf(place, "scheduler")}`, ...alone] },
  ];
}

const lostNodeS = 60;

/** Whether a command line is that of a process of this cluster: it has one of its files or folders as an option. */
export function isOfCluster(place: ClusterPlace, argv: readonly string[]): boolean {
  return argv.some((word) => word.startsWith("--") && word.includes(`=${join(place.folder, "/")}`));
}
