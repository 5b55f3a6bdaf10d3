import { type Script, sh } from "../../script/script.ts";
import { limit, reading } from "./reading.ts";

/** Asks docker's runtimes, by a container of this image each. */
export function dockerProbe(runtimes: readonly string[], image: string): Script {
  return sh`(
LC_ALL=C; export LC_ALL
${reading}
id=''
remove() { [ -z "$id" ] || docker rm -f "$id" >/dev/null 2>&1; id=''; }
trap remove EXIT
trap 'exit 1' HUP INT TERM
for runtime in ${runtimes}; do
  if said=$(docker run -d --runtime "$runtime" --kernel-memory ${limit} ${image} 2>&1); then
    id=$(printf '%s\\n' "$said" | tail -n 1)
    find_group "$id"
    tell "$runtime" ''
    remove
  else printf 'refused\\t%s\\t%s\\n' "$runtime" "$(one_line "$said")"
  fi
done
)`;
}
