/** The kernel: which one runs (not what uname says in a container), what it was booted with, what it complained of. */

import { type Script, sh } from "../../script/script.ts";

export const kernelSection: Script = sh`
file kernel.release "$proc/sys/kernel/osrelease"
file kernel.command_line "$proc/cmdline"
file kernel.boot_id "$proc/sys/kernel/random/boot_id"
file kernel.os /etc/os-release
file kernel.num_cgroups "$proc/cgroups"
config=/boot/config-$(cat "$proc/sys/kernel/osrelease" 2>/dev/null)
if text=$(grep '^CONFIG_MEMCG_KMEM=' "$config" 2>&1); then say ok kernel.config "$config" "$text"
elif [ -r "$config" ]; then say ok kernel.config "$config" n
else say unknown kernel.config "$config" "\${text##*: }"
fi
if text=$(bounded 5 dmesg 2>&1); then
  text=$(printf '%s\\n' "$text" | grep -E 'SLUB: Unable to allocate memory|cache: .*\\([0-9]+:|memory\\.kmem' | tail -n 20)
  say ok kernel.messages dmesg "$text"
else say unknown kernel.messages dmesg "\${text##*: }"
fi
ran disk.way_back df -Pk /var/lib
`;
