/** The slab directory as nodes of the mounted tree. */

import type { MemoryHierarchy } from "./model.ts";
import type { Entry, Node } from "./node-system.ts";
import type { SlabEntry } from "./slab.ts";
import { caches } from "./slab-caches.ts";

interface SlabNodesOptions {
  readonly firstId: number;
  readonly directoryId: number;
  readonly kernel: () => MemoryHierarchy;
}

/** Ids are given to names when they are first seen and kept: four to an entry (itself and its files). */
export function slabNodes({ firstId, directoryId, kernel }: SlabNodesOptions): {
  readonly directory: Node;
  readonly find: (id: number) => Node | undefined;
} {
  const names: string[] = [];
  const idsByName = new Map<string, number>();
  const files = ["shrink", "object_size", "aliases"] as const;

  function idOf(name: string): number {
    const known = idsByName.get(name);
    if (known !== undefined) return known;
    const id = firstId + names.push(name) * 4;
    idsByName.set(name, id);
    return id;
  }

  const entryOf = ({ name, target }: SlabEntry): Entry => ({
    id: idOf(name),
    name,
    kind: target === undefined ? "directory" : "symlink",
  });

  function nodeOf(entry: SlabEntry): Node {
    const id = idOf(entry.name);
    if (entry.target !== undefined) return { id, kind: "symlink", mode: 0o777, target: entry.target };
    return {
      id,
      kind: "directory",
      mode: 0o755,
      subdirectories: () => 0,
      lookup: (name) => fileOf(entry, (files as readonly string[]).indexOf(name)),
      list: () => files.map((name, index) => ({ id: id + 1 + index, name, kind: "file" })),
    };
  }

  function fileOf(entry: SlabEntry, index: number): Node | undefined {
    const id = idOf(entry.name) + 1 + index;
    switch (files[index]) {
      case "shrink":
        return { id, kind: "file", mode: 0o644, read: () => "", write: (text) => shrink(entry, text) };
      case "object_size":
        return { id, kind: "file", mode: 0o444, read: () => `${objectBytes(entry.name)}\n` };
      case "aliases":
        return { id, kind: "file", mode: 0o444, read: () => "0\n" };
      default:
        return undefined;
    }
  }

  function shrink(entry: SlabEntry, text: string): void {
    if (text === "1" && entry.rootCache !== undefined) kernel().shrink(entry.rootCache);
  }

  return {
    directory: {
      id: directoryId,
      kind: "directory",
      mode: 0o755,
      subdirectories: () => 0,
      lookup: (name) => {
        const entry = kernel().slab.find(name);
        return entry && nodeOf(entry);
      },
      list: () => kernel().slab.list().map(entryOf),
    },
    find: (id) => {
      const entry = kernel().slab.find(names[Math.floor((id - firstId) / 4) - 1] ?? "");
      const offset = (id - firstId) % 4;
      return entry && (offset === 0 ? nodeOf(entry) : fileOf(entry, offset - 1));
    },
  };
}

function objectBytes(directory: string): number {
  const merged = /^:t-(\d+)/.exec(directory)?.[1];
  if (merged !== undefined) return Number(merged);
  return caches.find((cache) => cache.name === directory.replace(/\(.*/, ""))?.objectBytes ?? 0;
}
