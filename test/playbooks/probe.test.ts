/** The active probe: each runtime's four possible answers told apart, and on real hosts nothing left behind but what it says. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { execOnNode, labStatus, whatIsMissing } from "../../src/lab/lab.ts";
import { findModule, type HostModule } from "../../src/modules/modules.ts";
import { type Dict, toJson } from "../../src/template/values.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

const answers: readonly (readonly [printed: string, on: boolean | null, says: RegExp])[] = [
  ["ran\trunc\ton\t104857600\t/docker/1", true, /the limit in force/],
  [
    "ran\trunc\toff\t9223372036854771712\t/docker/1",
    false,
    /ignored the limit: built with nokmem at rc6, or rc94 and later/,
  ],
  [
    "refused\trunc\tdocker: OCI runtime create failed: kernel memory accounting disabled in this runc build",
    false,
    /refused the limit: built with nokmem, rc7 to rc93/,
  ],
  ["ran\trunc\tlost\t\t", null, /no memory cgroup of its name/],
  [
    "refused\trunc\tdocker: Unable to find image locally",
    null,
    /did not start: docker: Unable to find image/,
  ],
];
for (const [printed, on, says] of answers)
  t.test(`${printed.replaceAll("\t", " ")}: ${on}`, async (t) => {
    const module = findModule("kmend.kmem.probe") as HostModule;
    const output = {
      code: 0,
      stdout: new TextEncoder().encode(`${printed}\n`),
      stderr: new Uint8Array(),
      durationMs: 0,
    };
    const given = { args: {}, state: { runtimes: ["runc"] }, change: null, output, setting: {} as never };
    t.match(toJson(module.result?.(given) as Dict), {
      answers: [{ runtime: "runc", switches_on: on, says }],
    });
  });

t.test("on hosts", { skip: whatIsMissing() ?? false, timeout: 120_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 0, compute_nodes: 1, clean_nodes: 0, both_nodes: 1 },
  });
  const lab = { state, name };
  const folder = mkdtempSync(join(tmpdir(), "kmend-probe-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const playbook = join(folder, "probe.yml");
  writeFileSync(
    playbook,
    "- hosts: all\n  gather_facts: false\n  tasks:\n    - kmend.kmem.probe:\n      register: p\n    - debug: {var: p.answers}\n",
  );
  const run = (command: string) =>
    kmend([command, "-i", inventory, playbook], { cwd: process.cwd(), env: { KMEND_STATE: state } });
  const leaked = async () => (await labStatus(lab)).nodes.map(({ counts }) => counts?.leakedKmemIds);

  const plan = await run("plan");
  t.match(plan.stdout, /way back: NONE: a runtime that switches accounting on leaks one cgroup in the probe/);
  t.strictSame(await leaked(), [0, 0], "a plan probes nothing");

  const end = await run("run");
  t.equal(end.code, 0, end.stdout);
  t.match(
    end.stdout,
    /\[compute-1\].*"runtime": "nvidia",\n +"says": "it ran with the limit in force[^}]*"switches_on": true.*"runtime": "runc",\n +"says": "it refused the limit/s,
  );
  t.match(end.stdout, /\[both-1\].*"runtime": "runc",\n +"says": "it ran with the limit in force/s);
  t.strictSame(await leaked(), [1, 1], "each probe that answered on has leaked its one");
  for (const host of ["compute-1", "both-1"])
    t.equal(
      (
        await execOnNode(
          lab,
          host,
          "docker ps -q; find /sys/fs/cgroup/memory/docker -mindepth 1 -type d; pgrep -x sleep",
        )
      ).stdout.trim(),
      "",
    );
});
