/**
 * Makes a tree of cgroups again beside the old one and moves every process into it; or back. Nothing is killed: a
 * process runs on wherever it is, with its limits, at each moment of it.
 */

import { type Script, sh } from "../../script/script.ts";
import { carriedFiles, getFunction, startFunction } from "./cgroup-tree.ts";

/** Where the tree stands while its processes move. Whoever finds it knows whose it is. */
export const aside = "kubepods.kmend-old";

/** Rounds of moving the processes of one directory: those that fork meanwhile take another. */
const rounds = 200;

const functions: Script = sh`${getFunction}
${startFunction}
old=${aside}
# set_to FILE VALUE: in $said why it can't be
set_to() {
  { printf '%s\\n' "$2" >"$1"; } 2>/dev/null || said=$({ printf '%s\\n' "$2" >"$1"; } 2>&1)
}

# make_twins: the same directories with the same settings, parents first; each is set before it has children
make_twins() {
  find "$old" -type d | while IFS= read -r directory; do
    twin=kubepods\${directory#"$old"}
    [ -d "$twin" ] || said=$(mkdir "$twin" 2>&1) || { echo "Cannot make $twin: \${said##*: }"; exit 1; }
    for file in ${carriedFiles}; do
      get "$directory/$file" && wanted=$value && get "$twin/$file" || continue
      [ "$wanted" = "$value" ] || set_to "$twin/$file" "$wanted" || { echo "Cannot set $twin/$file to $wanted: \${said##*: }"; exit 1; }
    done
    # What a process has charged moves with it; the value that was there comes back when all have moved.
    set_to "$twin/memory.move_charge_at_immigrate" 3 || { echo "Cannot set $twin/memory.move_charge_at_immigrate: \${said##*: }"; exit 1; }
  done
}

# Not every shell says why a write failed; a process that has ended meanwhile need not be moved.
lives() {
  case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in '' | Z* | X*) return 1 ;; esac
}

# move FROM TO: until nobody is left, for what forks meanwhile is born in FROM
move() {
  round=0
  while pids=$(cat "$1/cgroup.procs") && [ -n "$pids" ]; do
    round=$((round + 1))
    [ $round -le ${rounds} ] || { echo "Cannot empty $1: its processes fork faster than they can be moved"; return 1; }
    for pid in $pids; do
      set_to "$2/cgroup.procs" "$pid" || ! lives "$pid" ||
        { echo "Cannot move process $pid to $2: \${said##*: }"; return 1; }
    done
  done
}

# note_processes FILE: who is in the old tree
note_processes() {
  find "$old" -type d | while IFS= read -r directory; do
    for pid in $(cat "$directory/cgroup.procs"); do
      start=$(start_of "$pid")
      [ -z "$start" ] || printf '%s\\t%s\\t%s\\n' "$pid" "$start" "kubepods\${directory#"$old"}"
    done
  done >>"$1"
}

move_all() {
  find "$old" -type d | while IFS= read -r directory; do
    move "$directory" "kubepods\${directory#"$old"}" || exit 1
  done
}

# compare FILE: every process that is noted and lives is in its twin; every setting is as it was; accounting is off
compare() {
  while IFS='	' read -r pid start twin; do
    if [ "$(start_of "$pid")" != "$start" ]; then echo ended >&3; continue; fi
    grep -qx "$pid" "$twin/cgroup.procs" || { echo "Process $pid is not in $twin"; exit 1; }
    echo moved >&3
  done <"$1" || return 1
  find "$old" -type d | while IFS= read -r directory; do
    twin=kubepods\${directory#"$old"}
    if cat "$twin/memory.kmem.slabinfo" >/dev/null 2>&1; then echo "Accounting is on in $twin: something switched it on"; exit 1; fi
    for file in ${carriedFiles}; do
      get "$directory/$file" || continue
      wanted=$value
      case $file in memory.move_charge_at_immigrate) set_to "$twin/$file" "$wanted" ;; esac
      get "$twin/$file" && [ "$wanted" = "$value" ] || { echo "$twin/$file is $value, and was $wanted"; exit 1; }
    done
  done
}

remove_old() {
  find "$old" -depth -type d | while IFS= read -r directory; do
    tries=0
    until said=$(rmdir "$directory" 2>&1); do
      tries=$((tries + 1))
      [ $tries -le 50 ] || { echo "Cannot remove $directory: \${said##*: }"; exit 1; }
      move "$directory" "kubepods\${directory#"$old"}" || exit 1
    done
  done
}

# put_back: the processes return to the old tree, and it to its place
put_back() {
  [ -d "$old" ] || return 0
  if [ -d kubepods ]; then
    find kubepods -type d | while IFS= read -r twin; do
      from=$old\${twin#kubepods}
      # A directory that is new since has no old one: who is in it stays with the nearest above.
      until [ -d "$from" ]; do from=\${from%/*}; done
      move "$twin" "$from" || exit 1
    done || return 1
    find kubepods -depth -type d | while IFS= read -r twin; do rmdir "$twin" || exit 1; done || return 1
  fi
  mv "$old" kubepods
}`;

/** Moves the tree, or what is left of a move that was cut off. When it can't, all goes back to where it was. */
export function moveTree(hierarchy: string, noteFile: string): Script {
  return sh`(
LC_ALL=C; export LC_ALL
where=${hierarchy}
cd -- "$where" || exit 1
${functions}
exec 3>&1
# A session that ends does not end this half way.
trap '' HUP
: >${noteFile} || exit 1
[ -d "$old" ] || mv kubepods "$old" || exit 1
why=$(make_twins && note_processes ${noteFile} && move_all && compare ${noteFile} && remove_old) && exit 0
if put_back >/dev/null 2>&1; then echo "$why; every process is back where it was" >&2
else echo "$why; the old tree stands at $where/$old, every process runs on in it or in kubepods: run this task again" >&2
fi
exit 1
)`;
}

/** Undoes a move that was cut off; a whole one leaves nothing to undo. */
export function putTreeBack(hierarchy: string): Script {
  return sh`(
LC_ALL=C; export LC_ALL
cd -- ${hierarchy} || exit 0
${functions}
put_back
)`;
}
