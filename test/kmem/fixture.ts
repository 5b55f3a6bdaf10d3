/** A folder that stands for a node's memory hierarchy and slab directory, with true EIO where the kernel gives it. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Evidence, evidenceScript, readEvidence } from "../../src/kmem/kmem.ts";

export const shells: Readonly<Record<string, readonly string[]>> = {
  dash: ["dash"],
  busybox: ["busybox", "sh"],
  bash: ["bash", "--posix"],
  mksh: ["mksh"],
};

const header = "slabinfo - version: 2.1\n# name <active_objs>\n";
export const noLimit = "9223372036854771712";

export interface Group {
  readonly accounting: "on" | "off" | "missing";
  readonly limit?: string;
  readonly kmemUsage?: string;
}

export class Node {
  readonly root = mkdtempSync(join(tmpdir(), "kmend-kmem-"));
  readonly roots = {
    cgroup: join(this.root, "memory"),
    slab: join(this.root, "slab"),
    proc: join(this.root, "proc"),
    host: join(this.root, "host"),
  };
  readonly #bin = join(this.root, "bin");

  constructor(release = "3.10.0-1160.el7.x86_64", commandLine = "ro quiet") {
    for (const path of [...Object.values(this.roots), this.#bin]) mkdirSync(path);
    mkdirSync(join(this.roots.proc, "sys/kernel/random"), { recursive: true });
    this.#put("proc/sys/kernel/osrelease", release);
    this.#put("proc/sys/kernel/random/boot_id", "b-1");
    this.#put("proc/cmdline", commandLine);
    this.#put("proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t4\t9\t1");
    this.group("", { accounting: "off" });
  }

  /** A read at the start of /proc/self/mem fails with a true EIO. */
  group(path: string, { accounting, limit = noLimit, kmemUsage = "0" }: Group): this {
    const at = join(this.roots.cgroup, path);
    mkdirSync(at, { recursive: true });
    if (accounting === "on") writeFileSync(join(at, "memory.kmem.slabinfo"), header);
    if (accounting === "off") symlinkSync("/proc/self/mem", join(at, "memory.kmem.slabinfo"));
    writeFileSync(join(at, "memory.kmem.limit_in_bytes"), `${noLimit}\n`);
    writeFileSync(join(at, "memory.limit_in_bytes"), `${limit}\n`);
    writeFileSync(join(at, "memory.kmem.usage_in_bytes"), `${kmemUsage}\n`);
    return this;
  }

  /** `cache(INDEX:name)`: a directory, or a link that may be broken. */
  slab(name: string, target?: string): this {
    const at = join(this.roots.slab, name);
    if (target === undefined) mkdirSync(at);
    else symlinkSync(target, at);
    return this;
  }

  /** A file of the node, by its path there. */
  file(path: string, text: string): this {
    this.#put(join("host", path), text);
    return this;
  }

  /** A command of the node: what it does, as sh. */
  command(name: string, does: string): this {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
    return this;
  }

  process(pid: number, ...argumentsOf: readonly string[]): this {
    this.#put(`proc/${pid}/cmdline`, argumentsOf.map((each) => `${each}\0`).join(""));
    symlinkSync(argumentsOf[0] ?? "", join(this.roots.proc, String(pid), "exe"));
    return this;
  }

  /** cgroup v2: no memory hierarchy of its own. */
  unified(stat: string): this {
    rmSync(this.roots.cgroup, { recursive: true });
    this.#put("cgroup.controllers", "cpu memory");
    this.#put("cgroup.stat", stat);
    return this;
  }

  evidence(shell: readonly string[] = ["dash"], options: { readonly slabEntries?: number } = {}): Evidence {
    const [program = "sh", ...args] = shell;
    const script = evidenceScript({ roots: this.roots, repositories: false, ...options });
    const done = spawnSync(program, args, {
      input: script.text,
      env: { PATH: `${this.#bin}:${process.env["PATH"]}` },
    });
    return readEvidence(done.stdout.toString());
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #put(path: string, text: string): void {
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, `${text}\n`);
  }
}
