/**
 * A kernel's memory cgroups, as far as EL7's kmem leak goes: who has accounting on, who holds an id, what
 * fails and with what. Pure: no files, no clock of its own; processes are asked for through `TaskSource`.
 *
 * Each rule has its row in `rules.ts`, which says where it was measured or read.
 */

import { type Cgroup, newCgroup, pageBytes, subtree, type Task, unlimited } from "./cgroup.ts";
import { KernelError } from "./errno.ts";
import { ReclaimOrder } from "./reclaim-order.ts";
import type { Kernel } from "./releases.ts";
import { SlabDirectory } from "./slab.ts";

/** What the model must know of the machine's processes. */
export interface TaskSource {
  isLive(task: Task): boolean;
  /** Live descendants: a fork stays in its parent's cgroup, and the model does not see forks. */
  descendants(pid: number): readonly number[];
  residentBytes(pid: number): bigint;
}

export interface KernelOptions {
  readonly kernel: Kernel;
  readonly bootParameters: string;
  readonly tasks: TaskSource;
  readonly nowMs: () => number;
  /** Gives the next serial; shared over reboots. */
  readonly nextSerial: () => number;
}

/** What an instrumented kernel would count. */
export interface Counts {
  /** Memory cgroup ids in use, the root's included: what runs out at 65,535. */
  readonly memcgIds: number;
  /** Ids of cgroups with accounting on, live or held. */
  readonly kmemIds: number;
  /** Live directories, the root included: all that num_cgroups shows. */
  readonly directories: number;
  /** Of those, the ones with accounting on. */
  readonly activeDirectories: number;
  readonly leakedMemcgIds: number;
  readonly leakedKmemIds: number;
}

/** Both id spaces end here: 16 bits, and 0 is no id. */
const idSpace = 65_535;
/** What is left charged of a leaked container on 514 is about 19 KB: four or five pages. */
const heldPages = (cgroup: Cgroup): bigint => (cgroup.serial % 4 === 0 ? 4n : 5n);
/** A container at work has more. Not measured: any figure above zero serves. */
const livePages = 40n;
export class MemoryHierarchy {
  readonly kernel: Kernel;
  readonly root: Cgroup;
  readonly slab: SlabDirectory;
  /** Ids taken by nothing in particular, to come near the end of them quickly. */
  preloadedIds = 0;

  readonly #options: KernelOptions;
  readonly #held = new Set<Cgroup>();
  readonly #indexes = new Map<number, Cgroup>();
  readonly #homes = new Map<number, Cgroup>();
  #lowestFreeIndex = 0;
  #directories = 1;
  readonly #order: ReclaimOrder;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.kernel = options.kernel;
    this.root = newCgroup(0, "", null);
    this.slab = new SlabDirectory(options.kernel);
    this.#order = new ReclaimOrder(this.slab.rootCaches);
  }

  /** Makes a child. It has accounting on from birth where its parent has. */
  mkdir(parent: Cgroup, name: string): Cgroup {
    if (parent.isRemoved) throw new KernelError("ENOENT");
    if (name.includes("\n")) throw new KernelError("EINVAL");
    if (parent.children.has(name)) throw new KernelError("EEXIST");
    if (this.#memcgIds() >= idSpace) throw new KernelError(this.kernel === "514" ? "ENOSPC" : "ENOMEM");
    const child = newCgroup(this.#options.nextSerial(), name, parent);
    if (this.#isBornActive(parent)) this.#activate(child);
    parent.children.set(name, child);
    this.#directories += 1;
    return child;
  }

  /** Removes the directory; what the kernel then keeps of the cgroup is the leak. */
  rmdir(cgroup: Cgroup): void {
    const parent = cgroup.parent;
    if (parent === null || this.#isBusy(cgroup)) throw new KernelError("EBUSY");
    parent.children.delete(cgroup.name);
    cgroup.isRemoved = true;
    this.#directories -= 1;
    for (const task of cgroup.tasks.values()) this.#homes.delete(task.pid);
    cgroup.tasks.clear();
    const isHeld = this.kernel !== "el8" && (cgroup.hasCaches || cgroup.heldChildren.size > 0);
    if (!isHeld) {
      this.#free(cgroup);
      return;
    }
    this.#held.add(cgroup);
    parent.heldChildren.add(cgroup);
  }

  /** Renames within one parent, live tasks or not; anything else is an EIO. */
  rename(cgroup: Cgroup, newParent: Cgroup, newName: string): void {
    if (cgroup.parent === null || cgroup.parent !== newParent) throw new KernelError("EIO");
    if (newParent.children.has(newName)) throw new KernelError("EEXIST");
    newParent.children.delete(cgroup.name);
    cgroup.name = newName;
    newParent.children.set(newName, cgroup);
  }

  /** Moves a process here. Moving away does not free the old cgroup of what it holds. */
  attach(cgroup: Cgroup, task: Task): void {
    if (cgroup.isRemoved) throw new KernelError("ENODEV");
    this.#homes.get(task.pid)?.tasks.delete(task.pid);
    this.#homes.delete(task.pid);
    if (cgroup === this.root) return;
    cgroup.tasks.set(task.pid, task);
    this.#homes.set(task.pid, cgroup);
    if (cgroup.kmemIndex !== null && !cgroup.hasCaches) {
      cgroup.hasCaches = true;
      this.slab.cachesMade(cgroup.kmemIndex, cgroup);
    }
  }

  /** Live processes of this cgroup alone. The root's, all that were attached nowhere else, are not kept here. */
  processes(cgroup: Cgroup): number[] {
    const pids = new Set<number>();
    for (const task of cgroup.tasks.values()) {
      if (!this.#options.tasks.isLive(task)) {
        cgroup.tasks.delete(task.pid);
        this.#homes.delete(task.pid);
        continue;
      }
      pids.add(task.pid);
      for (const pid of this.#options.tasks.descendants(task.pid)) if (!this.#homes.has(pid)) pids.add(pid);
    }
    return [...pids].sort((a, b) => a - b);
  }

  /** Whether a process was attached to a cgroup other than the root. */
  isAttached(pid: number): boolean {
    return this.#homes.has(pid);
  }

  /**
   * Writes memory.kmem.limit_in_bytes. The first limit other than "none" switches accounting on, for good; with
   * a task or a child inside it is refused. Under cgroup.memory=nokmem it is accepted and does nothing.
   */
  setKmemLimit(cgroup: Cgroup, limit: bigint): void {
    if (cgroup === this.root) throw new KernelError("EINVAL");
    if (this.#accountingIsOff()) return;
    if (cgroup.kmemIndex === null) {
      if (limit === unlimited) return;
      if (this.#isBusy(cgroup)) throw new KernelError("EBUSY");
      this.#activate(cgroup);
    }
    cgroup.limits.kmem = limit;
  }

  /** Whether memory.kmem.slabinfo answers. Never for the root, whatever is on below it. */
  isActive(cgroup: Cgroup): boolean {
    return cgroup.kmemIndex !== null;
  }

  /** memory.kmem.usage_in_bytes: hierarchical, so a parent without accounting shows its children's too. */
  kmemUsage(cgroup: Cgroup): bigint {
    let pages = 0n;
    for (const each of subtree(cgroup)) {
      if (each.hasCaches) pages += livePages;
      if (this.kernel === "514")
        for (const held of heldBelow(each)) if (held.hasCaches) pages += heldPages(held);
    }
    return pages * pageBytes;
  }

  /** memory.usage_in_bytes: what its processes hold, and the kernel memory charged to them. */
  memoryUsage(cgroup: Cgroup): bigint {
    let bytes = this.kmemUsage(cgroup);
    for (const each of subtree(cgroup))
      for (const pid of this.processes(each)) bytes += this.#options.tasks.residentBytes(pid);
    return bytes;
  }

  /** /proc/sys/vm/drop_caches. Frees no id by itself. */
  dropCaches(value: number): void {
    this.#order.dropped(value, this.#options.nowMs());
  }

  /** `echo 1` to a root cache's shrink. The last one of a reclaim in the right order frees on 514; on 1160 nothing does. */
  shrink(rootCache: string): void {
    if (this.#order.shrunk(rootCache, this.#options.nowMs()) && this.kernel === "514") this.#reclaim();
  }

  counts(): Counts {
    const heldKmem = [...this.#held].filter((cgroup) => cgroup.kmemIndex !== null).length;
    return {
      memcgIds: this.#memcgIds(),
      kmemIds: this.#indexes.size,
      directories: this.#directories,
      activeDirectories: this.#indexes.size - heldKmem,
      leakedMemcgIds: this.#held.size,
      leakedKmemIds: heldKmem,
    };
  }

  /** Frees the removed cgroups whose only hold were their caches; an active pod's own id stays. */
  #reclaim(): void {
    for (const cgroup of [...this.#held]) {
      if (!cgroup.hasCaches || cgroup.heldChildren.size > 0) continue;
      cgroup.hasCaches = false;
      this.#release(cgroup);
    }
  }

  #release(cgroup: Cgroup): void {
    this.#held.delete(cgroup);
    this.#free(cgroup);
    const parent = cgroup.parent;
    parent?.heldChildren.delete(cgroup);
    // An inactive parent was pinned by its children alone. An active one was still charged for them when it was
    // removed, and the reference taken at its activation is then never given back.
    if (parent?.isRemoved && parent.kmemIndex === null && parent.heldChildren.size === 0)
      this.#release(parent);
  }

  #free(cgroup: Cgroup): void {
    if (cgroup.kmemIndex === null) return;
    this.slab.cachesFreed(cgroup.kmemIndex);
    this.#indexes.delete(cgroup.kmemIndex);
    this.#lowestFreeIndex = Math.min(this.#lowestFreeIndex, cgroup.kmemIndex);
    cgroup.kmemIndex = null;
  }

  #activate(cgroup: Cgroup): void {
    while (this.#indexes.has(this.#lowestFreeIndex)) this.#lowestFreeIndex += 1;
    cgroup.kmemIndex = this.#lowestFreeIndex;
    this.#indexes.set(cgroup.kmemIndex, cgroup);
  }

  #isBornActive(parent: Cgroup): boolean {
    if (this.kernel === "el8") return !this.#accountingIsOff();
    return parent.kmemIndex !== null && parent.settings.useHierarchy === 1;
  }

  #memcgIds(): number {
    return this.#directories + this.#held.size + this.preloadedIds;
  }

  #isBusy(cgroup: Cgroup): boolean {
    return cgroup.children.size > 0 || this.processes(cgroup).length > 0;
  }

  #accountingIsOff(): boolean {
    const parameters = this.#options.bootParameters.split(/\s+/);
    return this.kernel !== "514" && parameters.includes("cgroup.memory=nokmem");
  }
}

function* heldBelow(cgroup: Cgroup): Generator<Cgroup> {
  for (const held of cgroup.heldChildren) {
    yield held;
    yield* heldBelow(held);
  }
}
