/** The files of a memory cgroup: what each shows, and what a write to it does. */

import { type Cgroup, type LimitName, unlimited } from "./cgroup.ts";
import { KernelError } from "./errno.ts";
import { parseBytes, parseSetting } from "./file-values.ts";
import type { MemoryHierarchy } from "./model.ts";
import { allPids, type Caller, taskNamed, viewOf } from "./process-table.ts";
import { slabinfo } from "./slab-caches.ts";

export interface CgroupFile {
  readonly name: string;
  /** Shown at the root cgroup alone, everywhere but there, or everywhere. */
  readonly where?: "root" | "below";
  readonly read?: (kernel: MemoryHierarchy, cgroup: Cgroup, caller: Caller) => string;
  readonly write?: (kernel: MemoryHierarchy, cgroup: Cgroup, text: string, caller: Caller) => void;
}

type Settings = Cgroup["settings"];

export const cgroupFiles: readonly CgroupFile[] = [
  { name: "cgroup.procs", read: readProcesses, write: attach },
  { name: "tasks", read: readProcesses, write: attach },
  setting("cgroup.clone_children", "cloneChildren", 1),
  setting("notify_on_release", "notifyOnRelease", 1),
  { name: "cgroup.event_control", write: () => {} },
  { name: "cgroup.sane_behavior", where: "root", read: () => "0\n" },
  { name: "release_agent", where: "root", read: () => "\n", write: () => {} },
  limit("memory.limit_in_bytes", "memory", setMemoryLimit),
  limit("memory.memsw.limit_in_bytes", "memsw", setMemswLimit),
  limit("memory.soft_limit_in_bytes", "soft", (_, cgroup, bytes) => {
    cgroup.limits.soft = bytes;
  }),
  limit("memory.kmem.limit_in_bytes", "kmem", (kernel, cgroup, bytes) => kernel.setKmemLimit(cgroup, bytes)),
  limit("memory.kmem.tcp.limit_in_bytes", "tcp", (_, cgroup, bytes) => {
    cgroup.limits.tcp = bytes;
  }),
  counter("memory.usage_in_bytes", (kernel, cgroup) => kernel.memoryUsage(cgroup)),
  counter("memory.memsw.usage_in_bytes", (kernel, cgroup) => kernel.memoryUsage(cgroup)),
  counter("memory.kmem.usage_in_bytes", (kernel, cgroup) => kernel.kmemUsage(cgroup)),
  counter("memory.kmem.tcp.usage_in_bytes", () => 0n),
  resettable("memory.max_usage_in_bytes", (kernel, cgroup) => kernel.memoryUsage(cgroup)),
  resettable("memory.memsw.max_usage_in_bytes", (kernel, cgroup) => kernel.memoryUsage(cgroup)),
  resettable("memory.kmem.max_usage_in_bytes", (kernel, cgroup) => kernel.kmemUsage(cgroup)),
  resettable("memory.kmem.tcp.max_usage_in_bytes", () => 0n),
  resettable("memory.failcnt", () => 0n),
  resettable("memory.memsw.failcnt", () => 0n),
  resettable("memory.kmem.failcnt", () => 0n),
  resettable("memory.kmem.tcp.failcnt", () => 0n),
  { name: "memory.kmem.slabinfo", read: readSlabinfo },
  { name: "memory.force_empty", where: "below", write: forceEmpty },
  {
    name: "memory.use_hierarchy",
    read: (_, { settings }) => `${settings.useHierarchy}\n`,
    write: setHierarchy,
  },
  setting("memory.swappiness", "swappiness", 100),
  setting("memory.move_charge_at_immigrate", "moveCharge", 3),
  { name: "memory.oom_control", read: readOomControl, write: setOomControl },
  { name: "memory.pressure_level", write: () => {} },
  { name: "memory.stat", read: readStat },
  {
    name: "memory.numa_stat",
    read: (kernel, cgroup) => `total=${pages(kernel, cgroup)} N0=${pages(kernel, cgroup)}\n`,
  },
];

function limit(
  name: string,
  key: LimitName,
  set: (kernel: MemoryHierarchy, cgroup: Cgroup, bytes: bigint) => void,
): CgroupFile {
  const write: CgroupFile["write"] = (kernel, cgroup, text) => {
    const bytes = parseBytes(text);
    if (cgroup === kernel.root) throw new KernelError("EINVAL");
    set(kernel, cgroup, bytes);
  };
  return { name, read: (_, cgroup) => `${cgroup.limits[key]}\n`, write };
}

function counter(name: string, value: (kernel: MemoryHierarchy, cgroup: Cgroup) => bigint): CgroupFile {
  return { name, read: (kernel, cgroup) => `${value(kernel, cgroup)}\n` };
}

/** A counter that a write sets back. The model keeps no history, so there is nothing to set. */
function resettable(name: string, value: (kernel: MemoryHierarchy, cgroup: Cgroup) => bigint): CgroupFile {
  return { ...counter(name, value), write: () => {} };
}

function setting(name: string, key: keyof Settings, highest: number): CgroupFile {
  return {
    name,
    read: (_, cgroup) => `${cgroup.settings[key]}\n`,
    write: (_, cgroup, text) => {
      cgroup.settings[key] = parseSetting(text, highest);
    },
  };
}

function setMemoryLimit(_: MemoryHierarchy, cgroup: Cgroup, bytes: bigint): void {
  if (bytes > cgroup.limits.memsw) throw new KernelError("EINVAL");
  cgroup.limits.memory = bytes;
}

function setMemswLimit(_: MemoryHierarchy, cgroup: Cgroup, bytes: bigint): void {
  if (bytes < cgroup.limits.memory) throw new KernelError("EINVAL");
  cgroup.limits.memsw = bytes;
}

function readSlabinfo(kernel: MemoryHierarchy, cgroup: Cgroup): string {
  // From 4.11 on the header comes with the first row, and nobody gets an error.
  if (kernel.kernel === "el8") return cgroup.hasCaches ? slabinfo(true) : "";
  if (!kernel.isActive(cgroup)) throw new KernelError("EIO");
  return slabinfo(cgroup.hasCaches);
}

function readProcesses(kernel: MemoryHierarchy, cgroup: Cgroup, caller: Caller): string {
  const pids =
    cgroup === kernel.root ? allPids().filter((pid) => !kernel.isAttached(pid)) : kernel.processes(cgroup);
  const seen = pids.map(viewOf(caller).numberOf).filter((pid) => pid !== null);
  return seen.map((pid) => `${pid}\n`).join("");
}

function attach(kernel: MemoryHierarchy, cgroup: Cgroup, text: string, caller: Caller): void {
  if (!/^\d+$/.test(text)) throw new KernelError("EINVAL");
  const task = taskNamed(Number(text), caller);
  if (task === null) throw new KernelError("ESRCH");
  kernel.attach(cgroup, task);
}

function forceEmpty(kernel: MemoryHierarchy, cgroup: Cgroup): void {
  if (cgroup.children.size > 0 || kernel.processes(cgroup).length > 0) throw new KernelError("EBUSY");
}

function setHierarchy(_: MemoryHierarchy, cgroup: Cgroup, text: string): void {
  const value = parseSetting(text, 1);
  if (value === cgroup.settings.useHierarchy) return;
  if (cgroup.parent?.settings.useHierarchy === 1) throw new KernelError("EINVAL");
  if (cgroup.children.size > 0) throw new KernelError("EBUSY");
  cgroup.settings.useHierarchy = value;
}

function readOomControl(_: MemoryHierarchy, { settings }: Cgroup): string {
  return `oom_kill_disable ${settings.oomKillDisable}\nunder_oom 0\n`;
}

function setOomControl(kernel: MemoryHierarchy, cgroup: Cgroup, text: string): void {
  if (cgroup === kernel.root) throw new KernelError("EINVAL");
  cgroup.settings.oomKillDisable = parseSetting(text, 1);
}

function readStat(kernel: MemoryHierarchy, cgroup: Cgroup): string {
  const rss = kernel.memoryUsage(cgroup);
  const rows = {
    cache: 0n,
    rss,
    mapped_file: 0n,
    swap: 0n,
    pgpgin: 0n,
    pgpgout: 0n,
    pgfault: 0n,
    pgmajfault: 0n,
  };
  const bounds = {
    hierarchical_memory_limit: lowest(cgroup, "memory"),
    hierarchical_memsw_limit: lowest(cgroup, "memsw"),
  };
  return Object.entries({ ...rows, ...bounds, total_cache: 0n, total_rss: rss })
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

function lowest(cgroup: Cgroup, key: LimitName): bigint {
  let bytes = unlimited;
  for (let each: Cgroup | null = cgroup; each !== null; each = each.parent)
    if (each.limits[key] < bytes) bytes = each.limits[key];
  return bytes;
}

function pages(kernel: MemoryHierarchy, cgroup: Cgroup): bigint {
  return kernel.memoryUsage(cgroup) / 4096n;
}
