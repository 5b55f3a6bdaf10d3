/** Ready for cgroup v2 or not, on a real host: assessed, refused, switched, taken back; and what a reboot has to prove. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { execOnNode, rebootNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** The host's programs say that they are newer ones; its kernel does after a boot. Its kubelet, which knows only v1's
 *  cgroups, makes plain folders. No rehearsal host has v2: with /etc/shows-v2, a boot with the parameter shows v2's sign;
 *  with /etc/kubelet-dies its kubelet then finds no place for its cgroups. */
const newerStandins = `set -e
sed -i 's/1\\.15\\.5/1.28.3/; s#^MEMORY = .*#MEMORY = "/run/no-cgroups"#' /usr/bin/kubelet
sed -i 's/18\\.06\\.1-ce/24.0.7/; s/is_systemd = .*/is_systemd = True/' /usr/bin/docker /usr/bin/dockerd
sed -i 's/1\\.0\\.0-rc[0-9]*/1.1.12/' /usr/bin/runc
sed -i 's/--cgroup-driver=cgroupfs/--cgroup-driver=systemd/' /etc/sysconfig/kubelet
echo 5.14.0-362.el9.x86_64 >/etc/newer-kernel
cat >/usr/local/bin/newer-boot <<'END'
#!/bin/sh
set -e
mkdir -p /run/no-cgroups
mount --bind /etc/newer-kernel /proc/sys/kernel/osrelease
[ -e /etc/shows-v2 ] && grep -q unified_cgroup_hierarchy=1 /proc/cmdline || exit 0
[ ! -e /etc/kubelet-dies ] || rmdir /run/no-cgroups
while umount /sys/fs/cgroup/memory 2>/dev/null; do :; done
mount -o remount,rw /sys/fs/cgroup 2>/dev/null || true
echo 'cpu memory' >/sys/fs/cgroup/cgroup.controllers
END
chmod +x /usr/local/bin/newer-boot
cat >/etc/systemd/system/newer-boot.service <<'END'
[Unit]
DefaultDependencies=no
After=kmend-lab-kernel.service
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/bin/newer-boot
[Install]
WantedBy=sysinit.target
END
systemctl daemon-reload
systemctl enable --quiet --now newer-boot.service
systemctl restart docker.service kubelet.service`;

t.test("two app nodes", { skip: whatIsMissing() ?? false, timeout: 240_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 2, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
  });
  const on = async (script: string) => {
    const end = await execOnNode({ state, name }, "app-1", script);
    t.equal(end.code, 0, `${script}: ${end.stderr}`);
    return end.stdout.trim();
  };
  const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
  const onHosts = (hosts: string, ...set: string[]) =>
    run(
      "run",
      "-i",
      inventory,
      "-l",
      hosts,
      "playbooks/cgroup-v2.yml",
      ...set.flatMap((each) => ["-e", each]),
    );
  const playbook = (...set: string[]) => onHosts("app-1", "cgroup_v2_settle_seconds=3", ...set);
  const commandLines = () => on("grubby --info=ALL");
  const looks = () => fingerprintOf({ state, name }, "app-1");
  const before = await commandLines();

  await t.test("an EL7 node is not ready, and the report says why", async (t) => {
    const report = join(state, "report.txt");
    const end = await playbook(`cgroup_v2_report=${report}`);
    t.equal(end.code, 0, end.stdout);
    const text = readFileSync(report, "utf8");
    t.match(text, /^not-ready: app-1$/m);
    for (const line of [
      "not-met: kernel is 3.10.0-1160.el7.x86_64, wanted 5.8 or later [/proc/sys/kernel/osrelease]",
      "met: systemd is 252, wanted 244 or later [systemctl --version]",
      "not-met: docker is 18.06.1-ce, wanted 20.10 or later",
      "not-met: runc is 1.0.0-rc8, wanted 1.0.0-rc93 or later",
      "not-met: kubelet is 1.15.5, wanted 1.25 or later",
      "not-met: kubelet's driver is cgroupfs, wanted systemd",
      "not-met: the engine's driver is cgroupfs, wanted systemd",
    ])
      t.match(text, line);
  });

  await t.test("it is refused, and left as it was", async (t) => {
    const end = await playbook("cgroup_v2_switch=true", "cgroup_v2_reboot=true");
    t.equal(end.code, 2);
    t.match(end.stdout, "Not switched to cgroup v2, not-ready: kernel is 3.10.0-1160.el7.x86_64");
    t.equal(await commandLines(), before);
  });

  await on(newerStandins);

  await t.test("what can't be read is unknown, and is refused too", async (t) => {
    await on(
      "cp /usr/bin/sleep /usr/local/bin/cadvisor && systemd-run --quiet --unit=cadvisor /usr/local/bin/cadvisor infinity",
    );
    const end = await playbook("cgroup_v2_switch=true");
    t.equal(end.code, 2);
    t.match(
      end.stdout,
      /Not switched to cgroup v2, unknown: cadvisor \(process \d+\): its version does not show/,
    );
    t.equal(await commandLines(), before);
    await on("systemctl stop cadvisor.service");
  });

  await t.test("a node that is ready is planned, switched, listed, and taken back", async (t) => {
    const untouched = await looks();
    const plan = await run(
      "plan",
      "-i",
      inventory,
      "-l",
      "app-1",
      "playbooks/cgroup-v2.yml",
      "-e",
      "cgroup_v2_switch=true",
    );
    t.match(plan.stdout, "systemd.unified_cgroup_hierarchy=1");
    t.match(plan.stdout, /\n +on: app-1\n +way back: kmend restores the state before/);
    t.same(await looks(), untouched, "a plan changes nothing");
    const end = await playbook("cgroup_v2_switch=true");
    t.equal(end.code, 0, end.stdout);
    t.match(end.stdout, "Awaiting a reboot, and on cgroup v1 until then: app-1");
    t.match(await commandLines(), /args="[^"]*systemd\.unified_cgroup_hierarchy=1/);
    t.equal((await run("rollback", "last")).code, 0);
    t.same(await looks(), untouched);
    t.match((await playbook()).stdout, /"ready: app-1"/, "it is ready as before, and not switched");
  });

  await t.test("of two nodes the ready one is switched, though the other is refused", async (t) => {
    const end = await onHosts("all", "cgroup_v2_switch=true");
    t.equal(end.code, 2);
    t.match(end.stdout, /"ready: app-1",\s+"not-ready: app-2"/);
    t.match(end.stdout, /fatal: \[app-2\].*Not switched to cgroup v2, not-ready/);
    t.match(await commandLines(), "systemd.unified_cgroup_hierarchy=1");
    t.match((await run("rollback", "last")).stdout, "reverted: [app-1]");
    t.equal(await commandLines(), before);
  });

  await t.test("a node that can't be reached is said not to be assessed", async (t) => {
    const report = join(state, "gone.txt");
    writeFileSync(join(state, "gone.ini"), "gone ansible_host=127.0.0.1 ansible_port=1\n");
    const hosts = ["-i", inventory, "-i", join(state, "gone.ini"), "-l", "app-1,gone"];
    const end = await run("run", ...hosts, "playbooks/cgroup-v2.yml", "-e", `cgroup_v2_report=${report}`);
    t.equal(end.code, 4, end.stdout);
    t.match(readFileSync(report, "utf8"), /^ready: app-1\n.*^not assessed: gone$/ms);
  });

  await t.test(
    "a node that comes back on v1 all the same is caught, and the parameter is gone",
    async (t) => {
      const end = await playbook("cgroup_v2_switch=true", "cgroup_v2_reboot=true");
      t.equal(end.code, 2, end.stdout);
      t.match(end.stdout, "The node has booted, and is not on cgroup v2: it was booted with");
      t.match(await on("cat /proc/cmdline"), "systemd.unified_cgroup_hierarchy=1");
      t.equal(await commandLines(), before);
    },
  );

  await t.test("a kubelet that dies on v2, and is started again and again, is caught", async (t) => {
    await on("touch /etc/shows-v2 /etc/kubelet-dies");
    await rebootNodes({ state, name, nodes: ["app-1"] });
    const end = await playbook("cgroup_v2_switch=true", "cgroup_v2_reboot=true");
    t.equal(end.code, 2, end.stdout);
    t.match(end.stdout, /TASK \[cgroup_v2 : Be sure that kubelet runs, and stays\] .*fatal: \[app-1\]/s);
    t.equal(await commandLines(), before);
    await on("rm /etc/kubelet-dies");
  });

  await t.test("one that comes back on v2 passes, and a second run changes nothing", async (t) => {
    await rebootNodes({ state, name, nodes: ["app-1"] });
    const boot = await on("cat /proc/sys/kernel/random/boot_id");
    const end = await playbook("cgroup_v2_switch=true", "cgroup_v2_reboot=true");
    t.equal(end.code, 0, end.stdout);
    t.not(await on("cat /proc/sys/kernel/random/boot_id"), boot);
    t.match(end.stdout, "on cgroup v2, by /sys/fs/cgroup/cgroup.controllers");
    const again = await playbook("cgroup_v2_switch=true", "cgroup_v2_reboot=true");
    t.equal(again.code, 0, again.stdout);
    t.match(again.stdout, '"already on cgroup v2"');
    t.match(again.stdout, /app-1 +: ok=\d+ +changed=1 /, "but for the group that it is sorted into");
  });
});
