/** The swaps alone, on a node whose pods run: where the packages come from, what is refused, what stays as it was. */

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { execOnNode, podsOnNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { labPlace, nodePlace } from "../../src/lab/place.ts";
import { kmend, lastRun } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { installCreaterepo } from "./createrepo.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { scanOf } from "./scanned.ts";

t.test(
  "a node that leaks by both, with pods",
  { skip: whatIsMissing() ?? false, timeout: 280_000 },
  async (t) => {
    const { state, name, inventory, nodes } = await raiseLab(t, {
      nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 0, both_nodes: 1 },
    });
    const lab = { state, name };
    const on = (script: string) => execOnNode(lab, "both-1", script).then((end) => end.stdout);
    const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
    const playbook = (name: string, ...set: string[]) =>
      run("run", "-i", inventory, `playbooks/${name}.yml`, ...set.flatMap((each) => ["-e", each]));
    const plan = (name: string, ...set: string[]) =>
      run("plan", "-i", inventory, `playbooks/${name}.yml`, ...set.flatMap((each) => ["-e", each]));
    const rollback = () => run("rollback", "last");
    const looks = () => fingerprintOf(lab, "both-1");
    const scan = () => scanOf("both-1", { inventory, state });

    // As kubernetes' documents have its repository.
    await on("echo 'exclude=kubelet kubeadm kubectl docker-ce' >>/etc/yum.repos.d/kmend-lab.repo");
    await podsOnNodes(lab, "create", 2);
    const before = await looks();
    const pids = before.pods;
    const sick = await scan();
    t.match(sick, { verdict: "leaking", switchedOnBy: "both" });
    for (const playbook of ["fix-kubelet", "fix-runtime"])
      t.ok(sick.mend.includes(`kmend.playbooks.${playbook}`), `the scan names ${playbook}`);
    t.ok(sick.instead.includes("kmend.playbooks.upgrade-kubelet"), "and what would do in place of a swap");

    t.test("refuses before anything is touched", async (t) => {
      for (const { of, set, says } of refusals) {
        const end = await playbook(of, ...set);
        t.equal(end.code, 2, `${of} ${set}`);
        t.match(end.stdout, says);
      }
      t.same(await looks(), before);
    });

    t.test("each swap is planned with its way back, and the plan changes nothing", async (t) => {
      for (const [of, installs, ...set] of planned) {
        const end = await plan(of, ...set);
        t.equal(end.code, 0, end.stdout);
        t.match(end.stdout, installs);
        t.notMatch(end.stdout, "way back: NONE");
      }
      for (const swap of ["fix-kubelet", "fix-runtime"]) {
        const held = await plan(swap, "kmem_disable_excludes=");
        t.equal(held.code, 2, held.stdout);
        t.match(held.stdout, /No package (kubelet-1\.15\.5-1|docker-ce-18\.06\.1\.ce-1) available/);
      }
      t.same(await looks(), before);
    });

    t.test("takes a kubelet from the controller's disk, and locks it", async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "kmend-rpm-"));
      t.teardown(() => rmSync(folder, { recursive: true, force: true }));
      const rpm = join(folder, "kubelet-1.15.5-1.x86_64.rpm");
      const { root } = nodePlace(labPlace(state, name), "both-1");
      cpSync(join(root, "srv/repo/kubelet-1.15.5-1.x86_64.rpm"), rpm);
      const end = await playbook("fix-kubelet", `kmem_kubelet_file=${rpm}`);
      t.equal(end.code, 0, end.stdout);
      t.match(
        await on("rpm -q kubelet; cat /etc/dnf/plugins/versionlock.list"),
        /^kubelet-1\.15\.5-1\.x86_64\n(.*\n)*kubelet-0:1\.15\.5-1\.\*/,
      );
      t.equal((await looks()).pods, pids, "the pods run on");
      const swapped = await scan();
      t.equal(swapped.verdict, "still-leaking-after-swap", "kubepods hands down");
      t.notOk(swapped.mend.includes("kmend.playbooks.fix-kubelet"), "so its swap is no part of the mend");
      t.equal((await rollback()).code, 0);
      t.same(await looks(), before, "and all of it is taken back, the file and the lock too");
      t.same(await scan(), sick, "the scan says what it said before");
    });

    t.test("takes a kubelet from the repository that a build host serves, and both go back", async (t) => {
      installCreaterepo(nodePlace(labPlace(state, name), "both-1").root);
      await on(
        "mkdir -p /srv/product /var/lib/kmend/packages && cp /srv/repo/kubelet-1.*.rpm /srv/product && cp /srv/repo/*-0.x86_64.rpm /var/lib/kmend/packages && mv /etc/yum.repos.d/kmend-lab.repo /root/",
      );
      t.teardown(() =>
        on("mv /root/kmend-lab.repo /etc/yum.repos.d/; rm -rf /srv/product /var/lib/kmend/packages/*"),
      );
      const at = `http://${nodes[0]?.address}:8080/`;
      const serve = (...releases: string[]) => {
        const packages = releases.map((release) => `kubelet-${release}.x86_64.rpm`);
        return run(
          "run",
          "-i",
          inventory,
          "test/playbooks/serve-repository.yml",
          "-e",
          JSON.stringify({ packages }),
        );
      };
      const offered = async () =>
        (await on(`dnf -q --refresh --disablerepo='*' --repofrompath=built,${at} repoquery kubelet`))
          .trim()
          .split("\n")
          .sort();
      const [one, other] = ["kubelet-0:1.15.5-1.x86_64", "kubelet-0:1.21.14-0.x86_64"];
      const units = await on("ls /etc/systemd/system /etc/systemd/system/*.wants");

      const first = await serve("1.15.5-1", "1.15.5-1");
      t.equal(first.code, 0, first.stdout);
      const [started] = lastRun(state);
      t.match(first.stdout, / changed=6 /, "the second time there is nothing to do");
      t.strictSame(await offered(), [one]);
      t.equal(await on("ps -o user= -C python3 | sort -u"), "nobody\n");

      const end = await playbook("fix-kubelet", `kmem_repository=${at}`, "kmem_pin=false");
      t.equal(end.code, 0, end.stdout);
      t.match(
        await on("rpm -q kubelet; cat /etc/yum.repos.d/kmend-mend.repo"),
        /^kubelet-1\.15\.5-1\.x86_64\n.*\n\[kmend-mend\]/,
      );
      t.notMatch(await on("cat /etc/dnf/plugins/versionlock.list"), "kubelet", "it was not to be locked");
      t.equal((await rollback()).code, 0);
      t.equal(await on("rpm -q kubelet; ls /etc/yum.repos.d"), "kubelet-1.15.5-0.x86_64\n");

      t.equal((await serve("1.21.14-0")).code, 0);
      t.strictSame(await offered(), [one, other]);
      t.equal((await rollback()).code, 0);
      t.strictSame(await offered(), [one], "the repository is what it was");
      const back = await run("rollback", started?.type === "run:started" ? started.run : "");
      t.equal(back.code, 0, back.stdout);
      t.equal(await on("ls /etc/systemd/system /etc/systemd/system/*.wants"), units);
      t.equal(await on("ls -d /srv/kmend; pgrep -f [h]ttp.server"), "");
    });

    t.test(
      "upgrades the kubelet, names what the package changed besides, and still leaks by kubepods",
      async (t) => {
        await on("echo '# of this node' >>/etc/sysconfig/kubelet");
        t.teardown(() => on("sed -i '/# of this node/d' /etc/sysconfig/kubelet"));
        const own = await looks();
        const end = await playbook(
          "upgrade-kubelet",
          "kmem_kubelet_upgrade=kubelet-1.21.14-0",
          "kmem_api_server_version=v1.21.14",
        );
        t.equal(end.code, 0, end.stdout);
        t.match(end.stdout, "Look at this before the next node");
        t.match(end.stdout, "/etc/sysconfig/kubelet.rpmnew");
        t.match(
          await on("kubelet --version; tail -1 /etc/sysconfig/kubelet"),
          "Kubernetes v1.21.14\n# of this node",
        );
        t.equal((await looks()).pods, pids, "the pods run on");
        const upgraded = await scan();
        t.equal(upgraded.verdict, "still-leaking-after-swap", "the runtime leaks, and kubepods hands down");
        t.equal(upgraded.switchedOnBy, "both", "of what pods get now");
        t.strictSame(upgraded.switchesOnNow, { kubelet: false, runtime: true }, "of a tree made now");
        t.equal((await rollback()).code, 0);
        t.same(await looks(), own, "and all of it is taken back");
        t.same(await scan(), sick);
      },
    );

    t.test("swaps the runtime under running pods, and takes it back", async (t) => {
      const end = await playbook("fix-runtime");
      t.equal(end.code, 0, end.stdout);
      t.equal(await on("rpm -q docker-ce"), "docker-ce-18.06.1.ce-1.x86_64\n");
      t.equal((await looks()).pods, pids, "the pods run on");
      const swapped = await scan();
      t.equal(swapped.switchedOnBy, "kubelet", "the runtime no longer does");
      t.notOk(swapped.mend.includes("kmend.playbooks.fix-runtime"), "so its swap is no part of the mend");
      t.equal((await rollback()).code, 0);
      t.same(await looks(), before, "and all of it is taken back");
      t.same(await scan(), sick);
    });

    t.test(
      "what the console took back, a rollback finds so, and names what is somebody else's",
      async (t) => {
        await on("dnf -q versionlock add kubelet-1.15.5-0.* >/dev/null");
        const locked = await looks();
        const end = await run("run", "-i", inventory, "playbooks/kmem.yml", "--tags", "swap");
        t.equal(end.code, 0, end.stdout);
        const [started] = lastRun(state);
        const mended = started?.type === "run:started" ? started.run : "";
        t.match(
          await on(`sh /var/lib/kmend/${mended}/revert.sh; echo "exit $?"`),
          /taken back: 8\nexit 0\n$/,
        );
        t.same(await looks(), locked, "the console alone brings all back");
        const processes = () => on("systemctl show -p MainPID kubelet docker");
        const running = await processes();

        await on("rpm -U --nodeps /srv/repo/kubelet-1.21.14-0.x86_64.rpm");
        const theirs = await run("rollback", mended);
        t.equal(theirs.code, 2, "what somebody installed since is told");
        t.match(
          theirs.stdout,
          /NOT REVERTED \(changed since\): \[both-1\] kmem : Install the kubelet.* now kubelet-0:1\.21\.14-0/,
        );
        t.equal(await on("rpm -q kubelet"), "kubelet-1.21.14-0.x86_64\n", "and left alone");
        await on(
          "rpm -U --oldpackage --nodeps /srv/repo/kubelet-1.15.5-0.x86_64.rpm; rm -f /etc/sysconfig/*.rpmnew",
        );

        const back = await run("rollback", mended);
        t.equal(back.code, 0, back.stdout);
        t.match(back.stdout, "both-1: 1 change was taken back there already");
        t.same(await looks(), locked);
        t.equal(await processes(), running, "no service was touched: there was nothing to do");
        await on("dnf -q versionlock delete kubelet >/dev/null");
      },
    );

    t.test("a runtime that is not what was installed is caught, and its host goes back", async (t) => {
      // The package of the clean runtime, with a program that has kmem: what its name says is not what starts containers.
      await on(`cp -p /usr/bin/runc /usr/local/bin/stale-runc
printf '%s' '{"default-runtime": "stale", "live-restore": true, "runtimes": {"stale": {"path": "/usr/local/bin/stale-runc"}}}' >/root/daemon.json
cp -p /etc/docker/daemon.json /root/daemon.json.was; cp /root/daemon.json /etc/docker/daemon.json; systemctl restart docker`);
      t.teardown(() =>
        on(
          "cp -p /root/daemon.json.was /etc/docker/daemon.json; rm -f /usr/local/bin/stale-runc; systemctl restart docker",
        ),
      );
      const stale = await looks();
      const end = await playbook("fix-runtime", "kmem_runtime_package=docker-ce");
      t.equal(end.code, 2, end.stdout);
      t.match(end.stdout, "/usr/local/bin/stale-runc starts containers, and switches kmem accounting on");
      t.match(end.stdout, "rolled back: [both-1]");
      t.same(await looks(), stale);
    });
  },
);

const refusals = [
  {
    of: "upgrade-kubelet",
    set: ["kmem_kubelet_upgrade=kubelet-1.20.15-0"],
    says: "kubelet 1.20.15 has kmem: wanted 1.21.5 or later",
  },
  {
    of: "upgrade-kubelet",
    set: ["kmem_kubelet_upgrade=kubelet-1.21.2-0"],
    says: "kubelet 1.21.2 has no kmem, and a fault in freezing cgroups: wanted 1.21.5 or later",
  },
  {
    of: "upgrade-kubelet",
    set: ["kmem_kubelet_upgrade=kubelet-1.22.0-0", "kmem_api_server_version=v1.21.14"],
    says: "kubelet 1.22.0 is newer than its API server, v1.21.14: upgrade that first",
  },
  {
    of: "upgrade-kubelet",
    set: ["kmem_kubelet_upgrade=kubelet"],
    says: "names no version: wanted name-version-release",
  },
  {
    of: "fix-kubelet",
    set: ["kmem_kubelet_file=/nowhere/kubelet.rpm"],
    says: "/nowhere/kubelet.rpm (kmem_kubelet_file) is not the whole path of an RPM on the controller",
  },
  {
    of: "fix-runtime",
    set: [`{"kmem_runtime_packages": {"docker-ce": "containerd.io-1.2.10-3.2.el7"}}`],
    says: "containerd.io-1.2.10-3.2.el7 (kmem_runtime_packages) was built with kmem too",
  },
];

/** A playbook, what its plan installs, and its variables. */
const planned: readonly (readonly [string, RegExp, ...string[]])[] = [
  [
    "fix-kubelet",
    /Install the kubelet without kmem\n +on: both-1\n +way back: kmend restores the state before/,
  ],
  [
    "fix-runtime",
    /Install the runtime without kmem\n +on: both-1\n +way back: kmend restores the state before/,
  ],
  [
    "upgrade-kubelet",
    /Install the kubelet without kmem\n +on: both-1\n +way back: kmend restores the state before/,
    "kmem_kubelet_upgrade=kubelet-1.21.14-0",
  ],
];
