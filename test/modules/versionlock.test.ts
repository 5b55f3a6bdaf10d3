/** Locks of packages: planned from what a host says, put into a real list and taken back under every shell. */

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { findModule, type HostModule } from "../../src/modules/modules.ts";
import { type Dict, fromJson } from "../../src/template/values.ts";
import { argumentsOf, Host, setting, shells } from "./host.ts";

const module = findModule("yum_versionlock") as HostModule;
const argsOf = (args: Readonly<Record<string, unknown>>) => argumentsOf(module, fromJson(args) as Dict);
const nevra = (name: string, release: string) => ({
  name,
  epoch: 0,
  version: "1.15.5",
  release,
  arch: "x86_64",
});
const dnf = "/etc/dnf/plugins/versionlock.list";
const yum = "/etc/yum/pluginconf.d/versionlock.list";

/** What is asked, of which host, and the locks before and after; null where nothing is to do. */
const rows: readonly (readonly [
  string,
  Record<string, unknown>,
  object,
  readonly [string[], string[]] | null,
])[] = [
  [
    "dnf's list gets dnf's line",
    { name: "kubelet" },
    { installed: [nevra("kubelet", "1")], locks: [], list: dnf },
    [[], ["kubelet-0:1.15.5-1.*"]],
  ],
  [
    "yum's list gets yum's line",
    { name: "kubelet" },
    { installed: [nevra("kubelet", "1")], locks: [], list: yum },
    [[], ["0:kubelet-1.15.5-1.*"]],
  ],
  [
    "a package that is locked so already is left",
    { name: "kubelet" },
    { installed: [nevra("kubelet", "1")], locks: [{ file: dnf, line: "kubelet-0:1.15.5-1.*" }], list: dnf },
    null,
  ],
  [
    "all locks of the name are lifted, and of no other",
    { name: "kubelet", state: "absent" },
    {
      installed: [],
      locks: ["kubelet-0:1.15.5-1.*", "kubelet-0:1.15.5-0.*", "kubelet-tools-0:1-1.*"].map((line) => ({
        file: dnf,
        line,
      })),
      list: dnf,
    },
    [["kubelet-0:1.15.5-1.*", "kubelet-0:1.15.5-0.*"], []],
  ],
];
for (const [name, args, state, locks] of rows)
  t.test(name, async (t) => {
    const change = module.plan(state, argsOf(args), setting());
    t.strictSame(change && [change.before, change.after], locks);
  });

t.test("what cannot be locked is told", async (t) => {
  const plan = (state: object) => module.plan(state, argsOf({ name: "kubelet" }), setting());
  t.throws(() => plan({ installed: [], locks: [], list: dnf }), /Cannot lock kubelet: it is not installed/);
  t.throws(() => plan({ installed: [], locks: [], list: null }), /plugin is not there; install/);
  t.throws(() => argsOf({ name: "kube*" }), /name an installed package/);
});

const text = "# locks\nkubelet-0:1.15.5-1.*\n\ndocker-ce-3:18.06.1.ce-3.el7.*\n";

for (const [shell, argv] of Object.entries(shells)) {
  const lifted = (host: Host) => {
    const list = join(host.root, "the list");
    writeFileSync(list, text);
    const state = { installed: [], locks: [{ file: list, line: "kubelet-0:1.15.5-1.*" }], list };
    const change = module.plan(state, argsOf({ name: "kubelet", state: "absent" }), setting());
    return { list, change, run: (script: ReturnType<typeof module.apply>) => host.run(script).code };
  };
  t.test(`a lifted lock comes back in its place (${shell})`, async (t) => {
    const host = new Host(argv);
    t.teardown(() => host.remove());
    const { list, change, run } = lifted(host);
    t.equal(run(module.apply(change, host.where)), 0);
    t.equal(readFileSync(list, "utf8"), text.replace("kubelet-0:1.15.5-1.*\n", ""));
    t.equal(run(module.revert(change, host.where) ?? { text: "false" }), 0);
    t.equal(readFileSync(list, "utf8"), text);
  });
  t.test(`a lock that somebody else made meanwhile stays (${shell})`, async (t) => {
    const host = new Host(argv);
    t.teardown(() => host.remove());
    const { list, change, run } = lifted(host);
    run(module.apply(change, host.where));
    appendFileSync(list, "runc-0:1.1.12-1.*\n");
    t.equal(run(module.revert(change, host.where) ?? { text: "false" }), 0);
    t.match(readFileSync(list, "utf8"), /runc-0:1\.1\.12-1\.\*\nkubelet-0:1\.15\.5-1\.\*\n$/);
  });
  t.test(`a list that was not there is not there again (${shell})`, async (t) => {
    const host = new Host(argv);
    t.teardown(() => host.remove());
    const list = join(host.root, "new list");
    const state = { installed: [nevra("kubelet", "1")], locks: [], list };
    const change = module.plan(state, argsOf({ name: "kubelet" }), setting());
    t.equal(host.run(module.apply(change, host.where)).code, 0);
    t.equal(readFileSync(list, "utf8"), "0:kubelet-1.15.5-1.*\n");
    t.equal(host.run(module.revert(change, host.where) ?? { text: "false" }).code, 0);
    t.notOk(existsSync(list));
  });
}
