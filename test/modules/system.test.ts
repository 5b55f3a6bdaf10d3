/** Packages, units, waiting and facts: what they plan from what a host says, and that packages go back. */

import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import t from "tap";
import { findModule, type HostModule, TaskFailed, type WaitModule } from "../../src/modules/modules.ts";
import { compareSegments } from "../../src/modules/packages/nevra.ts";
import type { Output } from "../../src/script/output.ts";
import { type Dict, fromJson } from "../../src/template/values.ts";
import { argumentsOf, Host, setting, shells } from "./host.ts";
import { RpmHost } from "./rpms.ts";

t.setTimeout(0);

const moduleOf = (name: string) => findModule(name) as HostModule;
const dict = (args: Readonly<Record<string, unknown>>) => fromJson(args) as Dict;
const said = (stdout: string, code = 0): Output => ({
  code,
  stdout: new TextEncoder().encode(stdout),
  stderr: new Uint8Array(),
  durationMs: 0,
});

for (const [name, shell] of Object.entries(shells))
  t.test(`a package goes up and back under ${name}, its configuration untouched`, async (t) => {
    const host = new RpmHost();
    t.teardown(() => host.remove());
    const old = host.build("kubelet", "1.15.5", "0");
    const young = host.build("kubelet", "1.15.5", "1");
    host.rpm("-U", old);
    appendFileSync(join(host.root, "host/kubelet.conf"), "mine\n");
    const module = moduleOf("rpm");
    const args = argumentsOf(module, dict({ name: young }));
    const inspect = () => {
      const inspection = module.inspect?.(args, setting());
      return inspection ? inspection.parse(host.run(inspection.script, shell)) : null;
    };
    const before = inspect();
    const change = module.plan(before, args, setting());
    t.match(change, { before: { packages: { kubelet: "kubelet-1.15.5-0.noarch" } } });
    t.equal(change.irreversible, undefined, "the old RPM lies beside the new one");
    const applied = host.run(module.apply(change, host.where), shell);
    t.equal(applied.code, 0);
    t.equal(host.text("kubelet"), "1.15.5-1");
    t.equal(module.plan(inspect(), args, setting()), null);
    const way = module.revert(change, host.where);
    const reverted = way ? host.run(way, shell) : null;
    t.equal(reverted?.code, 0);
    t.equal(host.text("kubelet"), "1.15.5-0");
    t.equal(host.text("kubelet.conf"), "default 1.15.5\nmine");
    t.strictSame(inspect(), before);
  });

t.test("a package whose RPM is nowhere has no way back, and cannot be secured", async (t) => {
  const host = new RpmHost();
  t.teardown(() => host.remove());
  const old = host.build("lonely", "1", "1");
  host.rpm("-U", old);
  host.run({ text: `mv ${old} ${host.root}/elsewhere` }, ["dash"]);
  const remove = moduleOf("rpm");
  const args = argumentsOf(remove, dict({ name: "lonely", state: "absent" }));
  const inspection = remove.inspect?.(args, setting());
  if (!inspection) throw new Error("it must inspect");
  const change = remove.plan(inspection.parse(host.run(inspection.script, ["dash"])), args, setting());
  t.match(change.irreversible, /lonely-1-1\.noarch, which is installed now, is in no repository/);
  t.equal(remove.revert(change, host.where), null);
  const secure = moduleOf("kmend.package.secure");
  const wanted = argumentsOf(secure, dict({ name: "lonely", folder: join(host.root, "kept") }));
  const look = secure.inspect?.(wanted, setting());
  if (!look) throw new Error("it must inspect");
  const state = look.parse(host.run(look.script, ["dash"]));
  t.throws(() => secure.plan(state, wanted, setting()), /Cannot secure the way back of lonely/);
});

t.test("a lock follows the change", async (t) => {
  const module = moduleOf("yum");
  const args = argumentsOf(module, dict({ name: "/r/kubelet-1.15.5-1.x86_64.rpm" }));
  const list = "/etc/yum/pluginconf.d/versionlock.list";
  const state = module.inspect?.(args, setting())?.parse(
    said(`tool yum
spec\t/r/kubelet-1.15.5-1.x86_64.rpm
file\tkubelet\t0\t1.15.5\t1\tx86_64
installed\tkubelet\t0\t1.15.5\t0\tx86_64
saved\t/r/kubelet-1.15.5-0.x86_64.rpm
lock\t${list}\t0:kubelet-1.15.5-0.*
lock\t${list}\t0:docker-ce-18.06.1.ce-3.el7.*
`),
  );
  const change = module.plan(state, args, setting());
  t.strictSame(change.locksBefore, [{ file: list, line: "0:kubelet-1.15.5-0.*" }]);
  t.strictSame(change.locksAfter, [{ file: list, line: "0:kubelet-1.15.5-1.*" }]);
});

const older: readonly (readonly [string, string])[] = [
  ["1.9", "1.10"],
  ["1.0~rc1", "1.0"],
  ["1.0", "1.0.1"],
  ["1.0a", "1.0.1"],
  ["1.15.5", "1.15.5^git1"],
  ["a", "b"],
];
for (const [low, high] of older)
  t.test(`${low} is older than ${high}`, async (t) => {
    t.ok(compareSegments(low, high) < 0);
    t.ok(compareSegments(high, low) > 0);
    t.equal(compareSegments(low, low), 0);
  });

const refused = ["https://host/x.rpm", "@group", "kubelet >= 1.15", "kube*", "./x.rpm"];
for (const name of refused)
  t.test(`the package "${name}" is refused by name`, async (t) => {
    const module = moduleOf("dnf");
    t.throws(() => argumentsOf(module, dict({ name })), TaskFailed);
  });

const unit = (active: string, file = "enabled", more = "") =>
  `Id=kubelet.service\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${file}\n${more}`;
const units: readonly (readonly [string, Record<string, unknown>, string, readonly string[] | null])[] = [
  ["started where it runs", { state: "started" }, unit("active"), null],
  ["started where it does not", { state: "started" }, unit("inactive"), ["start"]],
  ["stopped where it runs", { state: "stopped" }, unit("active"), ["stop"]],
  ["restarted always acts", { state: "restarted" }, unit("active"), ["restart"]],
  [
    "enabled and started",
    { state: "started", enabled: true },
    unit("inactive", "disabled"),
    ["enable", "start"],
  ],
  ["a static unit cannot be disabled", { enabled: false }, unit("active", "static"), null],
  [
    "unmasked, then started",
    { masked: false, state: "started" },
    unit("inactive", "masked"),
    ["unmask", "start"],
  ],
  ["a reload that nothing needs", { daemon_reload: true }, unit("active"), null],
  [
    "a reload that is needed",
    { daemon_reload: true },
    unit("active", "enabled", "NeedDaemonReload=yes\n"),
    ["daemon-reload"],
  ],
];
for (const [name, more, shown, verbs] of units)
  t.test(`systemd: ${name}`, async (t) => {
    const module = moduleOf("systemd");
    const args = argumentsOf(module, dict({ name: "kubelet", ...more }));
    const state = module.inspect?.(args, setting())?.parse(said(shown));
    t.strictSame(module.plan(state, args, setting())?.verbs ?? null, verbs);
  });

t.test("systemd: a unit that is not there, and a SysV script, fail by name", async (t) => {
  const module = moduleOf("service");
  const args = argumentsOf(module, dict({ name: "nope", state: "started" }));
  const plan = (shown: string) =>
    module.plan(module.inspect?.(args, setting())?.parse(said(shown)), args, setting());
  t.throws(
    () => plan("LoadState=not-found\nActiveState=inactive\n"),
    /Could not find the requested service nope/,
  );
  t.throws(() => plan("LoadState=loaded\nSourcePath=/etc/init.d/nope\n"), /SysV script/);
});

for (const [name, shell] of Object.entries(shells))
  t.test(`wait_for sees a port and a path under ${name}`, async (t) => {
    const module = findModule("wait_for") as WaitModule;
    const host = new Host(shell);
    const server = createServer((socket) => socket.end("SSH-2.0-test\r\n"));
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    t.teardown(() => {
      server.close();
      host.remove();
    });
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const done = (args: Readonly<Record<string, unknown>>) => {
      const parsed = argumentsOf(module as never, dict(args));
      return module.done(host.run(module.probe(parsed)), parsed, null);
    };
    t.equal(done({ port }), true);
    t.equal(done({ port, state: "stopped" }), false);
    t.equal(done({ port: 1 }), false);
    t.equal(done({ path: host.work }), true);
    t.equal(done({ path: `${host.work}/none` }), false);
    t.equal(done({ path: `${host.work}/none`, state: "absent" }), true);
    t.equal(done({ path: "/etc/passwd", search_regex: "^ro+t:" }), true);
    t.equal(done({ path: "/etc/passwd", search_regex: "^nobody-at-all:" }), false);
  });

for (const [name, shell] of Object.entries(shells))
  t.test(`setup gathers what roles read under ${name}`, async (t) => {
    const host = new Host(shell);
    t.teardown(() => host.remove());
    const gather = (args: Readonly<Record<string, unknown>>): Dict => {
      const module = moduleOf("setup");
      return host.inspect(module, argumentsOf(module, dict(args)), setting());
    };
    const facts = gather({});
    for (const fact of [
      "os_family",
      "distribution",
      "pkg_mgr",
      "service_mgr",
      "kernel",
      "env",
      "date_time",
      "mounts",
      "local",
    ])
      t.ok(facts.has(`ansible_${fact}`), fact);
    t.type(facts.get("ansible_memtotal_mb"), "number");
    t.type(facts.get("ansible_processor_vcpus"), "number");
    t.notOk(facts.has("ansible_python"), "there is no Python on the host to tell of");
    t.notOk(gather({ gather_subset: ["!all"] }).has("ansible_mounts"));
    t.strictSame(
      gather({ filter: ["distribution*"] })
        .keys()
        .every((key) => String(key).startsWith("ansible_distribution")),
      true,
    );
  });
