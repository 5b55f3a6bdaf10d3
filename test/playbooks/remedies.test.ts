/** Each remedy by itself, as an operator meets it: scan names it, a plan says what it would do and changes nothing, the fix is
 *  proved by the kernel's own count, and the rollback brings back what was, by fingerprint and by scan. */

import t, { type Test } from "tap";
import { execOnNode, labStatus, podsOnNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

t.test("three nodes", { skip: whatIsMissing() ?? false, timeout: 290_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 2, compute_nodes: 1, clean_nodes: 0, both_nodes: 0 },
    kernel: { all: "1160", byNode: { "app-2": "514" } },
  });
  const lab = { state, name };

  class Node {
    readonly name: string;
    #last = "";
    constructor(name: string) {
      this.name = name;
    }
    on(script: string): Promise<string> {
      return execOnNode(lab, this.name, script).then((end) => end.stdout);
    }
    kmend(...args: string[]) {
      return kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
    }
    #argv(command: string, of: string, set: readonly string[]): string[] {
      const vars = ["kmem_probe_pods=1", "kmem_settle_seconds=3", ...set].flatMap((each) => ["-e", each]);
      return [command, "-i", inventory, "-l", this.name, `playbooks/${of}.yml`, ...vars];
    }
    async scan(): Promise<Scanned> {
      const { stdout } = await this.kmend("scan", "-i", inventory, "-l", this.name, "--output", "json");
      return JSON.parse(stdout).hosts[0];
    }
    /** Plans it, holds the host against what it was, runs it; @returns what the run printed, and how to take it back. */
    async mend(t: Test, of: string, given: { says: RegExp; set?: readonly string[] }) {
      const before = await this.on(fingerprint);
      const plan = await this.kmend(...this.#argv("plan", of, given.set ?? []));
      t.equal(plan.code, 0, plan.stdout + plan.stderr);
      t.match(plan.stdout, given.says, `${of}: the plan names the change, and its way back`);
      t.equal(await this.on(fingerprint), before, `${of}: a plan changes nothing`);
      const end = await this.kmend(...this.#argv("run", of, given.set ?? []));
      t.equal(end.code, 0, end.stdout);
      this.#last = await this.#newestRun();
      const run = this.#last;
      return {
        stdout: end.stdout,
        changes: async () => (await this.kmend("show", run, "--changes")).stdout,
        takeBack: async (t: Test) => {
          const back = await this.kmend("rollback", run);
          t.equal(back.code, 0, back.stdout);
          t.match(back.stdout, `rolled back: [${this.name}]`);
          t.equal(await this.on(fingerprint), before, `${of}: all of it is what it was`);
        },
      };
    }
    async #newestRun(): Promise<string> {
      const { stdout } = await this.kmend("runs", "--output", "json");
      const runs: readonly { run: string; command: string }[] = JSON.parse(stdout);
      const details = await Promise.all(
        runs
          .filter((each) => each.command === "run" && each.run > this.#last)
          .map(async ({ run }) => ({ run, text: (await this.kmend("show", run, "--changes")).stdout })),
      );
      return details.find(({ text }) => text.includes(this.name))?.run ?? "";
    }
    async leakPerPod(): Promise<number> {
      const leaked = async () =>
        (await labStatus(lab)).nodes.find((node) => node.name === this.name)?.counts?.leakedKmemIds ?? -1;
      const before = await leaked();
      await podsOnNodes({ ...lab, nodes: [this.name] }, "create", 1);
      await podsOnNodes({ ...lab, nodes: [this.name] }, "delete", 1);
      return (await leaked()) - before;
    }
  }
  const mends = ({ mend }: Scanned): string[] =>
    mend.map(({ playbook }) => playbook.replace(/^playbooks\/|\.yml$/g, ""));

  t.jobs = 3;

  t.test("the kubelet: swapped, renewed, upgraded, and each taken back", async (t) => {
    const node = new Node("app-1");
    const first = await node.scan();
    t.equal(first.diagnosis.verdict, "leaking");
    t.strictSame(mends(first), ["fix-kubelet", "renew-live"]);

    const kubelet = await node.mend(t, "fix-kubelet", {
      says: /Install the kubelet without kmem\n.*way back: /s,
    });
    const swapped = await node.scan();
    t.equal(swapped.diagnosis.verdict, "still-leaking-after-swap");
    t.strictSame(mends(swapped), ["renew-live"]);

    const renewal = await node.mend(t, "renew-live", { says: /way back: NONE: .*|way back: /s });
    t.equal((await node.scan()).diagnosis.verdict, "clean");
    t.equal(await node.leakPerPod(), 0);
    await renewal.takeBack(t);
    t.equal(
      (await node.scan()).diagnosis.verdict,
      "clean",
      "whole, it stays: kubelet and pods are what they were",
    );

    await kubelet.takeBack(t);

    const upgrade = await node.mend(t, "upgrade-kubelet", {
      says: /kubelet-1\.21\.14-0.*way back: /s,
      set: ["kmem_kubelet_upgrade=kubelet-1.21.14-0", "kmem_api_server_version=v1.21.14"],
    });
    t.equal(await node.leakPerPod(), 0);
    await upgrade.takeBack(t);
  });

  t.test("the runtime: swapped, and taken back", async (t) => {
    const node = new Node("compute-1");
    const first = await node.scan();
    t.equal(first.diagnosis.verdict, "leaking");
    t.strictSame(mends(first), ["fix-runtime"]);
    const runtime = await node.mend(t, "fix-runtime", { says: /way back: /s });
    t.equal(await node.leakPerPod(), 0);
    t.equal((await node.scan()).diagnosis.verdict, "clean");
    await runtime.takeBack(t);
    t.equal((await node.scan()).diagnosis.verdict, "leaking");
    t.equal(await node.leakPerPod(), 2);
  });

  t.test("the kernel: caches dropped, another installed, and taken back", async (t) => {
    const node = new Node("app-2");
    t.equal(await node.leakPerPod(), 3);
    const leaking = await node.scan();
    t.match(leaking.giveBack, [{ playbook: "playbooks/reclaim.yml" }]);
    const reclaim = await node.mend(t, "reclaim", { says: /way back: NONE: caches that were dropped/ });
    t.match(reclaim.stdout, /"3 kmem ids leaked before, \d after \(at least/);
    t.match(await reclaim.changes(), "way back: none (caches that were dropped fill again by themselves");

    const upgrade = await node.mend(t, "upgrade-kernel", {
      says: /kernel-3\.10\.0-1160\.el7.*way back: /s,
      set: ["kmem_kernel_package=kernel-3.10.0-1160.el7"],
    });
    t.match(await node.on("grubby --default-kernel"), "1160");
    await upgrade.takeBack(t);
    t.match(await node.on("grubby --default-kernel"), "514");
  });
});

interface Scanned {
  readonly diagnosis: { readonly verdict: string };
  readonly mend: readonly { readonly playbook: string }[];
  readonly giveBack: readonly { readonly playbook: string }[];
}

const fingerprint = `rpm -qa | sort; cat /etc/dnf/plugins/versionlock.list; ls /etc/yum.repos.d; find /var/lib/kmend/packages -type f 2>/dev/null
cd / && sha256sum usr/bin/kubelet usr/bin/runc usr/bin/nvidia-container-runtime etc/sysconfig/kubelet etc/docker/daemon.json usr/lib/systemd/system/kubelet.service 2>/dev/null
systemctl is-active kubelet docker; systemctl is-enabled kubelet docker; grubby --info=ALL; grubby --default-kernel; cat /proc/cmdline`;
