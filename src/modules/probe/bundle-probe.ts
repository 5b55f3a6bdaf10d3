/**
 * Asks OCI runtimes themselves, where no docker stands before them: a bundle of nothing but a configuration, and a root in which the
 * node's own program folders are bound, read-only. So no image is needed; what runs is the node's `sleep`.
 *
 * Whoever starts the container also cleans up after it, in a process of its own that outlives the session: when the answer was read,
 * when the session is gone (kmend was killed), or when the runtime does not come to an end. By itself the container ends too.
 */

import { type Script, sh } from "../../script/script.ts";
import { limit, reading } from "./reading.ts";

/** The container's own life, in seconds: longer than its start may take. */
const lifeS = 20;
/** `keeper RUNTIME FOLDER NAME MAIN`. The folder is taken apart name by name: nothing of the node may be reached by a mount that
 *  a runtime left in it. */
const keeper = `
pause() { sleep 0.1 2>/dev/null || sleep 1; }
( "$1" --root "$2/state" run --bundle "$2/bundle" "$3" >"$2/said" 2>&1 </dev/null &
  echo $! >"$2/pid"; wait $!; echo $? >"$2/ended" ) &
tenths=0
while [ $tenths -lt ${(lifeS + 10) * 10} ] && [ ! -e "$2/read" ] && kill -0 "$4" 2>/dev/null; do pause; tenths=$((tenths + 1)); done
"$1" --root "$2/state" kill "$3" KILL >/dev/null 2>&1
tenths=0
while [ $tenths -lt 20 ] && [ ! -e "$2/ended" ]; do pause; tenths=$((tenths + 1)); done
[ -e "$2/ended" ] || kill -9 "$(cat "$2/pid")" 2>/dev/null
"$1" --root "$2/state" delete --force "$3" >/dev/null 2>&1
find /sys/fs/cgroup -depth -type d -name "$3" 2>/dev/null | while IFS= read -r group; do
  tenths=0
  while ! rmdir "$group" 2>/dev/null && [ -d "$group" ] && [ $tenths -lt 20 ]; do
    for process in $(cat "$group/cgroup.procs" 2>/dev/null); do kill -9 "$process" 2>/dev/null; done
    pause; tenths=$((tenths + 1))
  done
done
wait
root=$2/bundle/rootfs
for each in usr bin sbin lib lib64; do if [ -L "$root/$each" ]; then rm -f "$root/$each"; else rmdir "$root/$each" 2>/dev/null; fi; done
for each in "$root"/* "$root"; do rmdir "$each" 2>/dev/null; done
rm -f "$2/bundle/config.json" "$2/state/$3"/* 2>/dev/null
rmdir "$2/bundle" "$2/state/$3" "$2/state" 2>/dev/null
rm -f "$2/said" "$2/pid" "$2/ended" "$2/read"
rmdir "$2"
`;

/** What of the host's file system a program needs to run, and what runc itself needs: its own folder of processes, and devices. */
const bundle: Script = sh`
# bundle FOLDER NAME
bundle() {
  program=
  for each in /usr/bin/sleep /bin/sleep; do [ ! -x "$each" ] || program=$each; done
  mkdir -p "$1/bundle/rootfs/proc" "$1/bundle/rootfs/dev" || return 1
  binds=
  for each in usr bin sbin lib lib64; do
    if [ -L "/$each" ]; then ln -s "$(readlink "/$each")" "$1/bundle/rootfs/$each"
    elif [ -d "/$each" ]; then
      mkdir "$1/bundle/rootfs/$each"
      binds="$binds,
  {\\"destination\\":\\"/$each\\",\\"type\\":\\"bind\\",\\"source\\":\\"/$each\\",\\"options\\":[\\"bind\\",\\"ro\\"]}"
    fi
  done
  cat >"$1/bundle/config.json" <<END
{"ociVersion":"1.0.0","root":{"path":"rootfs","readonly":true},
"process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["$program","${lifeS}"],"env":["PATH=/usr/bin:/bin"],"cwd":"/","noNewPrivileges":true},
"mounts":[{"destination":"/proc","type":"proc","source":"proc"},
  {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755","size=65536k"]}$binds],
"linux":{"cgroupsPath":"/$2","namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"}],
"resources":{"memory":{"kernel":${limit}}}}}
END
}
`;

/** Asks each of these programs. It always uses the cgroupfs way: an explicit kernel memory limit is the build's own affair.
 *  @param startS how long a runtime may take to start its container, in seconds */
export function bundleProbe(runtimes: readonly string[], startS = 10): Script {
  const startTenths = startS * 10;
  return sh`(
LC_ALL=C; export LC_ALL
${reading}${bundle}
folder=''
trap '[ -z "$folder" ] || : >"$folder/read"' EXIT
trap 'exit 1' HUP INT TERM
pause() { sleep 0.1 2>/dev/null || sleep 1; }
is_running() { "$1" --root "$folder/state" state "\${folder##*/}" 2>/dev/null | grep -q '"status": *"running"'; }
# The keeper is in a session of its own: what ends ours does not end it.
if command -v setsid >/dev/null 2>&1; then apart=setsid; else apart=nohup; fi
for runtime in ${runtimes}; do
  if ! folder=$(mktemp -d /run/kmend-probe-XXXXXX) || ! bundle "$folder" "\${folder##*/}"; then
    printf 'refused\\t%s\\tno bundle could be made in /run\\n' "$runtime"; continue
  fi
  "$apart" sh -c ${keeper} kmend-probe "$runtime" "$folder" "\${folder##*/}" $$ </dev/null >/dev/null 2>&1 &
  tenths=0
  while [ $tenths -lt ${startTenths} ] && [ ! -e "$folder/ended" ] && ! is_running "$runtime"; do pause; tenths=$((tenths + 1)); done
  if [ -e "$folder/ended" ]; then printf 'refused\\t%s\\t%s\\n' "$runtime" "$(one_line "$(cat "$folder/said")")"
  elif [ $tenths -ge ${startTenths} ]; then printf 'refused\\t%s\\tnothing ran within ${startS} s: %s\\n' "$runtime" "$(one_line "$(cat "$folder/said")")"
  else find_group "\${folder##*/}"; tell "$runtime" "$(cat "$folder/said")"
  fi
  : >"$folder/read"
  tenths=0
  while [ -d "$folder" ] && [ $tenths -lt 150 ]; do pause; tenths=$((tenths + 1)); done
  [ ! -d "$folder" ] || printf 'left\\t%s\\n' "$folder"
  folder=''
done
)`;
}
