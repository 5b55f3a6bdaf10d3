/** Kernels lie side by side: one more comes and goes without the others, and the one that runs is not taken away. */

import { readFileSync } from "node:fs";
import t from "tap";
import { findModule, type HostModule } from "../../src/modules/modules.ts";
import { isInstallOnly } from "../../src/modules/packages/install-only.ts";
import { type Dict, fromJson } from "../../src/template/values.ts";
import { argumentsOf, setting, shells } from "./host.ts";
import { RpmHost } from "./rpms.ts";

t.setTimeout(0);

const module = findModule("rpm") as HostModule;
const argumentsFor = (name: string) => argumentsOf(module, fromJson({ name }) as Dict);

for (const [name, shell] of Object.entries(shells))
  t.test(`a kernel comes beside two others and goes again under ${name}`, async (t) => {
    const host = new RpmHost();
    t.teardown(() => host.remove());
    const [old, older, young] = ["514", "327", "1160"].map((release) =>
      host.build("kernel", "3.10.0", release, `kernel-${release}`),
    );
    host.rpm("-i", old ?? "", older ?? "");
    const kernels = () => host.rpm("-q", "kernel").trim().split("\n").sort();
    const before = kernels();
    t.equal(before.length, 2);
    const args = argumentsFor(young ?? "");
    const inspection = module.inspect?.(args, setting());
    if (!inspection) throw new Error("it must inspect");
    const inspect = () => inspection.parse(host.run(inspection.script, shell));
    const state = inspect();
    const change = module.plan(state, args, setting());
    t.match(change.before, { packages: { kernel: null } }, "it replaces none");
    t.equal(change.irreversible, undefined, "so none has to be kept");
    t.equal(host.run(module.apply(change, host.where), shell).code, 0);
    t.strictSame(kernels(), ["kernel-3.10.0-1160.noarch", ...before].sort());
    t.equal(module.plan(inspect(), args, setting()), null, "and once is enough");
    const way = module.revert(change, host.where);
    const reverted = way ? host.run(way, shell) : null;
    t.equal(reverted?.code, 0, String(reverted?.stderr));
    t.strictSame(kernels(), before, "the very one that came is gone");
    t.strictSame(inspect(), state);
  });

t.test("the kernel that runs is not taken away, and nothing is touched", async (t) => {
  const host = new RpmHost();
  t.teardown(() => host.remove());
  const release = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  const image = `/boot/vmlinuz-${release}`;
  const running = host.build("kernel", "3.10.0", "1160", "kernel-1160", `%ghost ${image}`);
  const args = argumentsFor(running);
  const inspection = module.inspect?.(args, setting());
  if (!inspection) throw new Error("it must inspect");
  const change = module.plan(inspection.parse(host.run(inspection.script, ["dash"])), args, setting());
  t.equal(host.run(module.apply(change, host.where), ["dash"]).code, 0);
  const way = module.revert(change, host.where);
  const refused = way ? host.run(way, ["dash"]) : null;
  t.equal(refused?.code, 1);
  t.match(
    String(refused?.stderr),
    /Cannot take away kernel-3\.10\.0-1160\.noarch: it is the kernel that runs.*awaits a reboot/,
  );
  t.equal(host.rpm("-q", "kernel").trim(), "kernel-3.10.0-1160.noarch");
});

t.test("what yum and dnf keep side by side, and nothing else", async (t) => {
  for (const name of [
    "kernel",
    "kernel-core",
    "kernel-modules-extra",
    "kernel-devel",
    "kernel-PAE",
    "kernel-ml",
  ])
    t.ok(isInstallOnly({ name }), name);
  for (const name of ["kernel-headers", "kernel-tools", "kernel-tools-libs", "kubelet", "akernel"])
    t.notOk(isInstallOnly({ name }), name);
});

t.test("by yum a kernel is installed without taking the oldest away", async (t) => {
  const yum = findModule("yum") as HostModule;
  const args = argumentsOf(yum, fromJson({ name: "kernel-3.10.0-1160.el7" }) as Dict);
  const printed = `tool yum
spec\tkernel-3.10.0-1160.el7
installed\tkernel\t0\t3.10.0\t514.el7\tx86_64
offered\tkernel.x86_64\t3.10.0-1160.el7\tupdates\t
`;
  const state = yum.inspect?.(args, setting())?.parse({
    code: 0,
    stdout: new TextEncoder().encode(printed),
    stderr: new Uint8Array(),
    durationMs: 0,
  });
  const change = yum.plan(state, args, setting());
  t.equal(change.irreversible, undefined, "the one that is there is not replaced: its RPM need not be had");
  const { text } = yum.apply(change, { save: "/s", tmp: "/t" });
  t.match(text, /yum .*--setopt=installonly_limit=0.* install .*kernel-3\.10\.0-1160\.el7\.x86_64/);
  t.notMatch(text, "reinstall");
});
