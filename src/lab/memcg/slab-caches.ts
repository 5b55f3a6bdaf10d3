/** The caches that a container's processes fill: seventeen, as were counted for one on 514. */

export interface Cache {
  readonly name: string;
  readonly objectBytes: number;
  readonly objectsPerSlab: number;
  readonly pagesPerSlab: number;
  /** SLUB lets caches of one size share their slabs, unless they have a constructor. */
  readonly isMergeable: boolean;
}

const cache = (name: string, objectBytes: number, pagesPerSlab: number, isMergeable = true): Cache => ({
  name,
  objectBytes,
  objectsPerSlab: Math.floor((pagesPerSlab * 4096) / objectBytes),
  pagesPerSlab,
  isMergeable,
});

export const caches: readonly Cache[] = [
  cache("kmalloc-32", 32, 1),
  cache("kmalloc-64", 64, 1),
  cache("kmalloc-96", 96, 1),
  cache("kmalloc-192", 192, 2),
  cache("kmalloc-256", 256, 4),
  cache("kmalloc-512", 512, 8),
  cache("kmalloc-1024", 1024, 8),
  cache("kmalloc-2048", 2048, 8),
  cache("anon_vma", 80, 1),
  cache("vm_area_struct", 216, 2),
  cache("cred_jar", 192, 2),
  cache("signal_cache", 1152, 8),
  cache("files_cache", 640, 8),
  cache("task_struct", 4016, 8),
  cache("dentry", 192, 2),
  cache("inode_cache", 592, 8, false),
  cache("shmem_inode_cache", 680, 8, false),
];

const header = `slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>
`;

/** memory.kmem.slabinfo of a cgroup with accounting on: the header, and rows once a task has run in it. */
export function slabinfo(hasCaches: boolean): string {
  return hasCaches ? header + caches.map(row).join("") : header;
}

function row({ name, objectBytes, objectsPerSlab, pagesPerSlab }: Cache): string {
  const pad = (value: number, width: number): string => String(value).padStart(width);
  const objects = pad(objectsPerSlab, 6);
  const shape = `${pad(objectBytes, 6)} ${pad(objectsPerSlab, 4)} ${pad(pagesPerSlab, 4)}`;
  return `${name.padEnd(17)} ${objects} ${objects} ${shape} : tunables    0    0    0 : slabdata      1      1      0\n`;
}
