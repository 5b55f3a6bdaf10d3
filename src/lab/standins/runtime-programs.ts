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

/** The same built with nokmem, 1.0.0-rc7 to rc93: only an explicit kernel memory limit is refused. */
const withoutKmem = `enable_kernel_memory() { :; }
refuse_kernel_memory() { fail "kernel memory accounting disabled in this runc build"; }`;

/** From rc94 on no limit is set any more, and one that is asked for is ignored with a word. */
const beyondKmem = `enable_kernel_memory() { :; }
ignore_kernel_memory() { echo 'level=warning msg="Kernel memory settings are ignored and will be removed"' >&2; }`;

/** Built with nokmem at rc6: the limit is ignored without a word. */
const silentlyWithoutKmem = `enable_kernel_memory() { :; }
ignore_kernel_memory() { :; }`;

interface Build {
  readonly functions: string;
  /** What it does where a kernel memory limit is asked for, before a process is in the cgroup. */
  readonly onKernelLimit: string;
}

function buildOf({ hasKmem, version }: RuntimeBuild): Build {
  if (hasKmem)
    return {
      functions: withKmem,
      onKernelLimit: `enable_kernel_memory "$cgroup" && echo "$kernel" >"$cgroup/memory.kmem.limit_in_bytes"`,
    };
  const [, candidate] = /1\.0\.0-rc(\d+)/.exec(version) ?? [];
  if (candidate !== undefined && Number(candidate) > 6 && Number(candidate) < 94)
    return {
      functions: withoutKmem,
      onKernelLimit: `rm -r "\${state:?}/$1"; rmdir "$cgroup"; refuse_kernel_memory`,
    };
  const isSilent = candidate !== undefined && Number(candidate) <= 6;
  return { functions: isSilent ? silentlyWithoutKmem : beyondKmem, onKernelLimit: "ignore_kernel_memory" };
}

/** A runtime that makes the container's cgroup and starts a process in it. */
export function runtimeProgram(runtime: RuntimeBuild): string {
  const { name, version } = runtime;
  const { functions, onKernelLimit } = buildOf(runtime);
  return `#!/bin/sh
# kmend rehearsal stand-in for ${name}. Not ${name}.
# ${name} run --cgroup-parent PATH [--systemd-cgroup PREFIX] [--memory BYTES] [--memory-swappiness N] ID
# ${name} [--root DIR] run --bundle DIR ID: stays until the container ends, as runc does; of config.json it reads the first two
#     arguments, cgroupsPath and the kernel memory limit
# ${name} [--root DIR] delete [--force] ID | state ID | kill ID SIGNAL | list | --version
set -u
memory=/sys/fs/cgroup/memory
state=/run/runc

fail() {
  echo "$1" >&2
  exit 1
}

${functions}

# make_container NAME: its state and its cgroup, $cgroup; its kernel memory limit is $kernel
make_container() {
  [ -d "$state" ] || mkdir -p "$state"
  mkdir "$state/$1" "$cgroup" 2>"$state/said" || {
    rmdir "$state/$1"
    read -r said <"$state/said"
    fail "mkdir $cgroup: \${said##*: }"
  }
  rm -f "$state/said"
  echo "$cgroup" >"$state/$1/cgroup"
  # By the systemd driver a scope has its limits from systemd: only an explicit kernel memory limit is written.
  [ -z "$limit$swappiness" ] || [ -n "$prefix" ] || enable_kernel_memory "$cgroup"
  [ -z "$kernel" ] || { ${onKernelLimit}; }
}

# in_config NAME: the text or number that config.json gives it
in_config() { sed -n "s/.*\\"$1\\" *: *\\"\\{0,1\\}\\([^\\",}]*\\).*/\\1/p" "$bundle/config.json" | head -n 1; }

run_bundle() {
  bundle=$1 parent='' prefix='' limit='' swappiness='' kernel=$(in_config kernel)
  cgroup=$memory$(in_config cgroupsPath)
  words=$(sed -n 's/.*"args" *: *\\[\\([^]]*\\)\\].*/\\1/p' "$bundle/config.json" | tr -d '"' | tr , ' ')
  make_container "$2"
  sh -c 'echo 0 >"$1/cgroup.procs" && shift && exec "$@"' sh "$cgroup" \${words} &
  echo $! >"$state/$2/pid"
  wait $!
  code=$?
  delete "$2"
  exit "$code"
}

run() {
  [ "$1" != --bundle ] || run_bundle "$2" "$3"
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
  make_container "$1"
  [ -z "$limit" ] || echo "$limit" >"$cgroup/memory.limit_in_bytes"
  # The process enters the cgroup itself, and says its pid before it becomes the container.
  container='echo 0 >"$1/cgroup.procs" && echo $$ && exec sleep infinity </dev/null >/dev/null 2>&1'
  pid=$(sh -c "$container" sh "$cgroup" &)
  [ -n "$pid" ] || fail "container $1 did not start"
  echo "$pid" >"$state/$1/pid"
}

delete() {
  [ "$1" != --force ] || shift
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

pid_of() {
  pid=''
  { read -r pid <"$state/$1/pid"; } 2>/dev/null || fail "container $1 does not exist"
}

if [ "\${1-}" = --root ]; then state=$2; shift 2; fi
order=\${1-}
[ $# -eq 0 ] || shift
case $order in
  --version | -v) echo '${version}' ;;
  list) ls "$state" 2>/dev/null ;;
  run) run "$@" ;;
  state) pid_of "$1"; printf '{\n  "id": "%s",\n  "pid": %s,\n  "status": "running"\n}\n' "$1" "$pid" ;;
  kill) pid_of "$1"; kill -s "$2" "$pid" ;;
  delete) delete "$@" ;;
  *) fail "usage: ${name} run|delete|state|kill|list|--version" ;;
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
