/**
 * What /sys/kernel/slab shows. On EL7's kernels a cgroup's own caches appear as `cache(INDEX:cgroup)`.
 *
 * On 514 most of them are symbolic links to merged caches, whose directories are named by size and index alone.
 * When a cache is freed its directory goes and the link stays, broken; it comes alive again when the index does.
 * On 1160 one directory remains for each container. On EL8's they lie in folders of the root caches, not here.
 */

import type { Cgroup } from "./cgroup.ts";
import type { Kernel } from "./releases.ts";
import { type Cache, caches } from "./slab-caches.ts";

export interface SlabEntry {
  readonly name: string;
  /** Set for a symbolic link. */
  readonly target?: string;
  /** Set for the directory of a root cache, whose `shrink` counts. */
  readonly rootCache?: string;
}

export class SlabDirectory {
  /** The directories of the machine's own caches, which stay. */
  readonly rootCaches: readonly string[];

  readonly #kernel: Kernel;
  /** Links once made, to their targets: they outlive the caches. */
  readonly #links = new Map<string, string>();
  readonly #directories = new Map<number, readonly string[]>();
  readonly #names = new Set<string>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.rootCaches = [...new Set(caches.map((cache) => directoryName(cache)))];
  }

  /** The first task of an active cgroup makes its caches. */
  cachesMade(index: number, cgroup: Cgroup): void {
    if (this.#kernel === "el8") return;
    if (this.#kernel === "1160") {
      this.#show(index, [`dentry(${index}:${cgroup.name})`]);
      return;
    }
    const made: string[] = [];
    for (const cache of caches) {
      const own = `${cache.name}(${index}:${cgroup.name})`;
      const directory = cache.isMergeable ? `${directoryName(cache)}-${String(index).padStart(8, "0")}` : own;
      made.push(directory);
      if (directory !== own) this.#links.set(own, directory);
    }
    this.#show(index, [...new Set(made)]);
  }

  /** The directories go; on 514 the links to them stay. */
  cachesFreed(index: number): void {
    for (const name of this.#directories.get(index) ?? []) this.#names.delete(name);
    this.#directories.delete(index);
  }

  find(name: string): SlabEntry | undefined {
    const target = this.#links.get(name) ?? rootLinks.get(name);
    if (target !== undefined) return { name, target };
    if (this.rootCaches.includes(name)) return { name, rootCache: name };
    return this.#names.has(name) ? { name } : undefined;
  }

  list(): SlabEntry[] {
    return [
      ...this.rootCaches.map((name) => ({ name, rootCache: name })),
      ...[...rootLinks].map(([name, target]) => ({ name, target })),
      ...[...this.#names].map((name) => ({ name })),
      ...[...this.#links].map(([name, target]) => ({ name, target })),
    ];
  }

  #show(index: number, directories: readonly string[]): void {
    this.#directories.set(index, directories);
    for (const name of directories) this.#names.add(name);
  }
}

const directoryName = (cache: Cache): string =>
  cache.isMergeable ? `:t-${String(cache.objectBytes).padStart(7, "0")}` : cache.name;

const rootLinks: ReadonlyMap<string, string> = new Map(
  caches.filter((cache) => cache.isMergeable).map((cache) => [cache.name, directoryName(cache)]),
);
