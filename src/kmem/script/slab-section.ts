/**
 * The index method: per-cgroup slab caches show as `cache(INDEX:cgroup)`, and the kernel gives out the lowest free
 * index. Only entries that resolve count: on 514 most are links, and those of freed caches stay behind, broken.
 * Read as a stream with a time limit: a leaking node can have 100,000 entries.
 */

import { type Script, sh } from "../../script/script.ts";

export const slabSection: Script = sh`
slabs() {
  {
    (cd "$cgroup" && bounded 20 find . -type d) 2>/dev/null | sed 's|.*/||'
    echo /
    bounded "$slab_seconds" find -L "$slab" -maxdepth 1 -type d -name '*([0-9]*:*' 2>/dev/null
    echo "/ended $?"
  } | awk -v most="$slab_entries" '
    !listing { if ($0 == "/") listing = 1; else alive[$0] = 1; next }
    /^\\/ended / { ended = substr($0, 8); next }
    entries >= most { over = 1; next }
    {
      entries++
      if (!match($0, /\\([0-9]+:/)) next
      index_ = substr($0, RSTART + 1, RLENGTH - 2) + 0
      name = substr($0, RSTART + RLENGTH); sub(/\\)$/, "", name)
      if (!(index_ in seen)) { seen[index_] = name; indexes++ }
      if (name in alive) live[index_] = 1
      if (indexes == 1 || index_ > highest) highest = index_
    }
    END {
      for (index_ in seen) if (!(index_ in live)) { dead++; if (dead <= 20) names = names "\\t" seen[index_] }
      whole = over ? "no: more than " most " entries" : ended == 0 ? "yes" : "no: find ended with " ended
      printf "%d\\t%d\\t%d\\t%d\\t%s%s\\n", entries, indexes, indexes ? highest : -1, dead, whole, names
    }'
}
if text=$(ls -d "$slab/." 2>&1); then say ok slab "$slab" "$(slabs)"
else say unknown slab "$slab" "\${text##*: }"
fi
`;
