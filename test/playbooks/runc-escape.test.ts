/** runc's container escape on real hosts: found, refused where there is no way, swapped under running pods, taken back. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { execOnNode, podsOnNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { fingerprintOf } from "./fingerprint.ts";

t.test(
  "one node with the last runc that leaks, one with an older",
  { skip: whatIsMissing() ?? false, timeout: 280_000 },
  async (t) => {
    const { state, name, inventory } = await raiseLab(t, {
      nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 2, both_nodes: 0 },
    });
    const lab = { state, name };
    const on = (script: string, host = "clean-1") =>
      execOnNode(lab, host, script).then((end) => end.stdout.trim());
    const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
    const playbook = (...more: string[]) => run("run", "-i", inventory, "playbooks/runc-escape.yml", ...more);
    const lastRun = async () => JSON.parse((await run("runs", "--output", "json")).stdout)[0].run as string;

    t.match(await on("rpm -U /srv/repo/docker-ce-18.06.1.ce-2.x86_64.rpm && runc --version"), "1.1.11");
    await podsOnNodes(lab, "create", 2);
    const looks = (host = "clean-1") => fingerprintOf(lab, host);
    const before = await looks();

    t.test("every program is judged, whoever brought it, and nothing changes", async (t) => {
      await on("mkdir -p /opt/old && cp -p /usr/bin/runc /opt/old/docker-runc");
      t.teardown(() => on("rm -r /opt/old"));
      const end = await playbook(...leakOnly, "--tags", "detect");
      t.equal(end.code, 0, end.stdout);
      t.match(
        end.stdout,
        "/usr/bin/runc is runc 1.1.11: CVE-2024-21626 is fixed in 1.1.12, and docker-ce has no changelog here that could name it",
      );
      t.match(
        end.stdout,
        "/opt/old/docker-runc is runc 1.1.11: CVE-2024-21626 is fixed in 1.1.12, and no package brought it",
      );
      t.match(end.stdout, "/usr/bin/runc is runc 1.0.0-rc8: CVE-2024-21626 came with 1.0.0-rc.93");

      const refused = await playbook(...leakOnly, ...swap, "-l", "clean-1");
      t.equal(refused.code, 2);
      t.match(refused.stdout, "No RPM brought /opt/old/docker-runc");
      t.same(await looks(), before);
    });

    t.test("a program that only a configuration file names is found by that", async (t) => {
      await on(`mkdir -p /srv/odd && cp -p /usr/bin/runc /srv/odd/it && cp -p /etc/docker/daemon.json /root/was
printf '{"runtimes": {"a": {"path": "/usr/bin/runc"}, "odd": {"path": "/srv/odd/it"}}}' >/etc/docker/daemon.json`);
      t.teardown(() => on("cp -p /root/was /etc/docker/daemon.json; rm -r /srv/odd /root/was"));
      const end = await playbook(...leakOnly, "--tags", "detect", "-l", "clean-1");
      t.match(end.stdout, "/srv/odd/it is runc 1.1.11");
    });

    t.test(
      "a distribution's mended old version is known by its changelog, or by its number where there is none",
      async (t) => {
        await on(backport);
        t.teardown(() => on("dpkg --purge kmend-test-runc; rm -r /root/deb /root/runc.deb"));
        const end = await playbook(...leakOnly, "--tags", "detect", "-l", "clean-1");
        t.match(
          end.stdout,
          "/usr/lib/backport/runc is runc 1.1.5+ds1 of kmend-test-runc, whose changelog names CVE-2024-21626",
        );
        const all = await playbook("--tags", "detect", "-l", "clean-1");
        t.match(
          all.stdout,
          "CVE-2025-31133 is fixed in 1.2.8, 1.3.3, 1.4.0-rc.3, and the changelog of kmend-test-runc does not name it",
        );
        await on("rm /usr/share/doc/kmend-test-runc/changelog.Debian.gz");
        const withFixIn = async (version: string) => {
          const backports = [["CVE-2024-21626", "debian-12", "kmend-test-runc", version]];
          const set = JSON.stringify({ runc_escape_backports: backports });
          return (await playbook(...leakOnly, "-e", set, "--tags", "detect", "-l", "clean-1")).stdout;
        };
        t.match(await withFixIn("1.1.5+ds1-1+deb12u1"), "in which its distribution mended CVE-2024-21626");
        t.match(
          await withFixIn("1.1.5+ds1-1+deb12u2"),
          "kmend-test-runc has no changelog here that could name it",
          "a later fix is not there",
        );
      },
    );

    t.test("an RPM's changelog is read too", async (t) => {
      await on(
        `echo ${rpmThatNames(t, "CVE-2024-21626")} | base64 -d >/root/runc.rpm && rpm -i /root/runc.rpm`,
      );
      t.teardown(() => on("rpm -e kmend-test-runc; rm /root/runc.rpm"));
      const end = await playbook("--tags", "detect", "-l", "clean-1");
      const program = "/usr/lib/backport/runc is runc 1.1.5";
      t.match(end.stdout, `${program} of kmend-test-runc, whose changelog names CVE-2024-21626`);
      t.match(
        end.stdout,
        `${program}: CVE-2025-31133 is fixed in 1.2.8, 1.3.3, 1.4.0-rc.3, and the changelog of kmend-test-runc does not name it`,
      );
    });

    t.test("refuses before anything is touched", async (t) => {
      t.teardown(() => on("rm -f /opt/runc"));
      const unnamed = await playbook(...leakOnly, "-l", "clean-1");
      t.equal(unnamed.code, 2);
      t.match(unnamed.stdout, "Say in runc_escape_packages what to put in its place");
      await on("printf '#!/bin/sh\\necho no\\n' >/opt/runc && chmod +x /opt/runc");
      const unknown = await playbook(
        "-e",
        `{"runc_escape_asked": ["CVE-2024-21626"], "runc_escape_accepted": ["/usr/bin/runc"]}`,
        "-l",
        "clean-1",
      );
      t.equal(unknown.code, 2);
      t.match(unknown.stdout, "/opt/runc does not say which version of runc it is");
      t.same(await looks(), before);
    });

    t.test("the plan names the package and the way back, and changes nothing", async (t) => {
      const plan = await run(
        "plan",
        "-i",
        inventory,
        "playbooks/runc-escape.yml",
        ...leakOnly,
        ...swap,
        "-l",
        "clean-1",
      );
      t.equal(plan.code, 0, plan.stdout);
      t.match(plan.stdout, /Install the fixed packages[\s\S]*docker-ce-18\.06\.1\.ce-3/);
      t.notMatch(plan.stdout, "way back: NONE");
      t.same(await looks(), before);
    });

    t.test("swaps it under running pods, on the node that needs it only, and takes it back", async (t) => {
      const other = await looks("clean-2");
      const end = await playbook(...leakOnly, ...swap);
      t.equal(end.code, 0, end.stdout);
      const swapped = await lastRun();
      t.match(await on("runc --version"), "1.1.12");
      t.match(end.stdout, "gate held: batch 1");
      t.equal((await looks()).pods, before.pods, "the pods run on");
      t.same(await looks("clean-2"), other);
      const again = await playbook(...leakOnly, ...swap);
      t.match(again.stdout, /clean-1 .*failed=0/, "a second run finds nothing to do");
      t.match(again.stdout, "/usr/bin/runc is runc 1.1.12: CVE-2024-21626 is fixed there");
      t.notMatch(again.stdout, "Install the fixed packages");
      t.equal((await run("rollback", swapped)).code, 0);
      t.same(await looks(), before, "and all of it is taken back");
      const back = await playbook(...leakOnly, "--tags", "detect", "-l", "clean-1");
      t.match(
        back.stdout,
        "/usr/bin/runc is runc 1.1.11: CVE-2024-21626 is fixed in 1.1.12",
        "found as before",
      );
    });

    t.test(
      "a swap that mends the first escape and not its successors is caught, and its node goes back",
      async (t) => {
        const end = await playbook(...swap, "-l", "clean-1");
        t.equal(end.code, 2, end.stdout);
        t.match(
          end.stdout,
          "Still vulnerable: /usr/bin/runc is runc 1.1.12: CVE-2025-31133 is fixed in 1.2.8",
        );
        t.match(end.stdout, "rolled back: [clean-1]");
        t.match(await on("runc --version; rpm -q docker-ce"), /1\.1\.11[\s\S]*18\.06\.1\.ce-2/);
      },
    );

    t.test("a container that ends under the swap is caught, and the node goes back", async (t) => {
      await on(`pid=$(${podProcesses} | tail -1)
systemd-run --quiet sh -c "until grep -q 'version 1.1.12' /usr/bin/runc; do sleep 0.05; done; kill -9 $pid"`);
      const end = await playbook(...leakOnly, ...swap, "-l", "clean-1");
      t.equal(end.code, 2, end.stdout);
      t.match(
        end.stdout,
        /Gone since runc was swapped: the container in \/sys\/fs\/cgroup\/memory\/kubepods/,
      );
      t.match(end.stdout, "rolled back: [clean-1]");
      t.match(await on("runc --version"), "1.1.11");
    });
  },
);

const leakOnly = ["-e", `{"runc_escape_asked": ["CVE-2024-21626"]}`];
const swap = ["-e", `{"runc_escape_packages": {"docker-ce": "docker-ce-18.06.1.ce-3"}}`];
/** A real Debian package, of a program that only says its version. The hosts' dpkg leaves documentation out unless told. */
const backport = `set -e
mkdir -p /root/deb/DEBIAN /root/deb/usr/lib/backport /root/deb/usr/share/doc/kmend-test-runc
printf 'Package: kmend-test-runc\nVersion: 1.1.5+ds1-1+deb12u1\nArchitecture: all\nMaintainer: kmend\nDescription: stand-in of a test\n' >/root/deb/DEBIAN/control
printf '#!/bin/sh\necho runc version 1.1.5+ds1\n' >/root/deb/usr/lib/backport/runc
chmod +x /root/deb/usr/lib/backport/runc
echo 'Fixes CVE-2024-21626' | gzip >/root/deb/usr/share/doc/kmend-test-runc/changelog.Debian.gz
dpkg-deb --build /root/deb /root/runc.deb >/dev/null
dpkg --path-include='/usr/share/doc/*' -i /root/runc.deb`;
/** A real RPM with a changelog, in base64. */
function rpmThatNames(t: Test, cve: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kmend-rpm-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const spec = join(folder, "runc.spec");
  writeFileSync(
    spec,
    `Name: kmend-test-runc
Version: 1.1.5
Release: 2.el8
Summary: stand-in of a test
License: Apache-2.0
BuildArch: noarch
%description
Says its version.
%install
mkdir -p %{buildroot}/usr/lib/backport
printf '#!/bin/sh\\necho runc version 1.1.5\\n' >%{buildroot}/usr/lib/backport/runc
%files
%attr(0755, root, root) /usr/lib/backport/runc
%changelog
* Thu Feb 01 2024 kmend <kmend@example.org> - 1.1.5-2
- Fix ${cve}
`,
  );
  const flags = ["-bb", "--quiet", "--nodeps", "--define", `_topdir ${folder}`];
  execFileSync("rpmbuild", [...flags, "--define", "_rpmdir %{_topdir}", spec], {
    env: { ...process.env, HOME: folder },
  });
  return readFileSync(join(folder, "noarch/kmend-test-runc-1.1.5-2.el8.noarch.rpm"), "base64");
}

const podProcesses = "find /sys/fs/cgroup/memory/kubepods -name cgroup.procs -exec cat {} + | sort -n";
