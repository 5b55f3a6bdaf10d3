/** Kubelet: the binary that its service runs, which need not be the one in PATH, nor still the one on disk. */

import { type Script, sh } from "../../script/script.ts";

export const kubeletSection: Script = sh`
arguments=
ran kubelet.service systemctl show kubelet.service -p LoadState -p ActiveState -p SubState -p MainPID -p ExecStart -p FragmentPath -p DropInPaths
path=$(printf '%s\\n' "$text" | sed -n 's/^ExecStart=.*path=\\([^ ;]*\\).*/\\1/p' | head -n 1)
pid=$(printf '%s\\n' "$text" | sed -n 's/^MainPID=\\([1-9][0-9]*\\)$/\\1/p')
[ -n "$path" ] || path=$(command -v kubelet)
if [ -n "$path" ]; then
  program kubelet "$path"
  if debian "$(readlink -f "$path")" "$path" "/usr$path" "\${path#/usr}"; then ran kubelet.verify dpkg -V "$owner"; else ran kubelet.verify rpm -Vf "$path"; fi
else
  say unknown kubelet.path 'systemctl show kubelet; PATH' 'no kubelet service and no kubelet in PATH'
fi
if [ -n "$pid" ]; then
  started kubelet.started "$pid"
  if text=$(readlink "$proc/$pid/exe" 2>&1) && [ -n "$text" ]; then
    say ok kubelet.running "$proc/$pid/exe" "$text"
    # The running program itself, also where the file was replaced under it; not where an interpreter runs a script.
    case \${text%' (deleted)'} in "$path" | "$(readlink -f "$path")")
      signs kubelet.running_signs "$proc/$pid/exe" "$proc/$pid/exe" ;;
    esac
  else say unknown kubelet.running "$proc/$pid/exe" "\${text:-Permission denied}"
  fi
  if text=$(tr '\\000' '\\n' <"$proc/$pid/cmdline" 2>&1); then
    say ok kubelet.arguments "$proc/$pid/cmdline" "$text"
    arguments=$text
  else say unknown kubelet.arguments "$proc/$pid/cmdline" "\${text##*: }"
  fi
else say unknown kubelet.arguments 'systemctl show kubelet' 'kubelet does not run'
fi
config=$(printf '%s\\n' "$arguments" | flag --config)
file kubelet.config "$host\${config:-/var/lib/kubelet/config.yaml}"
`;
