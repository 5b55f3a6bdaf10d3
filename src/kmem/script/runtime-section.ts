/** Container runtimes: every one on the node, the engines' configuration, and which one starts containers. */

import { type Script, sh } from "../../script/script.ts";

export const runtimeSection: Script = sh`
# changed NAME FILE...: when the youngest of them came to be on this disk
changed() {
  name=$1; shift
  if text=$(stat -c %Z "$@" 2>&1); then
    say ok "$name" "stat -c %Z $*" "$(printf '%s\\n' "$text" | sort -n | tail -n 1)"
  else say unknown "$name" "stat -c %Z $*" "\${text##*: }"
  fi
}

# parts NAME FILE LIST: the files of a list, each as a record of its own, and the age of the youngest, FILE with them
parts() {
  engine=$1 main=$2 list=$3
  set --
  [ ! -e "$main" ] || set -- "$main"
  while IFS= read -r part; do
    [ -n "$part" ] || continue
    file "$engine.part.$part" "$part"
    set -- "$@" "$part"
  done <<END
$list
END
  [ $# -gt 0 ] || set -- "$main"
  changed "$engine.config_changed" "$@"
}

# imports FILE: the files that a configuration of containerd takes in
imports() {
  { sed 's/^[[:space:]]*#.*//' "$1" | tr '\\n' ' '; echo; } | sed -n 's/.*imports *= *\\[\\([^]]*\\)\\].*/\\1/p' | tr , '\\n' |
    sed -n "s/^[^\\"']*[\\"']\\([^\\"']*\\)[\\"'].*/\\1/p" | while IFS= read -r pattern; do
    case $pattern in /*) pattern=$host$pattern ;; *) pattern=\${1%/*}/$pattern ;; esac
    for part in $pattern; do [ ! -f "$part" ] || printf '%s\\n' "$part"; done
  done
}

docker_config=/etc/docker/daemon.json containerd_config=/etc/containerd/config.toml crio_config=/etc/crio/crio.conf
ran engines systemctl show docker.service containerd.service crio.service -p Id -p LoadState -p ActiveState -p MainPID -p ExecStart
for each in $(printf '%s\\n' "$text" | awk '
  BEGIN { RS = ""; FS = "\\n" }
  {
    id = pid = ""
    for (i = 1; i <= NF; i++) {
      if ($i ~ /^Id=/) id = substr($i, 4)
      if ($i ~ /^MainPID=[1-9]/) pid = substr($i, 9)
    }
    if (pid != "") print id ":" pid
  }'); do
  pid=\${each##*:}
  started "engine.$pid.started" "$pid"
  arguments=$(tr '\\000' '\\n' <"$proc/$pid/cmdline" 2>/dev/null)
  say ok "engine.$pid.arguments" "$proc/$pid/cmdline" "$arguments"
  case $each in
    docker.*) given=$(printf '%s\\n' "$arguments" | flag --config-file); docker_config=\${given:-$docker_config} ;;
    containerd.*) given=$(printf '%s\\n' "$arguments" | flag --config -c); containerd_config=\${given:-$containerd_config} ;;
    crio.*) given=$(printf '%s\\n' "$arguments" | flag --config -c); crio_config=\${given:-$crio_config} ;;
  esac
done
docker_config=$host$docker_config containerd_config=$host$containerd_config crio_config=$host$crio_config
file docker.config "$docker_config"
changed docker.config_changed "$docker_config"
offered=
if command -v docker >/dev/null 2>&1; then
  ran docker.default_runtime docker info --format '{{.DefaultRuntime}}'
  ran docker.runtimes docker info --format '{{json .Runtimes}}'
  offered=$text
  ran docker.driver docker info --format '{{.CgroupDriver}}'
  ran docker.data_root docker info --format '{{.DockerRootDir}}'
fi
file containerd.config "$containerd_config"
imported=$(imports "$containerd_config" 2>/dev/null)
parts containerd "$containerd_config" "$imported"
file crio.config "$crio_config"
dropped=$(for part in "$crio_config".d/*; do [ ! -f "$part" ] || printf '%s\\n' "$part"; done)
parts crio "$crio_config" "$dropped"
file nvidia.config "$host/etc/nvidia-container-runtime/config.toml"

runtimes() {
  for name in docker-runc runc nvidia-container-runtime crun; do
    command -v "$name"
    for folder in /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /usr/libexec/docker; do
      [ ! -x "$folder/$name" ] || echo "$folder/$name"
    done
  done
  [ ! -x /usr/libexec/docker/docker-runc-current ] || echo /usr/libexec/docker/docker-runc-current
  # JSON of one line, without an end to it, is as good as any.
  { printf '%s\\n' "$offered"; cat "$docker_config"; echo; } | tr , '\\n' |
    sed -n 's/.*"path"[^"]*"\\([^"]*\\)".*/\\1/p'
  printf '%s\\n' "$containerd_config" "$imported" "$crio_config" "$dropped" | while IFS= read -r part; do cat "$part"; done |
    sed -n -e 's/.*BinaryName *= *"\\([^"]*\\)".*/\\1/p' -e 's/.*runtime_path *= *"\\([^"]*\\)".*/\\1/p' \
      -e 's/.*runtime_engine *= *"\\([^"]*\\)".*/\\1/p'
}
for path in $(runtimes 2>/dev/null | while IFS= read -r each; do command -v "$each"; done | sort -u); do
  program "runtime.$path" "$path"
done
`;
