/** One memory cgroup: its directory while it lives, and what the kernel keeps of it afterwards. */

/** "No limit" as EL7 shows it: LONG_MAX in whole pages. */
export const unlimited = 9223372036854771712n;
export const pageBytes = 4096n;

/** A process, told from a later one of the same number by the time it started. */
export interface Task {
  readonly pid: number;
  readonly startTime: number;
}

export type LimitName = "memory" | "memsw" | "soft" | "kmem" | "tcp";

export interface Cgroup {
  /** Never used twice, so that a file handle of a removed cgroup cannot reach a new one. */
  readonly serial: number;
  name: string;
  readonly parent: Cgroup | null;
  readonly children: Map<string, Cgroup>;
  readonly tasks: Map<number, Task>;
  /** The kmem id: its index among the cgroups with accounting on; null where it is off. */
  kmemIndex: number | null;
  /** A task ran here while accounting was on, so slab caches of its own exist. */
  hasCaches: boolean;
  isRemoved: boolean;
  /** Removed children that the kernel still holds: each keeps a reference to this one. */
  readonly heldChildren: Set<Cgroup>;
  readonly limits: Record<LimitName, bigint>;
  readonly settings: {
    useHierarchy: number;
    swappiness: number;
    oomKillDisable: number;
    moveCharge: number;
    notifyOnRelease: number;
    cloneChildren: number;
  };
}

/** A fresh cgroup: no limit, and of its parent's settings those that the kernel hands down. */
export function newCgroup(serial: number, name: string, parent: Cgroup | null): Cgroup {
  return {
    serial,
    name,
    parent,
    children: new Map(),
    tasks: new Map(),
    kmemIndex: null,
    hasCaches: false,
    isRemoved: false,
    heldChildren: new Set(),
    limits: { memory: unlimited, memsw: unlimited, soft: unlimited, kmem: unlimited, tcp: unlimited },
    settings: {
      // systemd sets it at the root at boot; below, each child takes its parent's.
      useHierarchy: parent?.settings.useHierarchy ?? 1,
      swappiness: parent?.settings.swappiness ?? 60,
      oomKillDisable: parent?.settings.oomKillDisable ?? 0,
      moveCharge: 0,
      notifyOnRelease: parent?.settings.notifyOnRelease ?? 0,
      cloneChildren: parent?.settings.cloneChildren ?? 0,
    },
  };
}

/** The cgroup and all live ones below it. */
export function* subtree(cgroup: Cgroup): Generator<Cgroup> {
  yield cgroup;
  for (const child of cgroup.children.values()) yield* subtree(child);
}
