/** Reboot and boot parameters: what they plan from what a host says, and what grubby is asked, under every shell. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { grubbyProgram } from "../../src/lab/standins/grubby-program.ts";
import { findModule, type HostModule } from "../../src/modules/modules.ts";
import { type Dict, fromJson, toJson } from "../../src/template/values.ts";
import { argumentsOf, Host, setting, shells } from "./host.ts";

const reboot = findModule("ansible.builtin.reboot") as HostModule;
const parameter = findModule("kmend.kernel.parameter") as HostModule;
const argsOf = (module: HostModule, args: Readonly<Record<string, unknown>>) =>
  argumentsOf(module, fromJson(args) as Dict);

t.test("a reboot always acts, has no way back, and waits for another boot", async (t) => {
  const args = argsOf(reboot, { pre_reboot_delay: 5, post_reboot_delay: 10, reboot_timeout: 60 });
  const change = reboot.plan("b-1", args, { ...setting(), uid: 0 });
  t.match(change, { irreversible: /^a reboot can't be taken back; /, isPassing: true, delayS: 5 });
  t.equal(reboot.revert(change, { save: "/s", tmp: "/t" }), null);
  t.match(reboot.comesBack?.(change, args), { delayS: 15, timeoutS: 60, connectTimeoutS: 10 });
});

t.test("what can't reboot is told", async (t) => {
  const plan = (args: object) =>
    reboot.plan("b-1", argsOf(reboot, { ...args }), { ...setting(), uid: 1000, user: "ops" });
  t.throws(() => plan({}), /Cannot reboot as ops: only the superuser can; say become: true/);
  t.match(plan({ reboot_command: "sudo reboot" }), { command: "sudo reboot" }, "unless it says how");
});

for (const [shell, argv] of Object.entries(shells)) {
  t.test(`the host is back once its boot is another and the test succeeds (${shell})`, async (t) => {
    const host = new Host(argv);
    t.teardown(() => host.remove());
    const asked = (boot: string, test: string) => {
      const args = argsOf(reboot, { boot_time_command: `echo ${boot}`, test_command: test });
      const probe = reboot.comesBack?.(reboot.plan("b-1", args, { ...setting(), uid: 0 }), args).probe;
      return host.run(probe ?? { text: "exit 9" }).code;
    };
    t.equal(asked("b-1", "true"), 1, "the old boot still answers");
    t.equal(asked("b-2", "false"), 1, "it is not ready");
    t.equal(asked("b-2", "true"), 0);
  });

  t.test(`a parameter is given to every kernel and taken back to what each had (${shell})`, async (t) => {
    const host = new Host(argv);
    const folder = mkdtempSync(join(tmpdir(), "kmend-grubby-"));
    t.teardown(() => {
      host.remove();
      rmSync(folder, { recursive: true, force: true });
    });
    mkdirSync(join(folder, "boot"));
    const lines = () =>
      ["514", "1160"].map((each) => readFileSync(join(folder, "boot", `${each}.args`), "utf8"));
    writeFileSync(join(folder, "boot/514.args"), "ro quiet\n");
    writeFileSync(join(folder, "boot/1160.args"), "ro quiet cgroup.memory=nosocket\n");
    writeFileSync(join(folder, "boot/default"), "1160\n");
    // The lab's stand-in, over records of the test's own.
    writeFileSync(join(folder, "grubby"), grubbyProgram.replace(/^boot=.*$/m, `boot=${folder}/boot`));
    chmodSync(join(folder, "grubby"), 0o755);
    const args = argsOf(parameter, { name: "cgroup.memory", value: "nokmem" });
    const run = (script: { text: string } | null) =>
      host.run({ text: `PATH=${folder}:$PATH\n${script?.text}` });
    const inspect = () => {
      const inspection = parameter.inspect?.(args, setting());
      return inspection?.parse(run(inspection.script));
    };
    const before = inspect();
    const change = parameter.plan(before, args, setting());
    t.equal(run(parameter.apply(change, host.where)).code, 0);
    t.strictSame(lines(), ["ro quiet cgroup.memory=nokmem\n", "ro quiet cgroup.memory=nokmem\n"]);
    t.equal(parameter.plan(inspect(), args, setting()), null);
    t.equal(run(parameter.revert(change, host.where)).code, 0);
    t.strictSame(lines(), ["ro quiet\n", "ro quiet cgroup.memory=nosocket\n"]);
    t.strictSame(parameter.restored?.(inspect(), change), parameter.restored?.(before, change));
  });
}

t.test("a parameter's result says whether a reboot is due", async (t) => {
  const kernels = [{ path: "/boot/vmlinuz-1160", arguments: ["cgroup.memory=nokmem", "ro"] }];
  const due = (booted: readonly string[], state: string, value: object = { value: "nokmem" }) => {
    const args = argsOf(parameter, { name: "cgroup.memory", ...value, state });
    const given = {
      args,
      state: { hasGrubby: true, kernels, booted },
      change: null,
      output: null,
      setting: setting(),
    };
    return (toJson(parameter.result?.(given) as Dict) as { reboot_required: boolean }).reboot_required;
  };
  t.equal(due(["ro"], "present"), true);
  t.equal(due(["ro", "cgroup.memory=nokmem"], "present"), false);
  t.equal(due(["ro", "cgroup.memory=nokmem"], "absent"), true);
  t.equal(due(["ro"], "absent"), false);
  t.equal(due(["ro", "cgroup.memory=nokmem"], "absent", {}), true, "taken away whatever its value is");
});

t.test("a parameter that can't be set is told", async (t) => {
  const plan = (state: object) => parameter.plan(state, argsOf(parameter, { name: "quiet" }), setting());
  t.throws(() => plan({ hasGrubby: false, kernels: [], booted: [] }), /there is no grubby on this host/);
  t.throws(() => plan({ hasGrubby: true, kernels: [], booted: [] }), /grubby knows no kernel/);
  const consoles = [{ path: "/boot/vmlinuz-1160", arguments: ["console=tty0", "console=ttyS0"] }];
  t.throws(
    () =>
      parameter.plan(
        { hasGrubby: true, kernels: consoles, booted: [] },
        argsOf(parameter, { name: "console", value: "tty1" }),
        setting(),
      ),
    /Cannot set console: \/boot\/vmlinuz-1160 has it 2 times/,
  );
  t.throws(() => argsOf(parameter, { name: "a b" }), /that is no name/);
  t.throws(() => argsOf(parameter, { name: "a", value: "x y" }), /no blanks/);
});
