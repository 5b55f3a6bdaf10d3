/** Everything that tells whether a node can live on cgroup v2, in one round trip. It reads; it changes nothing. */

import { binarySection, kubeletSection, runtimeSection, words } from "../../kmem/kmem.ts";
import { type Script, sh } from "../../script/script.ts";

export interface Roots {
  /** Where cgroups are mounted. */
  readonly cgroup?: string;
  readonly proc?: string;
}

export function readinessScript({ cgroup = "/sys/fs/cgroup", proc = "/proc" }: Roots = {}): Script {
  return sh`(
LC_ALL=C; export LC_ALL
cgroup=${cgroup} proc=${proc}
${words}${binarySection}${kubeletSection}${runtimeSection}${hostSection}${processSection}
:
)`;
}

const hostSection: Script = sh`
# A node that has both, v2 without controllers beside v1, is on v1: that is where memory is counted.
if [ -e "$cgroup/memory/memory.limit_in_bytes" ]; then say ok hierarchy "$cgroup/memory/memory.limit_in_bytes" v1
elif [ -e "$cgroup/cgroup.controllers" ]; then say ok hierarchy "$cgroup/cgroup.controllers" v2
else say unknown hierarchy "$cgroup" 'neither memory/memory.limit_in_bytes nor cgroup.controllers is there'
fi
file kernel "$proc/sys/kernel/osrelease"
file command_line "$proc/cmdline"
ran systemd systemctl --version
ran version.docker docker version --format '{{.Server.Version}}'
ran version.containerd containerd --version
ran version.crio crio --version
# As its files have it, all of them together: what it will be after the reboot that the switch needs.
ran config.containerd containerd config dump
ran config.crio crio config
`;

/** Java finds its limits in cgroup files by itself, and a cAdvisor of its own reads them: the two that show. */
const processSection: Script = sh`
for process in "$proc"/[0-9]*; do
  name=; { IFS= read -r name <"$process/comm"; } 2>/dev/null
  case $name in
    java)
      if exe=$(readlink "$process/exe"); then
        home=\${exe%/bin/java}; release=$process/root\${home%/jre}/release
        [ -e "$release" ] || release=$process/root$home/release
        file "process.java.\${process##*/}" "$release"
      else say unknown "process.java.\${process##*/}" "$process/exe" 'its program could not be read'
      fi ;;
    cadvisor)
      say unknown "process.cadvisor.\${process##*/}" "$process/comm" 'its version does not show from outside' ;;
  esac
done
`;
