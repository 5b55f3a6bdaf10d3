/** The engines' own programs: which version of which package starts the runtimes. */

import { type Script, sh } from "../../script/script.ts";

/** In the binary section's wake. Their strings are not read: what decides is in the runtime. */
export const engineSection: Script = sh`
for each in dockerd containerd crio; do
  path=$(command -v "$each") || continue
  real=$(readlink -f "$path" 2>/dev/null || echo "$path")
  say ok "engine_program.$each.path" "$path" "$real"
  ran "engine_program.$each.version" "$path" --version
  origin "engine_program.$each.package" "$path" "$real"
done
`;
