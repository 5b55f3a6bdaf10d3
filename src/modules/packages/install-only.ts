/** Packages of which several versions lie side by side: to install one replaces no other. */

import { raw, type Script } from "../../script/script.ts";
import type { Nevra } from "./nevra.ts";

/** Kernels and what is built for one. Source: `installonlypkgs` in yum.conf(5) and dnf.conf(5), with what EL8's and later kernels
 *  provide as `installonlypkg(kernel)`; kernel-headers and kernel-tools are no such packages. */
export function isInstallOnly({ name }: Pick<Nevra, "name">): boolean {
  return /^kernel(-(PAE|smp|bigmem|enterprise|unsupported|debug|rt|lt|ml))*(-(core|devel|source|modules(-(core|extra|internal))?))?$/.test(
    name,
  );
}

/** Yum and dnf take the oldest away when there are too many (EL7 keeps 5, EL8 3), and nothing of it is kept: not by kmend's doing. */
export const keepsAll = "--setopt=installonly_limit=0";

/** Ends a revert that would take away the kernel that runs, before anything is touched: its modules would go with it, and yum and
 *  dnf refuse the same. `$come` names what is to go, a line each as the notes have it. */
export const runningKernelStays: Script = raw(`release=$(cat /proc/sys/kernel/osrelease)
for each in $(rpm -qf --qf '%{NAME}-%{EPOCHNUM}:%{VERSION}-%{RELEASE}.%{ARCH}\\n' "/boot/vmlinuz-$release" "/lib/modules/$release" 2>/dev/null | sort -u); do
  printf '%s\\n' "$come" | grep -qxF -e "$each" || continue
  echo "Cannot take away $(printf '%s' "$each" | sed 's/-0:/-/'): it is the kernel that runs, and its modules would go with it. The host awaits a reboot into the kernel from before; after it take this back once more. No package was touched" >&2
  exit 1
done`);
