/** A boot parameter on a host without grubby: GRUB's defaults are edited, its own tool writes the entries, both come back. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { findModule, type HostModule } from "../../src/modules/modules.ts";
import { type Dict, fromJson } from "../../src/template/values.ts";
import { argumentsOf, Host, setting, shells } from "./host.ts";

const parameter = findModule("kmend.kernel.parameter") as HostModule;
const argsOf = (args: Readonly<Record<string, unknown>>) => argumentsOf(parameter, fromJson(args) as Dict);
const nokmem = argsOf({ name: "cgroup.memory", value: "nokmem" });

/** A stand-in of grub-mkconfig: two entries a kernel, as GRUB's manual says. With a `grub.d` it reads that too. */
const mkconfig = (folder: string, output: string): string => `#!/bin/sh
[ ! -e ${folder}/broken ] || { echo 'grub: no space left' >&2; exit 1; }
. ${folder}/etc/default/grub
[ ! -e ${folder}/etc/default/grub.d/x.cfg ] || . ${folder}/etc/default/grub.d/x.cfg
cat >${output} <<END
set default="0"
menuentry 'EL' {
	linux16	/vmlinuz-3.10.0-1160.el7.x86_64 root=/dev/vda1 ro $GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT
	initrd16 /initramfs-3.10.0-1160.el7.x86_64.img
}
menuentry 'EL (recovery)' {
	linux16	/vmlinuz-3.10.0-1160.el7.x86_64 root=/dev/vda1 ro single $GRUB_CMDLINE_LINUX
}
menuentry 'memory test' {
	linux16	/memtest86+.bin
}
END
`;

const plain =
  '# of this node\nGRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="crashkernel=auto quiet"\nGRUB_CMDLINE_LINUX_DEFAULT="splash"\n';

/** A host that has a GRUB below a folder of its own, and no grubby. */
function grubHost(t: Tap, argv: readonly string[], tool: "update-grub" | "grub2-mkconfig") {
  const host = new Host(argv);
  const folder = mkdtempSync(join(tmpdir(), "kmend-grub-"));
  t.teardown(() => {
    host.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const each of ["bin", "etc/default/grub.d", "boot/grub", "boot/grub2"])
    mkdirSync(join(folder, each), { recursive: true });
  const config = join(folder, tool === "update-grub" ? "boot/grub/grub.cfg" : "boot/grub2/grub.cfg");
  const defaults = join(folder, "etc/default/grub");
  writeFileSync(join(folder, "bin", tool), mkconfig(folder, tool === "update-grub" ? config : '"$2"'));
  chmodSync(join(folder, "bin", tool), 0o755);
  // The paths of the script, below the folder; a real grubby of this machine is out of sight.
  const run = (script: { text: string } | null | undefined) =>
    host.run({
      text: `PATH=${folder}/bin:$PATH\n${script?.text.replaceAll("/etc/", `${folder}/etc/`).replaceAll("/boot/", `${folder}/boot/`).replaceAll("/sys/firmware", `${folder}/sys`)}`,
    });
  const inspect = (args = nokmem) => {
    const inspection = parameter.inspect?.(args, setting());
    return inspection?.parse(run(inspection.script));
  };
  const here = (change: { grub?: { config: string } } | null) =>
    change && { ...change, grub: { ...change.grub, config: config.replace(folder, "") } };
  const plan = (args = nokmem) => here(parameter.plan(inspect(args), args, setting()));
  const files = () => [defaults, config].map((file) => readFileSync(file, "utf8"));
  const begin = (text: string) => {
    writeFileSync(defaults, text);
    run({ text: `${tool} -o ${config.replace(folder, "")}` });
  };
  return { host, folder, run, inspect, plan, files, begin, defaults };
}
type Tap = { teardown(then: () => void): void };

for (const [shell, argv] of Object.entries(shells))
  t.test(`under ${shell}`, async (t) => {
    for (const tool of ["update-grub", "grub2-mkconfig"] as const)
      t.test(`${tool} gives it to every entry, and all comes back to the letter`, async (t) => {
        const { host, run, inspect, plan, files, begin } = grubHost(t, argv, tool);
        begin(plain);
        const before = files();
        const state = inspect();
        const change = plan();
        const end = run(parameter.apply(change, host.where));
        t.equal(end.code, 0, end.stderr.toString());
        const [defaults, config] = files();
        t.equal(defaults, plain.replace("auto quiet", "auto quiet cgroup.memory=nokmem"));
        t.equal(config?.match(/vmlinuz.* cgroup\.memory=nokmem/g)?.length, 2, "recovery too");
        t.equal(plan(), null, "a second run has nothing to do");
        t.equal(run(parameter.revert(change, host.where)).code, 0);
        t.strictSame(files(), before);
        t.strictSame(parameter.restored?.(inspect(), change), parameter.restored?.(state, change));
      });

    t.test("a tool that fails, or a file that overrules, leaves all as it was", async (t) => {
      const { host, folder, run, plan, files, begin } = grubHost(t, argv, "update-grub");
      begin(plain);
      const before = files();
      writeFileSync(join(folder, "broken"), "");
      t.equal(run(parameter.apply(plan(), host.where)).code, 1);
      t.strictSame(files(), before);
      rmSync(join(folder, "broken"));
      writeFileSync(join(folder, "etc/default/grub.d/x.cfg"), "GRUB_CMDLINE_LINUX=quiet\n");
      const end = run(parameter.apply(plan(), host.where));
      t.equal(end.code, 1);
      t.match(end.stderr.toString(), /did not come out as wanted, and are what they were.*grub\.d/);
      t.strictSame(files(), before);
    });

    t.test("another's work since then is not overwritten", async (t) => {
      const { host, run, plan, files, begin, defaults } = grubHost(t, argv, "update-grub");
      begin(plain);
      const change = plan();
      t.equal(run(parameter.apply(change, host.where)).code, 0);
      writeFileSync(defaults, `${readFileSync(defaults, "utf8")}GRUB_TERMINAL=serial\n`);
      const others = files();
      const end = run(parameter.revert(change, host.where));
      t.equal(end.code, 1);
      t.match(end.stderr.toString(), /was changed since: take cgroup\.memory=nokmem back there by hand/);
      t.strictSame(files(), others);
    });
  });

t.test("the defaults in every shape that can be edited", async (t) => {
  const grub = (defaults: string) => ({
    hasGrubby: false,
    grub: { tool: "update-grub", config: "/boot/grub/grub.cfg", defaults },
    kernels: [{ path: "/boot/vmlinuz-1", arguments: ["ro"] }],
    booted: [],
  });
  const after = (defaults: string, args = nokmem) =>
    (parameter.plan(grub(defaults), args, setting()) as { grub: { after: string } }).grub.after;
  t.equal(after("GRUB_CMDLINE_LINUX=''\n"), 'GRUB_CMDLINE_LINUX="cgroup.memory=nokmem"\n');
  t.equal(after("GRUB_CMDLINE_LINUX=quiet\n"), 'GRUB_CMDLINE_LINUX="quiet cgroup.memory=nokmem"\n');
  t.equal(after("GRUB_TIMEOUT=5\n"), 'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="cgroup.memory=nokmem"\n');
  t.equal(
    after('GRUB_CMDLINE_LINUX_DEFAULT="a cgroup.memory=nosocket"\nGRUB_CMDLINE_LINUX=""\n'),
    'GRUB_CMDLINE_LINUX_DEFAULT="a"\nGRUB_CMDLINE_LINUX="cgroup.memory=nokmem"\n',
    "one value of a name only",
  );
  t.throws(() => after('GRUB_CMDLINE_LINUX="$OTHER quiet"\n'), /Cannot edit \/etc\/default\/grub safely/);
  t.throws(() => after('GRUB_CMDLINE_LINUX+=" quiet"\n'), /Cannot edit \/etc\/default\/grub safely/);
  t.throws(() => after("GRUB_ENABLE_BLSCFG=true\n"), /entries are files of their own here/);
});
