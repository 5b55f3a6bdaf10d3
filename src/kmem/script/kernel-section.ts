/** The kernel: which one runs (not what uname says in a container), what it was booted with, what it complained of. */

import { type Script, sh } from "../../script/script.ts";

export const kernelSection: Script = sh`
file kernel.release "$proc/sys/kernel/osrelease"
file kernel.command_line "$proc/cmdline"
file kernel.boot_id "$proc/sys/kernel/random/boot_id"
file kernel.os "$host/etc/os-release"
file kernel.num_cgroups "$proc/cgroups"
config=$host/boot/config-$(cat "$proc/sys/kernel/osrelease" 2>/dev/null)
if text=$(grep '^CONFIG_MEMCG_KMEM=' "$config" 2>&1); then say ok kernel.config "$config" "$text"
elif [ -r "$config" ]; then say ok kernel.config "$config" n
else say unknown kernel.config "$config" "\${text##*: }"
fi
file kernel.boot_defaults "$host/etc/default/grub"

images() {
  for image in "$host"/boot/vmlinuz-*; do [ ! -e "$image" ] || printf '%s\\n' "\${image##*/vmlinuz-}"; done
}
if text=$(ls "$host/boot" 2>&1); then say ok kernel.images "$host/boot/vmlinuz-*" "$(images)"
else say unknown kernel.images "$host/boot" "\${text##*: }"
fi
ran kernel.packages rpm -q --qf '%{VERSION}-%{RELEASE}.%{ARCH}\\n' kernel
ran kernel.default grubby --default-kernel
# Debian's sign, and which packages asked for it; without the folder nobody could have left it.
required=$host/var/run/reboot-required
if [ -e "$required" ]; then say ok kernel.reboot_required "$required" "needed: $({ tr '\\n' ' ' <"$required.pkgs"; } 2>/dev/null)"
elif text=$(ls -d "\${required%/*}/." 2>&1); then say ok kernel.reboot_required "$required" 'not needed'
else say unknown kernel.reboot_required "\${required%/*}" "\${text##*: }"
fi

# Wider than the signs of the leak: what looks like them is to be told apart, not overlooked.
telling() {
  grep -iE 'SLUB: Unable to allocate|cache: |memory\\.kmem|nf_conntrack_.*error -12|inotify_add_watch|cgroup/memory/.*(no space left|cannot allocate)' |
    tail -n 40
}
if text=$(bounded 5 dmesg 2>&1); then say ok kernel.messages dmesg "$(printf '%s\\n' "$text" | telling)"
else say unknown kernel.messages dmesg "\${text##*: }"
fi
set -- journalctl --no-pager -o cat -n 2000 -u kubelet.service -u docker.service -u containerd.service -u crio.service
if ! command -v journalctl >/dev/null 2>&1; then say unknown services.messages "$*" 'no such command: journalctl'
elif text=$(bounded 5 "$@" 2>&1 </dev/null); then say ok services.messages "$*" "$(printf '%s\\n' "$text" | telling)"
else say unknown services.messages "$*" "exited with $?\${text:+: $text}"
fi
`;
