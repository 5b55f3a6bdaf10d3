/** A rehearsal host on which the real kubelet runs, alone, over a real containerd. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { debianIn } from "../../src/lab/cluster/debian.ts";
import { execOnNode } from "../../src/lab/lab.ts";
import type { TestLab } from "../lab/with-lab.ts";

/** Puts what the real kubelet needs on the host, and these packages into a repository there; the first of them is installed. */
export async function makeReal(
  lab: TestLab,
  host: string,
  given: { readonly cache: string; readonly rpms: readonly string[] },
): Promise<void> {
  const root = join(lab.state, "lab", lab.name, "nodes", host, "root");
  const debian = debianIn(given.cache);
  for (const name of ["containerd", "runc"])
    cpSync(await debian.packageFiles(name), join(root, "opt/real"), { recursive: true });
  const repository = join(root, "srv/built");
  mkdirSync(repository, { recursive: true });
  for (const rpm of given.rpms) cpSync(rpm, join(repository, rpm.split("/").at(-1) ?? ""));
  execFileSync("createrepo_c", ["--quiet", repository]);
  const { code, stderr } = await execOnNode(lab, host, setUp(given.rpms[0]?.split("/").at(-1) ?? ""));
  if (code !== 0) throw new Error(`${host} cannot be made real: ${stderr}`);
}

// In a container the kernel's settings are read-only and its messages are not there; kubelet writes the one and opens the other.
// It makes no cgroups (--cgroups-per-qos=false): the EL7 kernel is a model here, and it is the swap that is tried.
const setUp = (rpm: string): string => `set -e
cat > /usr/local/sbin/make-room << 'SH'
#!/bin/sh
[ -e /dev/kmsg ] || : > /dev/kmsg
for setting in vm/overcommit_memory kernel/panic kernel/panic_on_oops; do
  mkdir -p "/run/settings/\${setting%/*}"
  cat "/proc/sys/$setting" > "/run/settings/$setting"
  mount --bind "/run/settings/$setting" "/proc/sys/$setting"
done
SH
chmod 755 /usr/local/sbin/make-room
printf 'version = 2\\nroot = "/var/lib/real"\\nstate = "/run/real/state"\\n[grpc]\\n  address = "/run/real/containerd.sock"\\n' > /etc/real.toml
cat > /etc/systemd/system/real-containerd.service << 'UNIT'
[Service]
Type=notify
Environment=PATH=/opt/real/usr/bin:/opt/real/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin
ExecStartPre=/usr/local/sbin/make-room
ExecStart=/opt/real/usr/bin/containerd --config /etc/real.toml
UNIT
systemctl stop kubelet
systemctl daemon-reload
systemctl start real-containerd
. /etc/sysconfig/kubelet
address=\${KUBELET_EXTRA_ARGS##*--healthz-bind-address=}; address=\${address%% *}
cat > /etc/sysconfig/kubelet << SETTINGS
KUBELET_EXTRA_ARGS="--healthz-bind-address=$address --address=$address --read-only-port=0 --container-runtime=remote --container-runtime-endpoint=unix:///run/real/containerd.sock --cgroup-driver=cgroupfs --cgroups-per-qos=false --enforce-node-allocatable= --fail-swap-on=false"
SETTINGS
printf '[built]\\nname=built\\nbaseurl=file:///srv/built\\nenabled=1\\ngpgcheck=0\\n' > /etc/yum.repos.d/built.repo
rpm -U --force --nosignature /srv/built/${rpm}
systemctl daemon-reload
systemctl start kubelet
`;
