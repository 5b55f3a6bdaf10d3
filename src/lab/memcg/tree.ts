/**
 * The mounted tree: what stands where, what each file shows, and what a write does.
 *
 *     cgroup/       /sys/fs/cgroup/memory
 *     slab/         /sys/kernel/slab
 *     cgroups       /proc/cgroups
 *     cmdline       /proc/cmdline
 *     osrelease     /proc/sys/kernel/osrelease
 *     drop_caches   /proc/sys/vm/drop_caches
 *     counts        the judge: ids in use, as JSON, as an instrumented kernel would count them
 *     control       the lab's lever: `reboot [RELEASE] [BOOT PARAMETERS]`, `preload N`
 */

import { type Cgroup, newCgroup } from "./cgroup.ts";
import { type CgroupFile, cgroupFiles } from "./cgroup-files.ts";
import { KernelError } from "./errno.ts";
import { MemoryHierarchy } from "./model.ts";
import type { Node, NodeSystem } from "./node-system.ts";
import { type Caller, processTable } from "./process-table.ts";
import { type Kernel, kernelOf, releases } from "./releases.ts";
import { slabNodes } from "./slab-nodes.ts";

/** Node ids: the fixed ones, then 64 to a cgroup (itself and its files), then the slab directory's. */
const fixed = {
  root: 1,
  cgroups: 2,
  cmdline: 3,
  osrelease: 4,
  dropCaches: 5,
  counts: 6,
  control: 7,
  slab: 8,
};
const firstCgroupId = 2 ** 20;
const idsPerCgroup = 64;
const firstSlabId = 2 ** 44;

export interface TreeOptions {
  readonly kernel: Kernel;
  readonly bootParameters: string;
}

/** The file system of one node's kernel. */
export function kernelTree(options: TreeOptions): NodeSystem {
  let serial = 0;
  let { kernel: version, bootParameters } = options;
  let kernel = boot();
  const cgroupsById = new Map<number, Cgroup>();
  const slab = slabNodes({ firstId: firstSlabId, directoryId: fixed.slab, kernel: () => kernel });

  function boot(): MemoryHierarchy {
    return new MemoryHierarchy({
      kernel: version,
      bootParameters,
      tasks: processTable,
      nowMs: () => performance.now(),
      nextSerial: () => ++serial,
    });
  }

  const top: Readonly<Record<string, Node>> = {
    cgroup: directoryOf(() => kernel.root),
    slab: slab.directory,
    cgroups: {
      id: fixed.cgroups,
      kind: "file",
      mode: 0o444,
      read: () => procCgroups(kernel.counts().directories),
    },
    cmdline: { id: fixed.cmdline, kind: "file", mode: 0o444, read: () => `${bootParameters}\n` },
    osrelease: {
      id: fixed.osrelease,
      kind: "file",
      mode: 0o444,
      read: () => `${releases[version]}\n`,
    },
    drop_caches: {
      id: fixed.dropCaches,
      kind: "file",
      mode: 0o644,
      read: () => "0\n",
      write: (text) => kernel.dropCaches(Number(text)),
    },
    counts: {
      id: fixed.counts,
      kind: "file",
      mode: 0o444,
      read: () => `${JSON.stringify({ kernel: version, ...kernel.counts() })}\n`,
    },
    control: { id: fixed.control, kind: "file", mode: 0o200, write: control },
  };

  function control(text: string): void {
    const [, order, rest = ""] = /^(\w+)\s*(.*)$/s.exec(text) ?? [];
    if (order === "reboot") {
      const [, first = "", after = ""] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
      const chosen = kernelOf(first);
      const parameters = chosen === undefined ? rest : after;
      version = chosen ?? version;
      if (parameters !== "") bootParameters = parameters;
      cgroupsById.clear();
      kernel = boot();
    } else if (order === "preload" && /^\d+$/.test(rest)) kernel.preloadedIds = Number(rest);
    else throw new KernelError("EINVAL");
  }

  function directoryOf(get: () => Cgroup): Node {
    const id = firstCgroupId + get().serial * idsPerCgroup;
    return {
      id,
      kind: "directory",
      mode: 0o755,
      subdirectories: () => get().children.size,
      lookup: (name) => {
        const child = get().children.get(name);
        if (child) return nodeOf(child);
        const index = cgroupFiles.findIndex((file) => file.name === name && isShown(file, get()));
        return index < 0 ? undefined : fileOf(get, index);
      },
      list: () => [
        ...[...get().children.values()].map(nodeEntry),
        ...cgroupFiles.flatMap((file, index) =>
          isShown(file, get()) ? [{ id: id + 1 + index, name: file.name, kind: "file" as const }] : [],
        ),
      ],
      mkdir: (name) => nodeOf(kernel.mkdir(get(), name)),
      rmdir: (name) => {
        const child = get().children.get(name);
        if (!child) throw new KernelError(isFile(name) ? "ENOTDIR" : "ENOENT");
        kernel.rmdir(child);
        cgroupsById.delete(child.serial);
      },
      rename: (name, newParent, newName) => {
        const child = get().children.get(name);
        if (!child) throw new KernelError(isFile(name) ? "ENOTDIR" : "ENOENT");
        kernel.rename(child, cgroupOf(newParent.id) ?? newCgroup(-1, "", null), newName);
      },
    };
  }

  function nodeOf(cgroup: Cgroup): Node {
    cgroupsById.set(cgroup.serial, cgroup);
    return directoryOf(cgroup === kernel.root ? () => kernel.root : () => cgroup);
  }

  function fileOf(get: () => Cgroup, index: number): Node | undefined {
    const file = cgroupFiles[index];
    if (!file || !isShown(file, get())) return undefined;
    const { read, write } = file;
    return {
      id: firstCgroupId + get().serial * idsPerCgroup + 1 + index,
      kind: "file",
      mode: (read ? 0o444 : 0) | (write ? 0o200 : 0),
      ...(read && { read: (caller: Caller) => read(kernel, get(), caller) }),
      ...(write && { write: (text: string, caller: Caller) => write(kernel, get(), text, caller) }),
    };
  }

  function cgroupOf(id: number): Cgroup | undefined {
    const ownSerial = Math.floor((id - firstCgroupId) / idsPerCgroup);
    return ownSerial === 0 ? kernel.root : cgroupsById.get(ownSerial);
  }

  const rootNode: Node = {
    id: fixed.root,
    kind: "directory",
    mode: 0o755,
    subdirectories: () => 2,
    lookup: (name) => (Object.hasOwn(top, name) ? top[name] : undefined),
    list: () => Object.entries(top).map(([name, { id, kind }]) => ({ name, id, kind })),
  };
  const byFixedId = new Map([rootNode, ...Object.values(top)].map((node) => [node.id, node]));

  function find(id: number): Node | undefined {
    const known = byFixedId.get(id);
    if (known) return known;
    if (id >= firstSlabId) return slab.find(id);
    const cgroup = cgroupOf(id);
    if (!cgroup) return undefined;
    const offset = (id - firstCgroupId) % idsPerCgroup;
    const get = cgroup === kernel.root ? () => kernel.root : () => cgroup;
    return offset === 0 ? nodeOf(cgroup) : fileOf(get, offset - 1);
  }

  return { find };
}

const isFile = (name: string): boolean => cgroupFiles.some((file) => file.name === name);

const isShown = (file: CgroupFile, cgroup: Cgroup): boolean =>
  file.where === undefined || (file.where === "root") === (cgroup.parent === null);

const nodeEntry = (cgroup: Cgroup) => ({
  id: firstCgroupId + cgroup.serial * idsPerCgroup,
  name: cgroup.name,
  kind: "directory" as const,
});

/** /proc/cgroups. The memory row counts live directories: what is held does not show. */
function procCgroups(memoryDirectories: number): string {
  const others = ["cpuset", "cpu", "cpuacct", "devices", "freezer", "blkio", "pids"];
  const rows = others.map((name, index) => `${name}\t${index + 2}\t1\t1`);
  return `${["#subsys_name\thierarchy\tnum_cgroups\tenabled", ...rows, `memory\t9\t${memoryDirectories}\t1`].join("\n")}\n`;
}
