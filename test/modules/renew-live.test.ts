/**
 * The live renewal on the kernel's model, mounted, with real processes, under every shell: they run on where they are,
 * whatever happens half way. Root and /dev/fuse needed.
 */

import { equal } from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import t, { type Test } from "tap";
import { type Kernel, serveNode } from "../../src/lab/memcg/memcg.ts";
import { findModule, type HostModule } from "../../src/modules/modules.ts";
import { type Dict, fromJson, toJson } from "../../src/template/values.ts";
import { argumentsOf, Host, setting, shells } from "./host.ts";

const canMount = process.getuid?.() === 0 && existsSync("/dev/fuse");
const module = findModule("kmend.kmem.renew_live") as HostModule;

/** A node whose kubepods hands accounting down, with two pods: what the module sees, and what really is. */
class LeakyNode {
  readonly folder = mkdtempSync(join(tmpdir(), "kmend-live-"));
  readonly hierarchy = join(this.folder, "model/cgroup");
  readonly host: Host;
  readonly pids: number[] = [];
  readonly #children: ChildProcess[] = [];
  #kernel?: Awaited<ReturnType<typeof serveNode>>;
  #release: Kernel = "1160";

  constructor(shell: readonly string[]) {
    this.host = new Host(shell);
  }

  async start(kernel: Kernel = "1160"): Promise<this> {
    mkdirSync(join(this.folder, "model"));
    this.#release = kernel;
    this.#kernel = await serveNode({ mountPoint: join(this.folder, "model"), kernel });
    this.make("kubepods", { "memory.kmem.limit_in_bytes": "1", "memory.limit_in_bytes": "8589934592" });
    this.write("kubepods/memory.kmem.limit_in_bytes", "-1");
    for (const group of ["kubepods/burstable", "kubepods/besteffort"]) this.make(group);
    this.pod("kubepods/burstable/pod-1", "67108864");
    this.pod("kubepods/besteffort/pod-2");
    return this;
  }

  make(path: string, settings: Readonly<Record<string, string>> = {}): void {
    mkdirSync(join(this.hierarchy, path));
    for (const [file, value] of Object.entries(settings)) this.write(`${path}/${file}`, value);
  }

  pod(path: string, limit?: string): void {
    const settings =
      limit === undefined ? {} : { "memory.limit_in_bytes": limit, "memory.memsw.limit_in_bytes": limit };
    this.make(path, settings);
    for (const container of ["pause", "app"]) {
      this.make(`${path}/${container}`, settings);
      this.pids.push(this.run(`${path}/${container}`, "exec sleep 300"));
    }
  }

  /** A process that runs `script` in a cgroup. */
  run(path: string, script: string): number {
    const child = spawn("sh", ["-c", script], { stdio: "ignore", detached: true });
    this.#children.push(child);
    const pid = child.pid ?? 0;
    this.write(`${path}/cgroup.procs`, String(pid));
    return pid;
  }

  write(path: string, value: string): void {
    writeFileSync(join(this.hierarchy, path), value);
  }

  read(path: string): string {
    return readFileSync(join(this.hierarchy, path), "utf8").trim();
  }

  /** Each directory below kubepods: limits, accounting, processes. */
  tree(path = "kubepods"): Record<string, readonly string[]> {
    const at = join(this.hierarchy, path);
    const below = readdirSync(at, { withFileTypes: true }).filter((each) => each.isDirectory());
    return Object.assign(
      {
        [path]: [
          this.read(`${path}/memory.limit_in_bytes`),
          this.accounting(path),
          this.read(`${path}/cgroup.procs`),
        ],
      },
      ...below.map(({ name }) => this.tree(`${path}/${name}`)),
    );
  }

  accounting(path: string): "on" | "off" {
    try {
      this.read(`${path}/memory.kmem.slabinfo`);
      return "on";
    } catch {
      return "off";
    }
  }

  /** The same tree with accounting off everywhere. */
  renewed(): Record<string, readonly string[]> {
    return Object.fromEntries(
      Object.entries(this.tree()).map(([path, [limit, , pids]]) => [path, [limit ?? "", "off", pids ?? ""]]),
    );
  }

  /** Of the kernel that the model stands for, not of the machine that runs the test. */
  inspect(): unknown {
    const inspection = module.inspect?.(this.args, setting());
    if (!inspection) throw new Error("it must inspect");
    const state = inspection.parse(this.host.run(inspection.script)) as { kernel: string };
    equal(state.kernel, readFileSync("/proc/sys/kernel/osrelease", "utf8").trim());
    return { ...state, kernel: `3.10.0-${this.#release}.el7.x86_64` };
  }

  get args() {
    return argumentsOf(module, fromJson({ hierarchy: this.hierarchy }) as Dict);
  }

  plan(checkMode = false) {
    return module.plan(this.inspect(), this.args, { ...setting(), checkMode });
  }

  apply() {
    const state = this.inspect();
    const change = module.plan(state, this.args, setting());
    const output = this.host.run(module.apply(change, this.host.where));
    const said = Buffer.from(output.stderr).toString();
    const result = toJson(
      module.result?.({ args: this.args, state, change, output, setting: setting() }) as Dict,
    );
    return { code: output.code, said, change, result: result as Record<string, unknown> };
  }

  alive(): boolean {
    return this.pids.every(
      (pid) => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "",
    );
  }

  async end(): Promise<void> {
    for (const { pid } of this.#children)
      try {
        process.kill(-(pid ?? 0), "SIGKILL");
      } catch {} // it has ended
    await this.#kernel?.close();
    this.host.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function leakyNode(
  t: Test,
  shell: readonly string[] = ["dash"],
  kernel: Kernel = "1160",
): Promise<LeakyNode> {
  const node = await new LeakyNode(shell).start(kernel);
  t.teardown(() => node.end());
  return node;
}

t.test("a live renewal", { skip: canMount ? false : "needs root and /dev/fuse" }, async (t) => {
  for (const [name, shell] of Object.entries(shells))
    t.test(`moves every process with its limits, and switches accounting off (${name})`, async (t) => {
      const node = await leakyNode(t, shell);
      const wanted = node.renewed();
      const { code, said, result } = node.apply();
      t.equal(code, 0, said);
      t.strictSame(node.tree(), wanted);
      t.ok(node.alive());
      t.match(result, { moved: 4, ended: 0, processes: 4 });
      t.notOk(existsSync(join(node.hierarchy, "kubepods.kmend-old")));
      t.equal(node.plan(), null, "and there is nothing to do after it");
      t.equal(
        node.read("kubepods/burstable/pod-1/app/memory.move_charge_at_immigrate"),
        "0",
        "what it set for the move is back",
      );
    });

  t.test("works on the older kernel too", async (t) => {
    const node = await leakyNode(t, ["dash"], "514");
    const wanted = node.renewed();
    t.equal(node.apply().code, 0);
    t.strictSame(node.tree(), wanted);
  });

  t.test("predicts in check mode what it does: which directories, how many processes", async (t) => {
    const node = await leakyNode(t);
    const before = node.tree();
    const predicted = node.plan(true);
    t.strictSame(node.tree(), before);
    const { change } = node.apply();
    t.strictSame(predicted, change);
    t.match(change.after, { kubepods: "off", "kubepods/burstable/pod-1/app": "off", processes: 4 });
  });

  t.test("catches processes that fork while they are moved", async (t) => {
    const node = await leakyNode(t);
    const forker = node.run("kubepods/besteffort/pod-2/app", "while :; do sleep 0.005; done");
    const { code, said } = node.apply();
    t.equal(code, 0, said);
    t.ok(node.read("kubepods/besteffort/pod-2/app/cgroup.procs").split("\n").includes(String(forker)));
  });

  for (const [name, cut] of Object.entries<(node: LeakyNode) => void>({
    "after the rename": (node) =>
      renameSync(join(node.hierarchy, "kubepods"), join(node.hierarchy, "kubepods.kmend-old")),
    "with one process moved": (node) => {
      renameSync(join(node.hierarchy, "kubepods"), join(node.hierarchy, "kubepods.kmend-old"));
      for (const path of [
        "kubepods",
        "kubepods/burstable",
        "kubepods/burstable/pod-1",
        "kubepods/burstable/pod-1/app",
      ])
        node.make(path);
      node.write("kubepods/burstable/pod-1/app/cgroup.procs", String(node.pids[1]));
    },
  })) {
    t.test(`cut off ${name}, is completed by the next run`, async (t) => {
      const node = await leakyNode(t);
      const wanted = node.renewed();
      cut(node);
      const half = module.restored?.(node.inspect(), {} as never);
      const { code, said } = node.apply();
      t.equal(code, 0, said);
      t.strictSame(node.tree(), wanted);
      t.ok(node.alive());
      t.strictSame(
        module.restored?.(node.inspect(), {} as never),
        half,
        "what a rollback promises to leave is there",
      );
    });
    t.test(`cut off ${name}, is undone by a revert`, async (t) => {
      const node = await leakyNode(t);
      const before = node.tree();
      const { change } = { change: node.plan() };
      cut(node);
      t.equal(node.host.run(module.revert(change, node.host.where) ?? { text: "false" }).code, 0);
      t.strictSame(node.tree(), before);
      t.ok(node.alive());
    });
  }

  for (const afterMs of [40, 120, 250, 400])
    t.test(`killed after ${afterMs} ms, harms nothing, and is completed by the next run`, async (t) => {
      const node = await leakyNode(t);
      const wanted = node.renewed();
      const script = module.apply(node.plan(), node.host.where);
      mkdirSync(node.host.where.save, { recursive: true });
      const shell = spawn("sh", { stdio: ["pipe", "ignore", "ignore"], detached: true });
      shell.stdin.end(script.text);
      await pause(afterMs);
      try {
        process.kill(-(shell.pid ?? 0), "SIGKILL");
      } catch {} // it was done before
      t.ok(node.alive());
      if (node.plan() !== null) t.equal(node.apply().code, 0);
      t.strictSame(node.tree(), wanted);
      t.ok(node.alive());
    });

  t.test("goes back by itself where a directory can't be made, and says so", async (t) => {
    const node = await leakyNode(t);
    const before = node.tree();
    writeFileSync(join(node.folder, "model/control"), `preload ${65_535 - 12}`);
    const { code, said } = node.apply();
    t.equal(code, 1);
    t.match(said, /Cannot make kubepods\/.*: Cannot allocate memory; every process is back where it was/);
    t.strictSame(node.tree(), before);
    t.ok(node.alive());
  });

  t.test(
    "whole, it stays after a revert: nothing can switch accounting on where processes run",
    async (t) => {
      const node = await leakyNode(t);
      const { change } = node.apply();
      const renewed = node.tree();
      t.equal(node.host.run(module.revert(change, node.host.where) ?? { text: "false" }).code, 0);
      t.strictSame(node.tree(), renewed);
    },
  );

  t.test("refuses a tree of the systemd driver, alone or beside kubepods, and touches nothing", async (t) => {
    const node = await leakyNode(t);
    node.make("kubepods.slice");
    const before = node.tree();
    t.throws(() => node.plan(), /\/kubepods\.slice stands there: .* the systemd driver's/);
    t.strictSame(node.tree(), before);
    renameSync(join(node.hierarchy, "kubepods"), join(node.hierarchy, "elsewhere"));
    t.throws(() => node.plan(), /\/kubepods\.slice stands there/, "rather than say that all is right");
    t.throws(() => node.plan(true), /\/kubepods\.slice stands there/, "in check mode too");
  });

  t.test("names what it can't carry over", async (t) => {
    const node = await leakyNode(t);
    node.write("kubepods/burstable/pod-1/app/memory.kmem.limit_in_bytes", "104857600");
    const { result } = node.apply();
    t.match(result["not_carried"], [
      /the kernel memory limit of kubepods\/burstable\/pod-1\/app, 104857600/,
      /failcnt/,
      /OOM kill/,
    ]);
  });
});

t.test("shellcheck finds nothing in its scripts", async (t) => {
  const change = { before: {}, after: {}, hierarchy: "/m", notCarried: [] };
  const where = { save: "/s", tmp: "/t" };
  const inspection = module.inspect?.(argumentsOf(module, fromJson({}) as Dict), setting());
  for (const script of [inspection?.script, module.apply(change, where), module.revert(change, where)]) {
    const done = spawnSync("shellcheck", ["-s", "sh", "-S", "warning", "-e", "SC2043", "-"], {
      input: script?.text ?? "",
    });
    t.equal(done.error ? "" : done.stdout.toString(), "");
  }
});

t.test("what is refused before anything moves", async (t) => {
  const top = { path: "kubepods", accounting: "on", settings: {}, kernelMemoryLimit: "" };
  const state = {
    directories: [top],
    processes: [],
    unreadable: [],
    isHalfDone: false,
    isKubeletRunning: false,
    isSystemdTree: false,
    kernel: "3.10.0-1160.el7.x86_64",
  };
  const plan = (more: object) => module.plan({ ...state, ...more }, { hierarchy: "/m" }, setting());
  t.throws(() => plan({ isKubeletRunning: true }), /while kubelet runs: stop it first/);
  for (const kernel of ["4.18.0-553.el8_10.x86_64", "3.10.0-custom", "5.10.0-28-amd64"])
    t.throws(
      () => plan({ kernel }),
      new RegExp(
        `Cannot renew kubepods under its pods on kernel ${kernel.replaceAll(".", "\\.")}: .*3\\.10 only`,
      ),
    );
  t.throws(() => plan({ kernel: "" }), /the kernel's release can't be read/);
  t.throws(() => plan({ isSystemdTree: true }), /\/m\/kubepods\.slice stands there/);
  t.throws(
    () => plan({ unreadable: ["kubepods/memory.limit_in_bytes: Permission denied"] }),
    /nothing is moved: 1 files can't be read, the first is \/m\/kubepods\/memory\.limit_in_bytes: Permission denied/,
  );
  t.throws(() => plan({ directories: [{ ...top, accounting: "unknown" }] }), /its slabinfo can't be read/);
  t.equal(plan({ directories: [{ ...top, accounting: "off" }] }), null, "and a clean kubepods is left alone");
});
