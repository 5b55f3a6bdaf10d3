/** What lets people know a pod by its name: the folders and links that kubelet keeps its pods' logs by. */

import { type Script, sh } from "../../script/script.ts";

export const workloadSection: Script = sh`
# names RECORD FOLDER: what lies there, bounded
names() {
  if text=$(ls "$2/." 2>&1); then say ok "$1" "$2" "$(printf '%s\\n' "$text" | head -n 8000)"
  else say unknown "$1" "$2" "\${text##*: }"
  fi
}
names pods.logs "$host/var/log/pods"
names containers.logs "$host/var/log/containers"
`;
