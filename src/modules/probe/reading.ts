/** How the memory cgroup of a throw-away container is found and read while it lives, the same by whomever it was started. */

import { type Script, sh } from "../../script/script.ts";

/** In bytes; only to be told apart from no limit. */
export const limit = 104_857_600;

/**
 * `find_group NAME` puts its directory into `$path`, relative to `$memory`, or nothing. `tell RUNTIME SAID` prints how its
 * accounting reads: on, off, `none` where the kernel has no such file, `unknown`, or `lost`.
 */
export const reading: Script = sh`
memory=/sys/fs/cgroup/memory
[ -d "$memory" ] || memory=/sys/fs/cgroup
# By its name: a wrong directory, the root's above all, would say "off" of anything.
find_group() { path=$(cd "$memory" && find . -type d -name "*$1*" 2>/dev/null | sed -n '1s/^[.]//p'); }
one_line() { printf '%s' "$1" | tr '\\n\\t' '  '; }
tell() {
  slabinfo=unknown line=
  if [ -z "$path" ]; then slabinfo=lost
  elif [ ! -e "$memory$path/memory.kmem.slabinfo" ]; then slabinfo=none
  elif { IFS= read -r line <"$memory$path/memory.kmem.slabinfo"; } 2>/dev/null; then
    case $line in slabinfo*) slabinfo=on ;; esac
  else
    case $(cat "$memory$path/memory.kmem.slabinfo" 2>&1 >/dev/null) in *'Input/output error') slabinfo=off ;; esac
  fi
  printf 'ran\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$slabinfo" "$(cat "$memory$path/memory.kmem.limit_in_bytes" 2>/dev/null)" "$(one_line "$2")"
}
`;
