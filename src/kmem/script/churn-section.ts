/**
 * Kubelet's own count of the pods that it started, from the metrics on its read-only port.
 *
 * Its other port, 10250, takes TLS and a name: kmend has none there. The health port, 10248, serves no metrics. No program of a
 * node is sure to be there that speaks HTTP: EL7 has curl, others wget, and bash can open a connection by itself.
 */

import { type Script, sh } from "../../script/script.ts";

/** In the kubelet section's wake: it uses its $arguments and $config. */
export const churnSection: Script = sh`
# set_in_config NAME: a plain value of kubelet's configuration file, YAML or JSON
set_in_config() {
  sed -n "s/^ *\\"\\{0,1\\}$1\\"\\{0,1\\} *: *\\"\\{0,1\\}\\([^\\" ,]*\\).*/\\1/p" "$host\${config:-/var/lib/kubelet/config.yaml}" 2>/dev/null | head -n 1
}
# A proxy that the session was given is not for the node's own kubelet.
get_page() {
  if command -v curl >/dev/null 2>&1; then http_proxy='' bounded 5 curl -sS -f -m 4 "http://$1:$2$3" 2>&1
  elif command -v wget >/dev/null 2>&1; then http_proxy='' bounded 5 wget -q -T 4 -O - "http://$1:$2$3" 2>&1
  elif command -v bash >/dev/null 2>&1; then
    bounded 5 bash -c "exec 3<>/dev/tcp/\\$0/\\$1 && printf 'GET %s HTTP/1.0\\r\\n\\r\\n' \\$2 >&3 && cat <&3" "$1" "$2" "$3" 2>&1
  else echo 'there is neither curl nor wget nor bash to ask it with'; return 1
  fi
}
port=$(printf '%s\\n' "$arguments" | flag --read-only-port)
[ -n "$port" ] || port=$(set_in_config readOnlyPort)
address=$(printf '%s\\n' "$arguments" | flag --address)
[ -n "$address" ] || address=$(set_in_config address)
case $address in '' | 0.0.0.0 | ::) address=127.0.0.1 ;; *:*) address="[$address]" ;; esac
source="http://$address:\${port:-10255}/metrics"
if [ -z "$pid" ]; then say unknown kubelet.metrics "$source" 'kubelet does not run'
elif [ "$port" = 0 ]; then say unknown kubelet.metrics "$source" 'kubelet serves no metrics without a password: its read-only port is off'
elif text=$(get_page "$address" "\${port:-10255}" /metrics); then
  say ok kubelet.metrics "$source" "now $(date +%s)
$(printf '%s\\n' "$text" | tr -d '\\r' | grep -E '^(kubelet_runtime_operations(_errors)?(_total)?[{]operation_type="run_podsandbox"[}]|kubelet_started_pods(_errors)?_total|process_start_time_seconds) ')"
else
  code=$?
  [ "$code" != 124 ] || text='no answer within 5 s'
  say unknown kubelet.metrics "$source" "\${text:-exited with $code}"
fi
`;
