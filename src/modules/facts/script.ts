/** One script for all facts that were asked for: raw texts in records, read on the controller. */

import { join, raw, type Script, sh } from "../../script/script.ts";
import type { Subset } from "./subset.ts";

export function factsScript(subsets: ReadonlySet<Subset>, factPath: string): Script {
  const parts = [
    ...(subsets.has("min") ? [minimum, local(factPath)] : []),
    ...(subsets.has("hardware") ? [hardware] : []),
    ...(subsets.has("network") ? [network] : []),
    ...(subsets.has("virtual") ? [virtual] : []),
  ];
  return sh`(
LC_ALL=C; export LC_ALL
say() { printf '\\036%s\\037%s' "$1" "$2"; }
bounded() { if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift; "$@"; fi; }
${join(parts)}
:
) 2>/dev/null`;
}

/** Before LC_ALL is set, the environment would be the task's own: it is taken out again when read. */
const minimum: Script = sh`
say uname "$(uname -s; uname -n; uname -r; uname -v; uname -m)"
say osrelease "$(cat /proc/sys/kernel/osrelease)"
say fqdn "$(hostname -f || hostname)"
say os "$(cat /etc/os-release || cat /usr/lib/os-release)"
say redhat "$(cat /etc/redhat-release || cat /etc/system-release)"
say debian "$(cat /etc/debian_version)"
say env "$(cat /proc/self/environ | tr '\\000' '\\035')"
say cmdline "$(cat /proc/cmdline)"
say date "$(date '+%Y|%m|%d|%H|%M|%S|%s|%N|%Z|%z|%A|%w|%W')"
say user "$(id -un; id -u; id -g; id -ru; id -rg)"
say passwd "$(getent passwd "$(id -u)" || grep "^$(id -un):" /etc/passwd)"
say init "$(cat /proc/1/comm)"
[ ! -d /run/systemd/system ] || say systemd yes
say tools "$(for tool in dnf yum apt-get zypper apk pacman; do ! command -v $tool >/dev/null || echo $tool; done)"
say machine_id "$(cat /etc/machine-id || cat /var/lib/dbus/machine-id)"
say resolv "$(cat /etc/resolv.conf)"
say fips "$(cat /proc/sys/crypto/fips_enabled)"
say bits "$(getconf LONG_BIT)"
[ ! -d /sys/fs/selinux ] || say selinux "$(getenforce; cat /sys/fs/selinux/policyvers; sed -n 's/^SELINUX=//p; s/^SELINUXTYPE=//p' /etc/selinux/config)"
[ ! -e /sys/kernel/security/apparmor ] || say apparmor enabled
say host_keys "$(cat /etc/ssh/ssh_host_*_key.pub)"
root=$(stat -c %d:%i /proc/1/root/.); [ -z "$root" ] || [ "$root" = "$(stat -c %d:%i /)" ] || say chroot yes
`;

function local(factPath: string): Script {
  return sh`for fact in ${factPath}/*.fact; do
  [ -e "$fact" ] || continue
  name=\${fact##*/}; name=\${name%.fact}
  if [ -x "$fact" ]; then
    if text=$(bounded 10 "$fact" </dev/null); then say "local.$name" "$text"; else say "local.$name" "error: $fact exited with $?"; fi
  else say "local.$name" "$(cat "$fact")"
  fi
done`;
}

const hardware: Script = sh`
say cpuinfo "$(grep -E '^(processor|Processor|vendor_id|model name|physical id|siblings|cpu cores)[[:space:]]*:' /proc/cpuinfo)"
say nproc "$(nproc)"
say meminfo "$(cat /proc/meminfo)"
say uptime "$(cat /proc/uptime)"
say loadavg "$(cat /proc/loadavg)"
say mounts "$(cat /etc/mtab || cat /proc/mounts)"
say uuids "$(ls -l /dev/disk/by-uuid)"
say sizes "$(cut -d ' ' -f 1,2 /proc/mounts | sort -u | while read -r device mount; do
  case $device in /* | *:/*) ;; *) continue ;; esac
  mount=$(printf %b "$mount")
  printf '%s\\t%s\\n' "$(bounded 5 stat -f -c '%a %b %S %c %d' -- "$mount")" "$mount"
done)"
say dmi "$(cd /sys/class/dmi/id && for name in bios_date bios_vendor bios_version board_asset_tag board_name board_serial board_vendor board_version chassis_asset_tag chassis_serial chassis_vendor chassis_version product_name product_serial product_uuid product_version sys_vendor; do
  ! value=$(cat $name) || echo "$name=$value"
done)"
`;

const network: Script = sh`
if command -v ip >/dev/null; then
  say links "$(ip -o link)"
  say addresses "$(ip -o addr)"
  say route4 "$(ip -4 route get 8.8.8.8)"
  say route6 "$(ip -6 route get 2001:4860:4860::8888)"
  say default4 "$(ip -4 route show default)"
  say default6 "$(ip -6 route show default)"
fi
`;

const virtual: Script = raw(`
if command -v systemd-detect-virt >/dev/null; then say virt "$(systemd-detect-virt)"
elif [ -e /.dockerenv ]; then say virt docker
fi
`);
