/** Which cgroup hierarchies are mounted, and whether what is below a memory cgroup counts for it. */

import { type Script, sh } from "../../script/script.ts";

export const hierarchySection: Script = sh`
if text=$(grep -E '^[^ ]+ [^ ]+ cgroup2? ' "$proc/mounts" 2>&1); then say ok cgroups.mounts "$proc/mounts" "$text"
else say unknown cgroups.mounts "$proc/mounts" "\${text:-no cgroup file system is mounted}"
fi
file cgroups.use_hierarchy "$cgroup/memory.use_hierarchy"
`;
