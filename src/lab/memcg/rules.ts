/** The rules that the model keeps, each with where it comes from. docs/lab.md shows them. */

export interface KernelRule {
  readonly rule: string;
  /** Measured on 3.10.0-514.el7 and 3.10.0-1160.el7 built from source, or read in the code named. */
  readonly source: string;
}

const measured = "measured on both kernels";

export const kernelRules: readonly KernelRule[] = [
  {
    rule: "The root's memory.kmem.slabinfo answers EIO always; writing the root's kmem limit answers EINVAL.",
    source: `${measured}; mem_cgroup_slabinfo_read, memcg_can_account_kmem`,
  },
  {
    rule: "A fresh cgroup is inactive: slabinfo EIO, limit 9223372036854771712. Writing -1 first leaves it so.",
    source: measured,
  },
  {
    rule: "The first write of any other limit makes it active: slabinfo answers a header, then rows once a task has run.",
    source: measured,
  },
  {
    rule: "Writing -1 afterwards lifts the limit, which reads 9223372036854771712 again; accounting stays on for good.",
    source: measured,
  },
  { rule: "That first write is refused with EBUSY while a task or a child is inside.", source: measured },
  {
    rule: "A child of an active cgroup is active at birth (use_hierarchy 1, as systemd sets it).",
    source: `${measured}; memcg_propagate_kmem`,
  },
  {
    rule: "rmdir answers EBUSY while a task or a live child is inside; removed children that the kernel holds do not matter.",
    source: measured,
  },
  {
    rule: "A removed active cgroup in which a task ran keeps its memcg id and its kmem id. (Pods that live 10 ms were measured to leak less, about 1.1 ids; the model keeps all.)",
    source: measured,
  },
  {
    rule: "A removed active cgroup whose held children outlive it keeps both ids too: kubelet on, 3 and 3 a pod of two containers.",
    source: measured,
  },
  {
    rule: "A removed inactive cgroup is pinned by its held children and keeps a memcg id: runtime only, 3 memcg ids and 2 kmem ids a pod.",
    source: measured,
  },
  { rule: "An empty probe cgroup costs nothing, active or not.", source: measured },
  {
    rule: "num_cgroups in /proc/cgroups counts live directories: it shows nothing of the leak.",
    source: `${measured}; cgroup_free_fn`,
  },
  { rule: "With 65,535 memcg ids in use, mkdir answers ENOSPC on 514 and ENOMEM on 1160.", source: measured },
  {
    rule: "cgroup.memory=nokmem: on 1160 limit writes succeed and do nothing, slabinfo is EIO everywhere; 514 does not know it.",
    source: `${measured}; memcg_update_kmem_limit`,
  },
  {
    rule: "drop_caches of 3, then 6 s or more, then 1 to every root cache's shrink: on 514 the held ids of cgroups with caches come free, an active pod's own stays; on 1160 none does. Another order, or less time: nothing.",
    source: "measured: 123 to 3 and 124 to 44 on 514, 154 to 154 on 1160",
  },
  { rule: "drop_caches or memory.force_empty alone frees no id.", source: measured },
  {
    rule: "memory.kmem.usage_in_bytes is hierarchical; on 514 a held container leaves about 19 KB in its living ancestors, on 1160 nothing.",
    source: "measured; counters: css_online",
  },
  {
    rule: "/sys/kernel/slab names a cgroup's caches cache(INDEX:directory), the lowest free index first: 17 for a container on 514, most of them links whose broken rest stays after the cache; 1 on 1160.",
    source:
      "measured; memcg_create_cache_name (17 and 1 counted for leaked containers; the model shows as many for live ones)",
  },
  {
    rule: "A cgroup can be renamed within its parent, with live tasks; anything else answers EIO.",
    source: "measured; cgroup_rename",
  },
  { rule: "A process moved to another cgroup leaves what its old one holds.", source: measured },
  {
    rule: "A process that has ended is in no cgroup; a fork stays in its parent's. The model finds forks by parentage, so an orphan of an attached process is lost to it.",
    source: "cgroups.txt; the last sentence is a limit of the model",
  },
  { rule: "A reboot frees every id.", source: measured },
  {
    rule: "el8: every cgroup but the root is active at birth, whatever is written; a removed one gives both ids back at once; slabinfo answers rows or nothing, never EIO; /sys/kernel/slab has no cgroup's caches at its top.",
    source:
      "not measured; read in upstream's history: memcg ids are free at offlining since 4.8 (73f576c04b94), kmem ids since 4.0 (2788cf0c401c), and EL8's is 4.18; the rest from memory",
  },
];
