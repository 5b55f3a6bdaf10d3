/** The stand-ins for runc and nvidia-container-runtime, as their packages install them: small sh programs. */

export interface RuntimeBuild {
  readonly name: string;
  /** What `--version` prints. */
  readonly version: string;
  readonly hasKmem: boolean;
}

/** runc up to 1.0.0-rc93 without nokmem: a limit, then none, for each new cgroup with a memory setting. */
const withKmem = `enable_kernel_memory() {
  for limit in 1 -1; do
    { echo "$limit" >"$1/memory.kmem.limit_in_bytes"; } 2>/dev/null ||
      fail "failed to set memory.kmem.limit_in_bytes, because either tasks have already joined this cgroup or it has children"
  done
}`;

/** The same built with nokmem, 1.0.0-rc7 or later: only an explicit kernel memory limit is refused. */
const withoutKmem = `enable_kernel_memory() { :; }
refuse_kernel_memory() { fail "kernel memory accounting disabled in this runc build"; }`;

/** A runtime that makes the container's cgroup and starts a process in it. */
export function runtimeProgram({ name, version, hasKmem }: RuntimeBuild): string {
  return `#!/bin/sh
# kmend rehearsal stand-in for ${name}. Not ${name}.
# ${name} run --cgroup-parent PATH [--systemd-cgroup PREFIX] [--memory BYTES] [--memory-swappiness N] ID
# ${name} delete ID | list | --version
set -u
memory=/sys/fs/cgroup/memory
state=/run/runc

fail() {
  echo "$1" >&2
  exit 1
}

${hasKmem ? withKmem : withoutKmem}

run() {
  parent='' prefix='' limit='' swappiness='' kernel=''
  while [ $# -gt 1 ]; do
    case $1 in
      --cgroup-parent) parent=$2 ;;
      --systemd-cgroup) prefix=$2 ;;
      --memory) limit=$2 ;;
      --memory-swappiness) swappiness=$2 ;;
      --kernel-memory) kernel=$2 ;;
      *) fail "unknown option $1" ;;
    esac
    shift 2
  done
  cgroup=$memory/$parent/$1
  [ -z "$prefix" ] || cgroup=$memory/$parent/$prefix-$1.scope
  [ -d $state ] || mkdir -p $state
  mkdir "$state/$1" "$cgroup" 2>"$state/said" || {
    rmdir "$state/$1"
    read -r said <"$state/said"
    fail "mkdir $cgroup: \${said##*: }"
  }
  echo "$cgroup" >"$state/$1/cgroup"
  # By the systemd driver a scope has its limits from systemd: only an explicit kernel memory limit is written.
  [ -z "$limit$swappiness" ] || [ -n "$prefix" ] || enable_kernel_memory "$cgroup"
${
  hasKmem
    ? `  [ -z "$kernel" ] || { enable_kernel_memory "$cgroup" && echo "$kernel" >"$cgroup/memory.kmem.limit_in_bytes"; }`
    : `  [ -z "$kernel" ] || { rm -r "\${state:?}/$1"; rmdir "$cgroup"; refuse_kernel_memory; }`
}
  [ -z "$limit" ] || echo "$limit" >"$cgroup/memory.limit_in_bytes"
  # The process enters the cgroup itself, and says its pid before it becomes the container.
  container='echo 0 >"$1/cgroup.procs" && echo $$ && exec sleep infinity </dev/null >/dev/null 2>&1'
  pid=$(sh -c "$container" sh "$cgroup" &)
  [ -n "$pid" ] || fail "container $1 did not start"
  echo "$pid" >"$state/$1/pid"
}

delete() {
  [ -d "$state/$1" ] || return 0
  read -r cgroup <"$state/$1/cgroup"
  [ ! -e "$state/$1/pid" ] || read -r pid <"$state/$1/pid"
  [ -z "\${pid-}" ] || kill -9 "$pid" 2>/dev/null
  tries=200
  while [ -d "$cgroup" ] && ! rmdir "$cgroup" 2>/dev/null; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "cgroup $cgroup is still busy"
    sleep 0.02
  done
  rm -r "\${state:?}/$1"
}

order=\${1-}
[ $# -eq 0 ] || shift
case $order in
  --version | -v) echo '${version}' ;;
  list) ls "$state" 2>/dev/null ;;
  run) run "$@" ;;
  delete) delete "$@" ;;
  *) fail "usage: ${name} run|delete|list|--version" ;;
esac
`;
}

/** nvidia-container-runtime from 3.0.0 on: no runtime of its own, it hands over to the host's. */
export function shimProgram(version: string): string {
  return `#!/bin/sh
# kmend rehearsal stand-in for nvidia-container-runtime. Not nvidia-container-runtime.
# From 3.0.0 on it only adds a hook, and executes the host's own runtime: up to toolkit 1.14 docker-runc before runc.
[ "\${1-}" != --version ] || echo '${version}'
[ ! -x /usr/bin/docker-runc ] || exec /usr/bin/docker-runc "$@"
exec /usr/bin/runc "$@"
`;
}
