/**
 * The kubelet of Kubernetes 1.20.2 is built from its sources by build-kubelet.yml, without kmem and with it; both are packed, told
 * apart and swapped on a rehearsal host, on which the real kubelet runs over a real containerd. By `npm run test:build`: some ten
 * minutes the first time.
 */

import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { type Ended, kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { makeReal } from "./real-kubelet.ts";
import { kubernetesSources, version } from "./sources.ts";

t.setTimeout(7_000_000);

const skip =
  process.env["KMEND_BUILD"] === "whole" ? (whatIsMissing() ?? false) : "it is for `npm run test:build`";
const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "kmend-test-build");
const host = "app-1";

t.test("kubelet, built for real", { skip, timeout: 7_000_000 }, async (t) => {
  const lab = await raiseLab(t, {
    nodes: { app_nodes: 1, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
  });
  const run = (...argv: string[]): Promise<Ended> =>
    kmend(argv, { cwd: process.cwd(), env: { KMEND_STATE: lab.state } });
  const sources = await kubernetesSources(cache);
  const [packaged = ""] = globSync(
    join(process.env["KMEND_LAB_CACHE"] ?? "", "packages-*/good/kubelet-1.15.5-0.*.rpm"),
  );
  const build = (...set: string[]): Promise<Ended> =>
    run(
      ...["run", "-i", "localhost,", "-c", "local", "playbooks/build-kubelet.yml"],
      ...[`kubelet_version=${version}`, `kubelet_source=${sources}`, "kubelet_build_by=go"].flatMap(given),
      ...[`kubelet_build_folder=${cache}/build`, `kubelet_replaces=${packaged}`, ...set].flatMap(given),
    );

  await t.test("is built, packed and proven, and the second time found", async (t) => {
    const first = await timed(t, "without kmem", () => build());
    t.equal(first.code, 0, first.stdout + first.stderr);
    const second = await build();
    t.equal(second.code, 0, second.stdout);
    t.match(second.stdout, /There already: /);
    t.match(second.stdout, /localhost +: ok=\d+ +changed=0 /);
  });

  await t.test("without the tag it has kmem: the proof says so, and it is no product", async (t) => {
    const end = await timed(t, "with kmem", () => build('{"kubelet_go_tags": []}', "kubelet_release=0"));
    t.equal(end.code, 2, end.stdout);
    t.match(end.stdout, "NO: the program has kmem: it switches accounting on");
    t.strictSame(globSync(join(cache, "build/products/*/kubelet-*-0.*.rpm")), []);
  });

  const [good = ""] = globSync(join(cache, "build/products/*/kubelet-*-1.*.rpm"));
  // What has kmem was packed before the proof; here it stands for what a node has.
  const [bad = ""] = globSync(join(cache, "build/work/*/rpm/RPMS/*/kubelet-*-0.*.rpm"));

  await t.test("go itself says with which tags they were built", async (t) => {
    t.match(builtWith(good, t), /-tags=\S*nokmem/);
    t.notMatch(builtWith(bad, t), /-tags=\S*nokmem/);
  });

  await t.test("the real one runs on a rehearsal host, is swapped there, and comes back", async (t) => {
    await makeReal(lab, host, { cache, rpms: [bad, good] });
    t.match(await seen(), { release: "0", switchesOn: true, isHealthy: true });

    const swap = await run(
      ...["run", "-i", lab.inventory, "playbooks/fix-kubelet.yml"],
      ...[`kmem_kubelet_package=kubelet-${version}-1`].flatMap(given),
    );
    t.equal(swap.code, 0, swap.stdout + swap.stderr);
    t.match(await seen(), { release: "1", switchesOn: false, isHealthy: true });

    const back = await run("rollback", "last");
    t.equal(back.code, 0, back.stdout + back.stderr);
    t.match(await seen(), { release: "0", switchesOn: true, isHealthy: true });
  });

  /** What the host has, by kmend's evidence, by rpm and by kubelet itself. */
  async function seen(): Promise<{ release: string; switchesOn: boolean; isHealthy: boolean }> {
    const { stdout } = await run("scan", "-i", lab.inventory, "--output", "json");
    const [scanned] = JSON.parse(stdout).hosts;
    const asked = await execOnNode(
      lab,
      host,
      `rpm -q --qf '%{RELEASE}\\n' kubelet
. /etc/sysconfig/kubelet; address=\${KUBELET_EXTRA_ARGS#--healthz-bind-address=}; address=\${address%% *}
for i in $(seq 60); do
  bash -c "exec 3<> /dev/tcp/$address/10248; printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3" 2> /dev/null | grep -q 'ok$' && echo healthy && break
  sleep 0.5
done`,
    );
    const [release = "", health] = asked.stdout.trim().split("\n");
    const switchesOn = scanned.diagnosis.switchesOnNow.kubelet;
    return { release, switchesOn, isHealthy: health === "healthy" };
  }
});

function given(set: string): string[] {
  return ["-e", set];
}

async function timed(t: Test, what: string, act: () => Promise<Ended>): Promise<Ended> {
  const since = Date.now();
  const end = await act();
  t.comment(`${what}: ${Math.round((Date.now() - since) / 1000)} s`);
  return end;
}

function builtWith(rpm: string, t: Test): string {
  const folder = t.testdir();
  execFileSync("sh", ["-c", 'rpm2cpio "$1" | cpio -idm --quiet', "sh", rpm], { cwd: folder });
  return execFileSync("go", ["version", "-m", join(folder, "usr/bin/kubelet")], { encoding: "utf8" });
}
