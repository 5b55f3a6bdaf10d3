/**
 * The memory hierarchy: for each cgroup whether its memory.kmem.slabinfo answers, the one sign that decides.
 *
 * The root's never answers, on any EL7 node: it is read and named, and nothing is concluded from it. Each group below
 * `kubepods` or `docker`, and each that answers, gets a row: path, state, reason, kmem limit, memory limit, kmem usage,
 * whether processes are inside. The others are counted.
 */

import { type Script, sh } from "../../script/script.ts";

export const cgroupSection: Script = sh`
if [ -e "$cgroup/memory.limit_in_bytes" ] || [ -e "$cgroup/memory.kmem.slabinfo" ]; then
  say ok cgroups.version "$cgroup" v1
elif [ -e "$cgroup/cgroup.controllers" ]; then
  say ok cgroups.version "$cgroup/cgroup.controllers" v2
  file cgroups.stat "$cgroup/cgroup.stat"
# Not by "..": under v2 there is no folder of memory to go up from.
elif [ -e "\${cgroup%/*}/cgroup.controllers" ]; then
  say ok cgroups.version "\${cgroup%/*}/cgroup.controllers" v2
  file cgroups.stat "\${cgroup%/*}/cgroup.stat"
else
  say unknown cgroups.version "$cgroup" 'no memory hierarchy and no cgroup.controllers: is the cgroup file system mounted?'
fi

# first FILE: its first line into $line, without a new process
first() { line=; { IFS= read -r line <"$1"; } 2>/dev/null; [ -n "$line" ]; }

# accounting DIRECTORY: on, off, or unknown and why
accounting() {
  why=
  if first "$1/memory.kmem.slabinfo"; then
    case $line in slabinfo*) state=on ;; *) state=unknown why="not a slabinfo: $line" ;; esac
    return
  fi
  state=unknown
  why=$(cat "$1/memory.kmem.slabinfo" 2>&1 >/dev/null) && why='empty: neither a header nor an error'
  case $why in *'Input/output error') state=off why= ;; *) why=\${why##*: } ;; esac
}

row() {
  first "$1/memory.kmem.limit_in_bytes"; kmem_limit=$line
  first "$1/memory.limit_in_bytes"; limit=$line
  first "$1/memory.kmem.usage_in_bytes"; usage=$line
  if first "$1/cgroup.procs"; then busy=yes; elif [ -r "$1/cgroup.procs" ]; then busy=no; else busy=; fi
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$state" "$why" "$kmem_limit" "$limit" "$usage" "$busy"
}

groups() {
  rows=0 silent=0 more=0
  accounting .; row .
  bounded 20 find . -mindepth 1 -type d | {
    while IFS= read -r directory; do
      case $directory in
        *kubepods* | ./docker/* | ./system.slice/docker-*)
          if [ "$rows" -ge 4000 ]; then more=$((more + 1)); continue; fi
          accounting "$directory"; rows=$((rows + 1)); row "$directory" ;;
        *)
          if first "$directory/memory.kmem.slabinfo"; then accounting "$directory"; row "$directory"
          else silent=$((silent + 1)); fi ;;
      esac
    done
    printf 'counted\\t%s\\t%s\\n' "$silent" "$more"
  }
}
if text=$(cd "$cgroup" 2>&1 && groups); then say ok cgroups.groups "$cgroup" "$text"
else say unknown cgroups.groups "$cgroup" "\${text##*: }"
fi
`;
