/** Container runtimes: every one on the node, the engines' configuration, and which one starts containers. */

import { type Script, sh } from "../../script/script.ts";

export const runtimeSection: Script = sh`
ran engines systemctl show docker.service containerd.service crio.service -p Id -p LoadState -p ActiveState -p MainPID -p ExecStart
for pid in $(printf '%s\\n' "$text" | sed -n 's/^MainPID=\\([1-9][0-9]*\\)$/\\1/p'); do
  started "engine.$pid.started" "$pid"
  say ok "engine.$pid.arguments" "$proc/$pid/cmdline" "$(tr '\\000' '\\n' <"$proc/$pid/cmdline" 2>/dev/null)"
done
file docker.config /etc/docker/daemon.json
ran docker.config_changed stat -c %Z /etc/docker/daemon.json
offered=
if command -v docker >/dev/null 2>&1; then
  ran docker.default_runtime docker info --format '{{.DefaultRuntime}}'
  ran docker.runtimes docker info --format '{{json .Runtimes}}'
  offered=$text
  ran docker.driver docker info --format '{{.CgroupDriver}}'
fi
file containerd.config /etc/containerd/config.toml
ran containerd.config_changed stat -c %Z /etc/containerd/config.toml
file crio.config /etc/crio/crio.conf
ran crio.config_changed stat -c %Z /etc/crio/crio.conf
file nvidia.config /etc/nvidia-container-runtime/config.toml

runtimes() {
  for name in docker-runc runc nvidia-container-runtime crun; do
    command -v "$name"
    for folder in /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /usr/libexec/docker; do
      [ ! -x "$folder/$name" ] || echo "$folder/$name"
    done
  done
  [ ! -x /usr/libexec/docker/docker-runc-current ] || echo /usr/libexec/docker/docker-runc-current
  # JSON of one line, without an end to it, is as good as any.
  { printf '%s\\n' "$offered"; cat /etc/docker/daemon.json; echo; } | tr , '\\n' |
    sed -n 's/.*"path"[^"]*"\\([^"]*\\)".*/\\1/p'
  sed -n 's/.*BinaryName *= *"\\([^"]*\\)".*/\\1/p' /etc/containerd/config.toml
}
for path in $(runtimes 2>/dev/null | while IFS= read -r each; do command -v "$each"; done | sort -u); do
  program "runtime.$path" "$path"
done
`;
