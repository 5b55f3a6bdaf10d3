/** The active probe: what each runtime may answer told apart, and on real hosts nothing left behind but what it says. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { execOnNode, labStatus, whatIsMissing } from "../../src/lab/lab.ts";
import { runtimeProgram } from "../../src/lab/standins/runtime-programs.ts";
import { type Asked, answersIn } from "../../src/modules/probe/answers.ts";
import { kmend, startKmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

const none = "9223372036854771712";
const ignores = 'level=warning msg="Kernel memory settings are ignored and will be removed"';

interface Row {
  readonly printed: string;
  readonly asked?: Partial<Asked>;
  readonly is: readonly [answer: string, on: boolean | null, says: RegExp];
}

const rows: Readonly<Record<string, Row>> = {
  "in force": { printed: "ran\trunc\ton\t104857600\t", is: ["in-force", true, /the limit in force/] },
  "ignored, by one that says nothing of itself": {
    printed: `ran\trunc\toff\t${none}\t`,
    is: ["ignored", false, /built with nokmem at rc6, or rc94 and later/],
  },
  "ignored at rc6": {
    printed: `ran\trunc\toff\t${none}\t`,
    asked: { versions: { runc: "1.0.0-rc6+dev" } },
    is: ["ignored", false, /built with nokmem at rc6$/],
  },
  "ignored since rc94, by its version": {
    printed: `ran\trunc\toff\t${none}\t`,
    asked: { versions: { runc: "1.0.0-rc94" } },
    is: ["ignored", false, /rc94 or later/],
  },
  "ignored since rc94, by its word, whatever the cgroup reads": {
    printed: `ran\trunc\tunknown\t${none}\t${ignores}`,
    is: ["ignored", false, /rc94 or later/],
  },
  "ignored by the kernel": {
    printed: `ran\trunc\toff\t${none}\t`,
    asked: { isToldToIgnore: true, versions: { runc: "1.0.0-rc10" } },
    is: ["ignored", false, /nokmem, ignored the limit: this says nothing of the build/],
  },
  refused: {
    printed: "refused\trunc\tOCI runtime create failed: kernel memory accounting disabled in this runc build",
    is: ["refused", false, /refused the limit: built with nokmem, rc7 to rc93/],
  },
  "on, with another limit": {
    printed: `ran\trunc\ton\t${none}\t`,
    is: ["inherited", true, /inherited it, or switched it on/],
  },
  "a slabinfo that answers elsewhere than on EL7": {
    printed: `ran\trunc\ton\t${none}\t`,
    asked: { release: "4.18.0-147.el8.x86_64" },
    is: ["unknown", null, /on kernel 4\.18\.0-147\.el8\.x86_64 that says nothing/],
  },
  "a slabinfo that can't be read": {
    printed: `ran\trunc\tunknown\t${none}\t`,
    is: ["unknown", null, /could not be read/],
  },
  "cgroup v2": {
    printed: "ran\trunc\tnone\t\t",
    is: ["no-limit", null, /no kernel memory limit, as under cgroup v2/],
  },
  lost: { printed: "ran\trunc\tlost\t\t", is: ["unknown", null, /no memory cgroup of its name/] },
  "another reason": {
    printed: "refused\trunc\tdocker: Unable to find image locally",
    is: ["unknown", null, /did not start: docker: Unable to find image/],
  },
  "a docker that has no such flag any more": {
    printed: "refused\trunc\tunknown flag: --kernel-memory",
    is: ["unknown", null, /ask the runtime itself, with `by: bundle`/],
  },
};
for (const [
  name,
  {
    printed,
    asked,
    is: [answer, on, says],
  },
] of Object.entries(rows))
  t.test(name, async (t) =>
    t.match(
      answersIn(`${printed}\n`, {
        versions: {},
        release: "3.10.0-1160.el7.x86_64",
        isToldToIgnore: false,
        ...asked,
      }),
      [{ runtime: "runc", answer, switches_on: on, says }],
    ),
  );

t.test("on hosts", { skip: whatIsMissing() ?? false, timeout: 160_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 0, compute_nodes: 2, clean_nodes: 0, both_nodes: 1 },
    engine: { all: "docker", byNode: { "compute-2": "containerd" } },
  });
  const lab = { state, name };
  const on = (host: string, script: string) => execOnNode(lab, host, script).then((end) => end.stdout.trim());
  const folder = mkdtempSync(join(tmpdir(), "kmend-probe-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const how = { cwd: process.cwd(), env: { KMEND_STATE: state } };
  const argv = (command: string, host: string, options = "") => {
    const playbook = join(folder, "probe.yml");
    const tasks = `    - kmend.kmem.probe: {${options}}\n      register: p\n    - debug: {msg: "{{ p | to_json }}"}\n`;
    writeFileSync(playbook, `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`);
    return [command, "-i", inventory, "-l", host, playbook];
  };
  const run = (command: string, host: string, options?: string) => kmend(argv(command, host, options), how);
  /** What it registered on a host: how it asked, and runtime, answer and switches_on of each. */
  const registered = (stdout: string, host: string) => {
    const [, text = '"{}"'] =
      new RegExp(`^ok: \\[${host}\\] => \\{\\n +"msg": (".*")$`, "m").exec(stdout) ?? [];
    const { by, answers, left } = JSON.parse(JSON.parse(text)) as Registered;
    return { by, left, answers: answers.map((each) => [each.runtime, each.answer, each.switches_on]) };
  };
  const leaked = async () =>
    Object.fromEntries((await labStatus(lab)).nodes.map(({ name, counts }) => [name, counts?.leakedKmemIds]));
  const left = (host: string) =>
    on(
      host,
      `docker ps -q 2>/dev/null; find /sys/fs/cgroup -mindepth 2 -type d -name 'kmend-probe-*'
find /sys/fs/cgroup/memory/docker -mindepth 1 -type d 2>/dev/null; pgrep -x sleep; ls -d /run/kmend-probe-* 2>/dev/null`,
    );

  await t.test("a plan probes nothing, and says what a run costs", async (t) => {
    const plan = await run("plan", "all");
    t.match(
      plan.stdout,
      /way back: NONE: a runtime that switches accounting on leaks one cgroup in the probe/,
    );
    t.strictSame(await leaked(), { "both-1": 0, "compute-1": 0, "compute-2": 0 });
  });

  await t.test("by docker where kubelet uses it, else by the runtimes: the same answers", async (t) => {
    const end = await run("run", "all");
    t.equal(end.code, 0, end.stdout);
    t.strictSame(registered(end.stdout, "compute-1"), {
      by: "docker",
      left: [],
      answers: [
        ["nvidia", "in-force", true],
        ["runc", "refused", false],
      ],
    });
    t.strictSame(registered(end.stdout, "compute-2"), {
      by: "bundle",
      left: [],
      answers: [
        ["/usr/bin/nvidia-container-runtime", "in-force", true],
        ["/usr/bin/runc", "refused", false],
      ],
    });
    t.strictSame(registered(end.stdout, "both-1").answers, [["runc", "in-force", true]]);
    const counted = await leaked();
    t.strictSame(
      counted,
      { "both-1": 1, "compute-1": 1, "compute-2": 1 },
      "one each, of the runtime that is on",
    );
    for (const host of ["compute-1", "compute-2", "both-1"]) t.equal(await left(host), "", host);
  });

  await t.test("each age of runc without kmem answers in its own way, and leaks nothing", async (t) => {
    const builds = ["1.0.0-rc6", "1.0.0-rc8", "1.1.12"].map((version) => ({
      path: `/usr/local/bin/runc-${version}`,
      program: runtimeProgram({ name: "runc", version: `runc version ${version}`, hasKmem: false }),
    }));
    for (const { path, program } of builds)
      await on("compute-2", `cat >${path} <<'PROGRAM'\n${program}PROGRAM\nchmod 755 ${path}`);
    const paths = builds.map(({ path }) => path);
    const end = await run("run", "compute-2", `by: bundle, runtimes: [${paths.join(", ")}]`);
    t.equal(end.code, 0, end.stdout);
    t.strictSame(registered(end.stdout, "compute-2").answers, [
      [paths[0], "ignored", false],
      [paths[1], "refused", false],
      [paths[2], "ignored", false],
    ]);
    t.equal((await leaked())["compute-2"], 1, "no more than before");
    t.equal(await left("compute-2"), "");
  });

  await t.test("kmend killed while a container runs: the host cleans up by itself", async (t) => {
    await on(
      "compute-2",
      `printf '%s\\n' '#!/bin/sh' '[ "$3" != state ] || sleep 30' 'exec /usr/local/bin/runc-1.1.12 "$@"' >/usr/local/bin/slow
chmod 755 /usr/local/bin/slow`,
    );
    const started = startKmend(argv("run", "compute-2", "by: bundle, runtimes: [/usr/local/bin/slow]"), how);
    const inside = "find /sys/fs/cgroup/memory -name 'kmend-probe-*' -exec cat {}/cgroup.procs ';'";
    t.not(
      await untilOn(
        () => on("compute-2", inside),
        (found) => found !== "",
      ),
      "",
      "it runs",
    );
    started.process.kill("SIGKILL");
    await started.ended;
    await on("compute-2", "pkill -x -f 'sleep 30'");
    t.equal(
      await untilOn(
        () => left("compute-2"),
        (found) => found === "",
      ),
      "",
    );
  });

  await t.test("detection says beforehand what the probe costs", async (t) => {
    const detect = ["run", "-i", inventory, "-l", "both-1", "playbooks/detect.yml", "-e", "kmem_probe=true"];
    const end = await kmend(detect, how);
    t.equal(end.code, 0, end.stdout);
    t.match(
      end.stdout,
      /leaks one id in the probe, until a reboot; [\d]+ of 65535 are left.*"answer": "in-force"/s,
    );
  });
});

interface Registered {
  readonly by: string;
  readonly left: readonly string[];
  readonly answers: readonly { runtime: string; answer: string; switches_on: boolean | null }[];
}

async function untilOn(look: () => Promise<string>, isSo: (found: string) => boolean): Promise<string> {
  for (let tries = 0; tries < 60; tries++) {
    const found = await look();
    if (isSo(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return look();
}
