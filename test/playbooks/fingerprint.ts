/** What a remedy may change on a host, read from outside kmend: taken before it and after its rollback, the two are equal. */

import { execOnNode, type LabOptions } from "../../src/lab/lab.ts";

/** A section's name and what was read, one line a fact. A difference that is meant is written out as that section's text. */
export type Fingerprint = Readonly<Record<Section, string>>;

type Section = keyof typeof sections;

// Of folders names only, no times: what was put there and taken away leaves a newer time.
const sections = {
  packages: "rpm -qa | sort; cat /etc/dnf/plugins/versionlock.list",
  programs:
    "ls /usr/bin /usr/sbin; cd /usr/bin && sha256sum kubelet *runc* docker* && stat -c '%n %a %U %G' kubelet *runc* docker*",
  settings:
    "find /etc -xdev -type f -exec sha256sum {} + | sort -k 2; find /etc -xdev -printf '%p %m %u %g %l\\n' | sort",
  boot: "find /boot -type f -exec sha256sum {} + | sort -k 2; find /boot -printf '%p %m\\n' | sort; grubby --default-kernel; grubby --info=ALL",
  booted: "cat /proc/cmdline",
  units:
    "systemctl show -p Id,LoadState,ActiveState,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload kubelet docker",
  accounting: `cd /sys/fs/cgroup/memory && for each in kubepods kubepods/burstable kubepods/besteffort; do
  cat $each/memory.kmem.slabinfo >/dev/null 2>&1 && echo "$each on" || echo "$each off"
done`,
  pods: "find /sys/fs/cgroup/memory/kubepods* -name cgroup.procs -exec cat {} + | sort -n",
  saved: "find /var/lib/kmend/packages -type f 2>/dev/null; ls /etc/kubernetes/manifests",
} as const;

/** The section `accounting` of a host whose kubepods was made again. */
export const accountingIsOff = "kubepods off\nkubepods/burstable off\nkubepods/besteffort off\n";

/** Reads a host's fingerprint, in one go. */
export async function fingerprintOf(lab: LabOptions, host: string): Promise<Fingerprint> {
  const script = Object.entries(sections).map(([name, read]) => `echo '## ${name}'; (${read})`);
  const { stdout } = await execOnNode(lab, host, script.join("\n"));
  const read = stdout.split(/^## /m).slice(1);
  return Object.fromEntries(
    read.map((each) => [each.slice(0, each.indexOf("\n")), each.slice(each.indexOf("\n") + 1)]),
  ) as Fingerprint;
}
