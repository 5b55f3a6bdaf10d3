/** Remedies that take a reboot, on real hosts: the boot parameter, another kernel, and the reboot itself. */

import t from "tap";
import { execOnNode, labStatus, podsOnNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { accountingIsOff, fingerprintOf } from "./fingerprint.ts";
import { scanOf } from "./scanned.ts";

t.test(
  "two app nodes, one of each kernel",
  { skip: whatIsMissing() ?? false, timeout: 295_000 },
  async (t) => {
    const { state, name, inventory } = await raiseLab(t, {
      nodes: { app_nodes: 2, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
      kernel: { all: "1160", byNode: { "app-1": "514" } },
    });
    const lab = { state, name };
    const on = (host: string, script: string) =>
      execOnNode(lab, host, script).then((end) => end.stdout.trim());
    const counts = async (host: string) =>
      (await labStatus(lab)).nodes.find((node) => node.name === host)?.counts;
    const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
    const playbook = (name: string, host: string, ...set: string[]) =>
      run(
        "run",
        "-i",
        inventory,
        "-l",
        host,
        `playbooks/${name}.yml`,
        ...set.flatMap((each) => ["-e", each]),
      );
    const plan = (name: string, host: string, ...set: string[]) =>
      run(
        "plan",
        "-i",
        inventory,
        "-l",
        host,
        `playbooks/${name}.yml`,
        ...set.flatMap((each) => ["-e", each]),
      );
    const looks = (host: string) => fingerprintOf(lab, host);
    const scan = (host: string) => scanOf(host, { inventory, state });
    const leakOf = async (host: string) => {
      const before = (await counts(host))?.leakedKmemIds ?? -1;
      await podsOnNodes({ ...lab, nodes: [host] }, "create", 2);
      await podsOnNodes({ ...lab, nodes: [host] }, "delete", 2);
      return ((await counts(host))?.leakedKmemIds ?? -1) - before;
    };

    const before = await looks("app-2");
    const sick = await scan("app-2");

    t.test("the parameter is set and taken back; until a reboot the node is listed, and leaks", async (t) => {
      t.equal(sick.verdict, "leaking");
      t.ok(sick.instead.includes("kmend.playbooks.boot-parameter"), "the scan names it");
      const planned = await plan("boot-parameter", "app-2");
      t.match(
        planned.stdout,
        /Give the kernel cgroup.memory=nokmem\n +on: app-2\n +way back: kmend restores/,
      );
      t.same(await looks("app-2"), before, "a plan changes nothing");
      const set = await playbook("boot-parameter", "app-2");
      t.equal(set.code, 0, set.stdout);
      t.match(set.stdout, "Awaiting a reboot, and leaking until then: app-2");
      t.match(await on("app-2", "grubby --info=ALL"), /args="[^"]*cgroup\.memory=nokmem"/);
      t.equal(await leakOf("app-2"), 6);
      t.equal((await run("rollback", "last")).code, 0);
      t.same(await looks("app-2"), before);
      t.same(await scan("app-2"), sick, "the scan says what it said before");
    });

    t.test("rebooted with it, a leaking kubelet leaks nothing, and all ids are back", async (t) => {
      const boot = await on("app-2", "cat /proc/sys/kernel/random/boot_id");
      const planned = await plan("boot-parameter", "app-2", "kmem_reboot=true");
      t.match(
        planned.stdout,
        /Reboot the node\n.*way back: none: a reboot can't be taken back/s,
        "the plan says so before",
      );
      t.equal(await on("app-2", "cat /proc/sys/kernel/random/boot_id"), boot);
      const end = await playbook("boot-parameter", "app-2", "kmem_reboot=true");
      t.equal(end.code, 0, end.stdout);
      t.not(await on("app-2", "cat /proc/sys/kernel/random/boot_id"), boot);
      t.match(await on("app-2", "cat /proc/cmdline"), "cgroup.memory=nokmem");
      t.match(end.stdout, /"clean: a new pod costs no id; 0 leaked/);
      t.match(await scan("app-2"), { verdict: "clean", mend: [] });
      t.equal(await leakOf("app-2"), 0);
      const again = await playbook("boot-parameter", "app-2", "kmem_reboot=true");
      t.match(again.stdout, /skipping: \[app-2\]/, "and a second run reboots nothing");
      t.equal(await on("app-2", "cat /proc/cmdline | grep -o nokmem"), "nokmem");
    });

    t.test(
      "a rollback across the reboot restores the parameter, and says what the reboot leaves",
      async (t) => {
        const runs: readonly { run: string; command: string; changes: number }[] = JSON.parse(
          (await run("runs", "--output", "json")).stdout,
        );
        const rebooted = runs.find((each) => each.command === "run" && each.changes > 0)?.run ?? "";
        t.match(
          (await run("show", rebooted, "--changes")).stdout,
          /Reboot the node {2}applied; way back: none \(a reboot can't be taken back/,
        );
        const back = await run("rollback", rebooted);
        t.equal(back.code, 0, back.stdout);
        t.match(
          back.stdout,
          /app-2: .*Reboot the node: left as it is: a reboot can't be taken back; what needs one/,
        );
        t.match(back.stdout, "rolled back: [app-2]");
        const after = await looks("app-2");
        t.match(after.booted, "nokmem", "until the next boot");
        t.same(after, { ...before, booted: after.booted, accounting: accountingIsOff });
      },
    );

    t.test("without a reboot, the older kernel gives back what it can, and the newer nothing", async (t) => {
      t.equal(await leakOf("app-1"), 6);
      const whole = await looks("app-1");
      const planned = await plan("reclaim", "app-1");
      t.match(
        planned.stdout,
        /Drop caches and shrink slabs.*\n +on: app-1\n +way back: none: caches that were dropped/,
        "a plan says that there is no way back",
      );
      t.equal((await counts("app-1"))?.leakedKmemIds, 6, "and gives nothing back");
      const end = await playbook("reclaim", "app-1");
      t.equal(end.code, 0, end.stdout);
      t.match(end.stdout, /"6 kmem ids leaked before, \d+ after \(at least/);
      t.equal((await counts("app-1"))?.leakedKmemIds, 2, "each pod's own stays");
      t.match(
        (await run("show", "last", "--changes")).stdout,
        /Drop caches and shrink slabs.*applied; way back: none/,
      );
      const back = await run("rollback", "last");
      t.equal(back.code, 0, back.stdout);
      t.match(back.stdout, /app-1: .*Drop caches and shrink slabs.*left as it is/);
      t.same(await looks("app-1"), whole, "nothing of the host itself was changed");
      const refused = await playbook("reclaim", "app-2");
      t.equal(refused.code, 2);
      t.match(refused.stdout, "Cannot give ids back on kernel 3.10.0-1160.el7.x86_64");
    });

    t.test("a kernel that does not know it is refused; with another kernel it is not", async (t) => {
      const refused = await playbook("boot-parameter", "app-1");
      t.equal(refused.code, 2);
      t.match(refused.stdout, "Kernel 3.10.0-514.el7.x86_64 does not know cgroup.memory=nokmem");
      const older = await looks("app-1");
      const newer = "kmem_kernel_package=kernel-3.10.0-1160.el7";
      const planned = await plan("upgrade-kernel", "app-1", newer);
      t.match(planned.stdout, /Install the kernel\n +on: app-1\n +way back: kmend restores/);
      t.match(
        planned.stdout,
        /Cannot be known before it runs:\n.*Make it the one that boots next\n +on: app-1/s,
      );
      t.same(await looks("app-1"), older, "a plan changes nothing");
      // As EL7's kernels do: the package makes itself the default. Where this comes too late, the playbook was first.
      const kernel = "/boot/vmlinuz-3.10.0-1160.el7.x86_64";
      await on(
        "app-1",
        `systemd-run --quiet sh -c 'until grubby --set-default=${kernel}; do sleep 0.05; done'`,
      );
      const installed = await playbook("upgrade-kernel", "app-1", newer);
      t.equal(installed.code, 0, installed.stdout);
      t.match((await looks("app-1")).boot, "/boot/vmlinuz-3.10.0-1160.el7.x86_64\nindex=0", "it boots next");
      t.equal((await run("rollback", "last")).code, 0);
      t.same(await looks("app-1"), older, "and all of it is taken back");
      // From here on the older kernel is a package too, as on every EL7 node, and a third lies beside it.
      await on(
        "app-1",
        "rpm -i /srv/repo/kernel-3.10.0-514.el7.x86_64.rpm /srv/repo/kernel-4.18.0-147.el8.x86_64.rpm",
      );
      const packaged = await looks("app-1");
      const waiting = await playbook("upgrade-kernel", "app-1", newer);
      t.match(waiting.stdout, "Awaiting a reboot into kernel-3.10.0-1160.el7: app-1");
      t.equal((await run("rollback", "last")).code, 0);
      t.same(await looks("app-1"), packaged, "one kernel more goes, and no other");
      const upgrade = await playbook("upgrade-kernel", "app-1", newer, "kmem_reboot=true");
      t.equal(upgrade.code, 0, upgrade.stdout);
      t.match(upgrade.stdout, /Once 3\.10\.0-1160\.el7\.x86_64 runs, taking it back takes a reboot too/);
      t.equal((await counts("app-1"))?.kernel, "1160");
      await t.test("taken back after the reboot: in two steps, and a reboot between them", async (t) => {
        const [upgraded] = JSON.parse((await run("runs", "--output", "json")).stdout) as { run: string }[];
        const pending = async () => (await scan("app-1")).awaitsReboot;
        const kernels = "rpm -q kernel | sort; grubby --default-kernel";
        const running = await looks("app-1");
        const first = await run("rollback", "last");
        t.equal(first.code, 2, first.stdout);
        t.match(
          first.stdout,
          /app-1.*Install the kernel.*Cannot take away kernel-3\.10\.0-1160\.el7\.x86_64: it is the kernel that runs.*awaits a reboot/s,
        );
        t.equal((await looks("app-1")).packages, running.packages, "the kernel that runs is still a package");
        t.match(
          await on("app-1", kernels),
          /514.*\/boot\/vmlinuz-3\.10\.0-514\.el7\.x86_64$/s,
          "the old one boots next",
        );
        t.strictSame(await pending(), [
          "kernel 3.10.0-514.el7.x86_64 boots next, 3.10.0-1160.el7.x86_64 runs",
        ]);
        const early = await run("rollback", "last");
        t.equal(early.code, 2, "asked too early it says so again");
        const rebooted = await playbook("reboot", "app-1");
        t.equal(rebooted.code, 0, rebooted.stdout);
        t.equal((await counts("app-1"))?.kernel, "514");
        const second = await run("rollback", upgraded?.run ?? "");
        t.equal(second.code, 0, second.stdout);
        t.same(await looks("app-1"), packaged, "all of it is taken back");
        t.strictSame(await pending(), []);
      });
      const again = await playbook("upgrade-kernel", "app-1", newer, "kmem_reboot=true");
      t.equal(again.code, 0, again.stdout);
      t.equal(await leakOf("app-1"), 6, "by itself it is no cure");
      const end = await playbook("boot-parameter", "app-1", "kmem_reboot=true");
      t.equal(end.code, 0, end.stdout);
      t.equal(await leakOf("app-1"), 0);
    });

    t.test("a reboot gives back the ids, and a leaking kubelet leaks on", async (t) => {
      await on("app-1", "grubby --update-kernel=ALL --remove-args=cgroup.memory");
      const first = await playbook("reboot", "app-1");
      t.equal(first.code, 0, first.stdout);
      t.equal(await leakOf("app-1"), 6);
      const second = await playbook("reboot", "app-1");
      t.equal(second.code, 0, second.stdout);
      t.equal((await counts("app-1"))?.leakedKmemIds, 0);
    });

    t.test("an EL8 kernel beside EL7's is the cure by itself", async (t) => {
      const end = await playbook(
        "upgrade-kernel",
        "app-2",
        "kmem_kernel_package=kernel-4.18.0-147.el8",
        "kmem_reboot=true",
      );
      t.equal(end.code, 0, end.stdout);
      t.equal((await counts("app-2"))?.kernel, "el8");
      t.match(await on("app-2", "cat /proc/cmdline"), /^((?!nokmem).)*$/, "without the parameter");
      t.match(end.stdout, /"not affected: kernel 4\.18\.0-147\.el8\.x86_64 is not EL7's 3\.10/);
      t.equal(await leakOf("app-2"), 0);
    });

    t.test(
      "a host that does not come back is told with what it said last, and stops the rollout",
      async (t) => {
        await on(
          "app-1",
          "systemctl disable --quiet ssh.service ssh.socket 2>/dev/null; systemctl mask --quiet ssh.service ssh.socket",
        );
        const end = await playbook("reboot", "app-1", "kmem_reboot_seconds=6");
        t.equal(end.code, 2);
        t.match(end.stdout, /The host is not back after 6 s: .*app-1.*Look at its console/s);
      },
    );
  },
);
