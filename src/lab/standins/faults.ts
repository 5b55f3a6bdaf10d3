/** What can be wrong on a node, planted on a rehearsal host: each must be found, named and survived. */

import { sh } from "../../script/script.ts";
import type { RepositoryName } from "./package-list.ts";
import { runtimeProgram } from "./runtime-programs.ts";

export interface Fault {
  /** What is wrong then, for whoever plants it. */
  readonly says: string;
  /** The repository that the host installs from while it lasts. */
  readonly repository?: RepositoryName;
  /** sh, on the host as root. */
  readonly plant?: string;
  /** Takes it away again, whether it was planted or not. */
  readonly mend?: string;
}

const staleRunc = runtimeProgram({
  name: "docker-runc",
  version: "runc version 1.0.0-rc5\nspec: 1.0.1-dev",
  hasKmem: true,
});
const lockList = "/etc/dnf/plugins/versionlock.list";
const daemonJson = "/etc/docker/daemon.json";
const smallDisk = "/var/lib/kmend";
const kubeletConf = "/etc/kubernetes/kubelet.conf";
const cutOff = "/run/systemd/system/kubelet.service.d/90-cut-off.conf";

export const faults = {
  "kubelet-mislabelled": {
    says: "the kubelet that it can install says nokmem, and has kmem",
    repository: "mislabelled",
  },
  "kubelet-unhealthy": {
    says: "the kubelet that it can install never passes its health check",
    repository: "unhealthy",
  },
  "kubelet-dead": { says: "the kubelet that it can install does not start", repository: "dead" },
  "no-way-back": {
    says: "the packages that are installed can be had nowhere any more",
    repository: "newest",
  },
  locked: {
    says: "kubelet is locked at its version",
    plant: `[ -e ${lockList}.planted ] || cp -p ${lockList} ${lockList}.planted
dnf -q versionlock add kubelet`,
    mend: `[ ! -e ${lockList}.planted ] || mv ${lockList}.planted ${lockList}`,
  },
  "runtime-not-restarted": {
    says: "docker's configuration names another default runtime than the one that runs",
    plant: `[ -e ${daemonJson}.planted ] || cp -p ${daemonJson} ${daemonJson}.planted
printf '%s\\n' '{"default-runtime": "other", "live-restore": true, "runtimes": {"other": {"path": "/usr/bin/runc"}}}' >${daemonJson}`,
    mend: `[ ! -e ${daemonJson}.planted ] || mv ${daemonJson}.planted ${daemonJson}`,
  },
  "stale-runtime": {
    says: "an old runc with kmem, docker-runc, lies beside the clean one, and NVIDIA's shim prefers it",
    plant: sh`printf %s ${staleRunc} >/usr/bin/docker-runc && chmod 755 /usr/bin/docker-runc`.text,
    mend: "rm -f /usr/bin/docker-runc",
  },
  "inherited-kubepods": {
    says: "kubelet is swapped and restarted, and kubepods is from before",
    plant: "dnf -q -y install kubelet-1.15.5-1 >/dev/null && systemctl restart kubelet",
  },
  "full-disk": {
    says: `the disk that ${smallDisk} is on is full`,
    plant: `mkdir -p ${smallDisk}
mountpoint -q ${smallDisk} || mount -t tmpfs -o size=64k tmpfs ${smallDisk}
dd if=/dev/zero of=${smallDisk}/full bs=1k 2>/dev/null || :`,
    mend: `! mountpoint -q ${smallDisk} || umount ${smallDisk}`,
  },
  "kubelet-unknown": {
    says: "the API server does not know its kubelet's credentials: that one is well, and its node is lost",
    plant: `[ -e ${kubeletConf} ] || { echo "it is no node of a cluster" >&2; exit 1; }
[ -e ${kubeletConf}.planted ] || cp -p ${kubeletConf} ${kubeletConf}.planted
sed -i 's/token: .*/token: nobody/' ${kubeletConf} && systemctl try-restart kubelet`,
    mend: `[ ! -e ${kubeletConf}.planted ] || { mv ${kubeletConf}.planted ${kubeletConf} && systemctl try-restart kubelet; }`,
  },
  "kubelet-cut-off": {
    says: "its kubelet reaches no network: neither the API server nor who asks after its health",
    plant: `mkdir -p ${cutOff.slice(0, cutOff.lastIndexOf("/"))}
printf '[Service]\\nPrivateNetwork=yes\\n' >${cutOff}
systemctl daemon-reload && systemctl try-restart kubelet`,
    mend: `[ ! -e ${cutOff} ] || { rm ${cutOff} && systemctl daemon-reload && systemctl try-restart kubelet; }`,
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as readonly FaultName[];

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faults, name);
}
