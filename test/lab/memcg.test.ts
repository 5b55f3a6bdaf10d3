/**
 * The kernel's model against the measurements on 3.10.0-514 and 3.10.0-1160: first the rules alone, on both kernels,
 * then the mounted file system through real shell commands (root and /dev/fuse needed).
 */

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { type Cgroup, unlimited } from "../../src/lab/memcg/cgroup.ts";
import { cgroupFiles } from "../../src/lab/memcg/cgroup-files.ts";
import { KernelError } from "../../src/lab/memcg/errno.ts";
import { type Kernel, kernelRules, serveNode } from "../../src/lab/memcg/memcg.ts";
import { MemoryHierarchy } from "../../src/lab/memcg/model.ts";

const kernels: readonly Kernel[] = ["514", "1160"];

/** A kernel whose processes and clock are the test's. */
function boot(kernel: Kernel, bootParameters = "") {
  const live = new Set<number>();
  let serial = 0;
  let nowMs = 0;
  const model = new MemoryHierarchy({
    kernel,
    bootParameters,
    tasks: { isLive: ({ pid }) => live.has(pid), descendants: () => [], residentBytes: () => 0n },
    nowMs: () => nowMs,
    nextSerial: () => ++serial,
  });
  let lastPid = 100;
  const make = (path: string): Cgroup => {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    return model.mkdir(
      parts.reduce((at, part) => at.children.get(part) as Cgroup, model.root),
      name,
    );
  };
  return {
    model,
    make,
    run: (cgroup: Cgroup): number => {
      live.add(++lastPid);
      model.attach(cgroup, { pid: lastPid, startTime: 1 });
      return lastPid;
    },
    kill: (pid: number): boolean => live.delete(pid),
    sleep: (ms: number): void => {
      nowMs += ms;
    },
    activate: (cgroup: Cgroup): void => {
      model.setKmemLimit(cgroup, 1n);
      model.setKmemLimit(cgroup, unlimited);
    },
    file: (cgroup: Cgroup, name: string): string =>
      answer(
        () =>
          cgroupFiles.find((file) => file.name === name)?.read?.(model, cgroup, { pid: process.pid }) ?? "",
      ),
    write: (cgroup: Cgroup, name: string, text: string): string =>
      answer(() =>
        cgroupFiles.find((file) => file.name === name)?.write?.(model, cgroup, text, { pid: process.pid }),
      ),
  };
}

type Machine = ReturnType<typeof boot>;

/** What a call gives, or the name of its errno. */
function answer(call: () => unknown): string {
  try {
    const given = call();
    return typeof given === "string" ? given : "";
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
}

const slabinfo = "memory.kmem.slabinfo";
const kmemLimit = "memory.kmem.limit_in_bytes";
const noLimit = "9223372036854771712\n";

/** A pod of two containers lives and goes. Who activates is the case's. */
function pod(
  machine: Machine,
  name: string,
  by: { readonly kubelet: boolean; readonly runtime: boolean },
): void {
  const directory = machine.make(`kubepods/${name}`);
  if (by.kubelet) machine.activate(directory);
  const containers = ["pause", "app"].map((container) => {
    const cgroup = machine.make(`kubepods/${name}/${name}-${container}`);
    if (by.runtime) machine.activate(cgroup);
    return { cgroup, pid: machine.run(cgroup) };
  });
  for (const { cgroup, pid } of containers) {
    machine.kill(pid);
    machine.model.rmdir(cgroup);
  }
  machine.model.rmdir(directory);
}

for (const kernel of kernels) {
  t.test(`${kernel}: a cgroup's accounting is switched on by its first limit, for good`, async (t) => {
    const machine = boot(kernel);
    const { model, file, write } = machine;
    t.equal(file(model.root, slabinfo), "EIO");
    t.equal(write(model.root, kmemLimit, "1"), "EINVAL");

    const kubepods = machine.make("kubepods");
    t.equal(file(kubepods, slabinfo), "EIO");
    t.equal(file(kubepods, kmemLimit), noLimit);
    t.equal(write(kubepods, kmemLimit, "-1"), "");
    t.equal(file(kubepods, slabinfo), "EIO", "-1 first leaves it off");

    t.equal(write(kubepods, kmemLimit, "104857600"), "");
    t.equal(file(kubepods, kmemLimit), "104857600\n");
    t.match(file(kubepods, slabinfo), /^slabinfo - version: 2.1\n# name[^\n]*\n$/, "a header and no rows");
    t.equal(write(kubepods, kmemLimit, "-1"), "");
    t.equal(file(kubepods, kmemLimit), noLimit);
    t.match(file(kubepods, slabinfo), /^slabinfo/);

    const child = machine.make("kubepods/child");
    t.equal(file(child, kmemLimit), noLimit);
    t.match(file(child, slabinfo), /^slabinfo/, "a child is active at birth");
    machine.run(child);
    t.match(file(child, slabinfo), /\ndentry /, "rows once a task runs");
    t.equal(file(model.root, slabinfo), "EIO", "the root answers EIO with active cgroups below it too");
  });

  t.test(`${kernel}: a first limit is refused where a task or a child is inside`, async (t) => {
    const machine = boot(kernel);
    const busy = machine.make("busy");
    const pid = machine.run(busy);
    t.equal(machine.write(busy, kmemLimit, "1"), "EBUSY");
    t.equal(machine.write(busy, kmemLimit, "-1"), "");
    t.equal(
      answer(() => machine.model.rmdir(busy)),
      "EBUSY",
      "and it is not removed",
    );
    machine.kill(pid);
    t.equal(machine.write(busy, kmemLimit, "1"), "", "works once it is gone");
    const parent = machine.make("parent");
    const child = machine.make("parent/child");
    t.equal(machine.write(parent, kmemLimit, "1"), "EBUSY");
    machine.model.rmdir(child);
    t.equal(machine.write(parent, kmemLimit, "1"), "");
  });

  const perPod = [
    { who: "kubelet alone", kubelet: true, runtime: false, memcg: 3, kmem: 3 },
    { who: "both", kubelet: true, runtime: true, memcg: 3, kmem: 3 },
    { who: "the runtime alone", kubelet: false, runtime: true, memcg: 3, kmem: 2 },
    { who: "neither", kubelet: false, runtime: false, memcg: 0, kmem: 0 },
  ];
  for (const { who, memcg, kmem, ...by } of perPod)
    t.test(
      `${kernel}: a pod leaks ${memcg} memcg ids and ${kmem} kmem ids where ${who} activates`,
      async (t) => {
        const machine = boot(kernel);
        const kubepods = machine.make("kubepods");
        if (by.kubelet) machine.activate(kubepods);
        for (let index = 0; index < 10; index += 1) pod(machine, `pod${index}`, by);
        const counts = machine.model.counts();
        t.equal(counts.leakedMemcgIds, 10 * memcg);
        t.equal(counts.leakedKmemIds, 10 * kmem);
        t.equal(counts.directories, 2, "num_cgroups shows nothing of it");
        t.equal(indexMethod(machine), 10 * kmem, "the highest slab index tells the kmem ids");
        const usage = machine.model.kmemUsage(kubepods);
        if (kernel === "514" && kmem > 0)
          t.ok(
            usage >= BigInt(kmem === 0 ? 0 : 20 * 16384) && usage <= BigInt(20 * 20480),
            "about 19 KB a container",
          );
        else t.equal(usage, 0n);
      },
    );

  t.test(`${kernel}: a swap alone changes nothing, a renewal does`, async (t) => {
    const machine = boot(kernel);
    const kubepods = machine.make("kubepods");
    machine.activate(kubepods);
    pod(machine, "old", { kubelet: true, runtime: false });
    pod(machine, "swapped", { kubelet: false, runtime: false });
    t.equal(machine.model.counts().leakedKmemIds, 6, "the old kubepods hands it on");
    machine.model.rmdir(kubepods);
    const leaked = machine.model.counts().leakedKmemIds;
    const renewed = machine.make("kubepods");
    t.equal(machine.file(renewed, slabinfo), "EIO");
    pod(machine, "new", { kubelet: false, runtime: false });
    t.equal(machine.model.counts().leakedKmemIds, leaked, "new pods leak nothing");
  });

  t.test(
    `${kernel}: an empty probe costs nothing; a moved process leaves what its cgroup holds`,
    async (t) => {
      const machine = boot(kernel);
      machine.activate(machine.make("kubepods"));
      machine.model.rmdir(machine.make("kubepods/kmend-probe"));
      t.equal(machine.model.counts().leakedMemcgIds, 0);
      const old = machine.make("kubepods/old");
      const pid = machine.run(old);
      machine.model.attach(machine.make("aside"), { pid, startTime: 1 });
      machine.model.rmdir(old);
      t.equal(machine.model.counts().leakedKmemIds, 1);
    },
  );

  t.test(`${kernel}: ids run out at 65,535 for every mkdir, and num_cgroups does not tell`, async (t) => {
    const machine = boot(kernel);
    machine.model.preloadedIds = 65_533;
    machine.make("last");
    t.equal(
      answer(() => machine.make("one-more")),
      kernel === "514" ? "ENOSPC" : "ENOMEM",
    );
    t.equal(machine.model.counts().directories, 2);
  });

  t.test(`${kernel}: a cgroup is renamed within its parent, with live tasks`, async (t) => {
    const machine = boot(kernel);
    const kubepods = machine.make("kubepods");
    machine.run(kubepods);
    machine.model.rename(kubepods, machine.model.root, "kubepods.old");
    t.same([...machine.model.root.children.keys()], ["kubepods.old"]);
    t.equal(machine.file(machine.make("kubepods"), slabinfo), "EIO", "a new one is inactive");
    t.equal(
      answer(() => machine.model.rename(kubepods, kubepods, "x")),
      "EIO",
    );
  });

  const reclaims = [
    { how: "in order, with the wait", waitMs: 6_000, drop: 3, frees: true },
    { how: "without the wait", waitMs: 100, drop: 3, frees: false },
    { how: "without the drop", waitMs: 6_000, drop: null, frees: false },
  ];
  for (const { how, waitMs, drop, frees } of reclaims)
    t.test(
      `${kernel}: a reclaim ${how} frees ${frees && kernel === "514" ? "containers" : "nothing"}`,
      async (t) => {
        const machine = boot(kernel);
        const { model } = machine;
        for (const name of ["kubepods", "runtime-only"]) machine.make(name);
        machine.activate(model.root.children.get("kubepods") as Cgroup);
        for (let index = 0; index < 40; index += 1)
          pod(machine, `pod${index}`, { kubelet: true, runtime: false });
        if (drop !== null) model.dropCaches(drop);
        machine.sleep(waitMs);
        for (const cache of model.slab.rootCaches) model.shrink(cache);
        t.equal(model.counts().leakedKmemIds, frees && kernel === "514" ? 40 : 120, "a pod's own id stays");
      },
    );
}

t.test(
  "514: a reclaim frees a runtime's leak whole, its pinned pods too, and leaves links broken",
  async (t) => {
    const machine = boot("514");
    const { model } = machine;
    machine.make("kubepods");
    for (let index = 0; index < 40; index += 1)
      pod(machine, `pod${index}`, { kubelet: false, runtime: true });
    const shown = model.slab.list().length;
    model.dropCaches(3);
    machine.sleep(6_000);
    for (const cache of model.slab.rootCaches) model.shrink(cache);
    t.equal(model.counts().leakedMemcgIds, 0);
    const links = model.slab.list().filter(({ target, name }) => target !== undefined && name.includes("("));
    t.ok(links.length > 1000 && links.length < shown);
    t.ok(
      links.every(({ target }) => model.slab.find(target ?? "") === undefined),
      "every link is broken",
    );
    const next = machine.make("next");
    machine.activate(next);
    machine.run(next);
    t.ok(
      links.some(({ target }) => model.slab.find(target ?? "")),
      "an index used again wakes the old links",
    );
  },
);

t.test(
  "cgroup.memory=nokmem: 1160 takes limits silently and leaks nothing, 514 does not know it",
  async (t) => {
    for (const kernel of kernels) {
      const machine = boot(kernel, "ro cgroup.memory=nokmem");
      const kubepods = machine.make("kubepods");
      t.equal(machine.write(kubepods, kmemLimit, "104857600"), "");
      t.equal(machine.file(kubepods, slabinfo) === "EIO", kernel === "1160");
      pod(machine, "pod", { kubelet: true, runtime: true });
      t.equal(machine.model.counts().leakedMemcgIds, kernel === "1160" ? 0 : 3);
    }
  },
);

t.test("a leaked container shows 17 entries in the slab directory on 514, one on 1160", async (t) => {
  for (const [kernel, entries] of [
    ["514", 17],
    ["1160", 1],
  ] as const) {
    const machine = boot(kernel);
    machine.make("kubepods");
    pod(machine, "pod", { kubelet: false, runtime: true });
    const named = machine.model.slab.list().filter(({ name }) => name.endsWith(":pod-app)"));
    t.equal(named.length, entries);
    t.ok(named.some(({ name }) => /^dentry\(\d+:pod-app\)$/.test(name)));
  }
});

t.test("on el8 everything accounts, nothing is refused, and what is removed holds nothing", async (t) => {
  const machine = boot("el8");
  const kubepods = machine.make("kubepods");
  t.equal(machine.file(machine.model.root, slabinfo), "");
  t.equal(machine.file(kubepods, slabinfo), "", "on, and no row yet");
  pod(machine, "pod", { kubelet: true, runtime: true });
  t.match(machine.model.counts(), { kmemIds: 1, leakedMemcgIds: 0, leakedKmemIds: 0 });
  const busy = machine.make("kubepods/busy");
  machine.run(busy);
  t.match(machine.file(busy, slabinfo), /^slabinfo - version: 2\.1\n#.*\nkmalloc/);
  t.equal(machine.write(busy, "memory.kmem.limit_in_bytes", "1"), "", "with a task inside, too");
  t.notOk(machine.model.slab.list().some(({ name }) => name.includes("(")));
  const off = boot("el8", "cgroup.memory=nokmem");
  off.make("kubepods");
  t.equal(off.model.counts().kmemIds, 0);
});

t.test("docs/lab.md shows every rule of the model with its source", async (t) => {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/lab.md"), "utf8");
  for (const { rule, source } of kernelRules) t.ok(docs.includes(`| ${rule} | ${source} |`), rule);
});

/** Highest index among entries that resolve, plus 1, minus the live cgroups whose slabinfo answers. */
function indexMethod({ model }: Machine): number {
  const resolving = model.slab
    .list()
    .filter(({ target }) => target === undefined || model.slab.find(target) !== undefined)
    .map(({ name }) => Number(/\((\d+):/.exec(name)?.[1] ?? -1));
  return Math.max(0, Math.max(...resolving) + 1 - model.counts().activeDirectories);
}

const canMount = process.getuid?.() === 0 && existsSync("/dev/fuse");
const skip = canMount ? {} : { skip: "needs root and /dev/fuse" };

t.test("the mounted hierarchy answers real commands as the kernel does", skip, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kmend-memcg-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const node = await serveNode({ mountPoint: join(folder, "kernel"), kernel: "514" });
  try {
    for (const { script, says } of commands)
      t.match(await shell(join(node.mountPoint, "cgroup"), script), says, script);
    await node.preload(65_534);
    t.match(await shell(node.mountPoint, "mkdir cgroup/x"), /No space left on device/);
    t.match(await shell(node.mountPoint, "cat cgroups"), /^memory\t9\t2\t1$/m);
    await node.reset("cgroup.memory=nokmem");
    t.match(
      await shell(node.mountPoint, "cat cmdline; find cgroup -type d"),
      /^cgroup.memory=nokmem\ncgroup\n$/,
    );
    t.match(await node.counts(), { memcgIds: 1, kmemIds: 0, directories: 1 });
  } finally {
    await node.close();
  }
  t.notMatch(await shell("/", "cat /proc/mounts"), folder, "nothing stays mounted");
});

/** In order: each goes on from what the ones before it left. */
const commands: readonly { readonly script: string; readonly says: RegExp }[] = [
  { script: "cat memory.kmem.slabinfo", says: /Input\/output error/ },
  { script: "cat ../osrelease", says: /^3\.10\.0-514\.el7\.x86_64\n$/ },
  { script: "mkdir kubepods; cat kubepods/memory.kmem.slabinfo", says: /Input\/output error/ },
  {
    script: "echo 1 > kubepods/memory.kmem.limit_in_bytes; echo -1 > kubepods/memory.kmem.limit_in_bytes",
    says: /^$/,
  },
  { script: "cat kubepods/memory.kmem.slabinfo", says: /^slabinfo - version: 2\.1\n/ },
  { script: "mkdir kubepods/pod; rmdir kubepods", says: /Device or resource busy/ },
  { script: "mkdir kubepods", says: /File exists/ },
  { script: "touch kubepods/new", says: /Permission denied/ },
  { script: "rm kubepods/tasks", says: /Operation not permitted/ },
  { script: "find . -type d | sort | tr '\\n' ' '", says: /^\. \.\/kubepods \.\/kubepods\/pod $/ },
  {
    script:
      "sh -c 'echo 0 > kubepods/pod/cgroup.procs; exec sleep 60' & until grep -q $! kubepods/pod/tasks; do :; done; rmdir kubepods/pod; kill $!; wait $!; rmdir kubepods/pod; cat ../counts",
    says: /Device or resource busy\n.*"leakedMemcgIds":1,"leakedKmemIds":1/s,
  },
  { script: "ls ../slab | grep :pod | wc -l", says: /^17\n$/ },
  {
    script: "stat -c %s '../slab/inode_cache(1:pod)/shrink'; ls -L '../slab/dentry(1:pod)'",
    says: /^0\n.*shrink/s,
  },
  { script: "mv kubepods kubepods.old; ls -d */", says: /^kubepods\.old\/\n$/ },
  { script: "mkdir -p a/b; mv a/b kubepods.old/", says: /Input\/output error/ },
  {
    script: "rmdir a/b a kubepods.old; mkdir kubepods; cat kubepods/memory.kmem.slabinfo",
    says: /Input\/output error/,
  },
  {
    script: "echo 64M > kubepods/memory.limit_in_bytes; cat kubepods/memory.limit_in_bytes",
    says: /^67108864\n$/,
  },
  { script: "bash -c 'echo x > kubepods/memory.limit_in_bytes'", says: /Invalid argument/ },
  { script: "echo 4194303 > kubepods/tasks", says: /./ },
];

/** What a command says, on either stream. */
function shell(cwd: string, script: string): Promise<string> {
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${script}`], { cwd, timeout: 20_000 }, (_, stdout, stderr) =>
      resolve(stderr + stdout),
    );
  });
}
