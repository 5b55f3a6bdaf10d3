/** Packages: what is locked, what lies in caches, what repositories offer; the way back is chosen from these. */

import { type Script, sh } from "../../script/script.ts";

export const packageSection: Script = sh`
for path in "$host/etc/yum/pluginconf.d/versionlock.list" "$host/etc/dnf/plugins/versionlock.list"; do
  [ ! -e "$path" ] || file "lock.$path" "$path"
done
# apt keeps its holds here; apt-mark would open all of apt's lists to tell them, which takes most of a second.
if command -v dpkg >/dev/null 2>&1; then
  if text=$(bounded 10 dpkg --get-selections 2>&1); then
    say ok 'lock.dpkg --get-selections' 'dpkg --get-selections' "$(printf '%s\\n' "$text" | awk '$2 == "hold" { print $1 }')"
  else say unknown 'lock.dpkg --get-selections' 'dpkg --get-selections' "exited with $?"
  fi
fi

# What a repository or the tool itself leaves out: as firm as a lock, and where kubernetes' own documents have one put.
excluded() {
  for path in "$host/etc/yum.conf" "$host/etc/dnf/dnf.conf" "$host"/etc/yum.repos.d/*.repo; do
    if [ ! -e "$path" ]; then continue; fi
    [ -r "$path" ] || { printf '%s: Permission denied\\n' "$path"; return 1; }
    sed -n "s|^[[:space:]]*\\(exclude[a-z]*[[:space:]]*=[[:space:]]*[^[:space:]]\\)|\${path#"$host"}:\\1|p" "$path"
  done
}
if text=$(excluded); then say ok packages.excludes '/etc/yum.conf, /etc/dnf/dnf.conf, /etc/yum.repos.d' "$text"
else say unknown packages.excludes "\${text%:*}" "\${text##*: }"
fi

# cached FOLDERS...: the packages of kubelet and the runtimes that lie there
cached() {
  bounded 10 find "$@" '(' -name '*.rpm' -o -name '*.deb' ')' 2>/dev/null |
    grep -E '/(kubelet|docker|containerd|runc|nvidia|libnvidia)[^/]*$' | head -n 100
}
caches() {
  for folder in "$host/var/cache/dnf" "$host/var/cache/yum" "$host/var/cache/apt/archives" "$host/var/lib/kmend"; do
    if [ -e "$folder" ] && [ ! -r "$folder" ]; then printf '%s\\n' "$folder"; fi
  done
}
closed=$(caches)
if [ -n "$closed" ]; then say unknown packages.cached "$closed" 'Permission denied'; else
say ok packages.cached /var/cache "$(cached "$host/var/cache/dnf" "$host/var/cache/yum" "$host/var/cache/apt/archives" "$host/var/lib/kmend")"
fi
if [ "$repositories" = yes ]; then
  set -- kubelet docker-ce containerd.io runc nvidia-container-runtime
  if command -v dnf >/dev/null 2>&1; then ran packages.available dnf -C -q list --showduplicates "$@"
  elif command -v yum >/dev/null 2>&1 || ! command -v apt-cache >/dev/null 2>&1; then
    ran packages.available yum -C -q list --showduplicates "$@"
  else ran packages.available apt-cache madison "$@"
  fi
fi

# Where a change keeps what it takes back with, or the folder that it would be made in.
folder=/var/lib/kmend
while [ ! -d "$host$folder" ] && [ "$folder" != / ]; do folder=\${folder%/*} folder=\${folder:-/}; done
if text=$(bounded 5 df -Pk "$host$folder" 2>&1); then
  mount=$(printf '%s\\n' "$text" | awk 'NR > 1 { print $6; exit }')
  options=$(awk -v mount="$mount" '$2 == mount { options = $4 } END { print options }' "$proc/mounts" 2>/dev/null)
  say ok disk.way_back "$folder" "$text
options $options"
else say unknown disk.way_back "$folder" "\${text##*: }"
fi
`;
