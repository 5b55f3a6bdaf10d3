/** Packages: what is locked, what lies in caches, what repositories offer; the way back is chosen from these. */

import { type Script, sh } from "../../script/script.ts";

export const packageSection: Script = sh`
for path in /etc/yum/pluginconf.d/versionlock.list /etc/dnf/plugins/versionlock.list; do
  [ ! -e "$path" ] || file "lock.$path" "$path"
done
if command -v rpm >/dev/null 2>&1; then
  say ok packages.cached /var/cache "$(bounded 10 find /var/cache/dnf /var/cache/yum /var/lib/kmend -name '*.rpm' 2>/dev/null |
    grep -E '/(kubelet|docker|containerd|runc|nvidia|libnvidia)[^/]*$' | head -n 100)"
  if [ "$repositories" = yes ]; then
    if command -v dnf >/dev/null 2>&1; then offers=dnf; else offers=yum; fi
    ran packages.available "$offers" -C -q list --showduplicates kubelet docker-ce containerd.io runc nvidia-container-runtime
  fi
fi
`;
