/** Whether a node can live on cgroup v2: each requirement's verdict, and what the script reads under each shell. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { known, unknown } from "../../src/kmem/kmem.ts";
import { type NodeFacts, readFacts } from "../../src/modules/cgroup-readiness/facts.ts";
import { judge, type Readiness, summary } from "../../src/modules/cgroup-readiness/judge.ts";
import { readinessScript } from "../../src/modules/cgroup-readiness/script.ts";
import { shells } from "../kmem/fixture.ts";

const is = <T>(value: T) => known(value, "here");
const hidden = unknown("Permission denied", "there");
const java = (version: string): Partial<NodeFacts> => ({
  readers: [{ program: "java", pid: 7, version: is(version) }],
});
const engine = (name: string, version: string): Partial<NodeFacts> => ({ engine: is({ name, version }) });
const runtime = (name: string, version: string): Partial<NodeFacts> => ({ runtime: is({ name, version }) });

const ready: NodeFacts = {
  hierarchy: is("v1"),
  kernel: is("5.14.0-362.el9.x86_64"),
  commandLine: is("ro quiet"),
  systemd: is("252"),
  engine: is({ name: "containerd", version: "1.6.20" }),
  runtime: is({ name: "runc", version: "1.1.5" }),
  kubelet: is("1.28.3"),
  drivers: { kubelet: is("systemd"), engine: is("systemd") },
  readers: [],
};

/** What differs from a node that is ready: the node's verdict, and the requirements that are not met or unknown. */
const rows: readonly [string, Partial<NodeFacts>, Readiness["verdict"], Readonly<Record<string, string>>][] =
  [
    ["nothing", {}, "ready", {}],
    ["v2 already", { hierarchy: is("v2") }, "already", {}],
    [
      "v2 already, whatever the kubelet",
      { hierarchy: is("v2"), kubelet: is("1.15.5") },
      "already",
      { kubelet: "not-met" },
    ],
    ["no cgroups to be seen", { hierarchy: hidden }, "unknown", { "the hierarchy that it is on": "unknown" }],
    ["EL7's kernel", { kernel: is("3.10.0-1160.el7.x86_64") }, "not-ready", { kernel: "not-met" }],
    ["EL8's kernel", { kernel: is("4.18.0-513.el8.x86_64") }, "not-ready", { kernel: "not-met" }],
    ["the first kernel", { kernel: is("5.8.0") }, "ready", {}],
    ["the last kernel before", { kernel: is("5.7.19") }, "not-ready", { kernel: "not-met" }],
    ["a kernel that hides", { kernel: hidden }, "unknown", { kernel: "unknown" }],
    ["a kernel without a number", { kernel: is("custom") }, "unknown", { kernel: "unknown" }],
    ["EL7's systemd", { systemd: is("219") }, "not-ready", { systemd: "not-met" }],
    ["the first systemd", { systemd: is("244") }, "ready", {}],
    ["no systemd", { systemd: hidden }, "unknown", { systemd: "unknown" }],
    ["containerd 1.3", engine("containerd", "1.3.9"), "not-ready", { engine: "not-met" }],
    ["containerd 1.4.0-rc.0", engine("containerd", "1.4.0-rc.0"), "not-ready", { engine: "not-met" }],
    ["containerd 1.4.0", engine("containerd", "1.4.0"), "ready", {}],
    ["docker 18.06", engine("docker", "18.06.1-ce"), "not-ready", { engine: "not-met" }],
    ["docker 19.03", engine("docker", "19.03.15"), "not-ready", { engine: "not-met" }],
    ["docker 20.10", engine("docker", "20.10.0"), "ready", {}],
    ["CRI-O 1.19", engine("crio", "1.19.7"), "not-ready", { engine: "not-met" }],
    ["CRI-O 1.20", engine("crio", "1.20.0"), "ready", {}],
    ["another engine", engine("rkt", "1.30"), "unknown", { engine: "unknown" }],
    ["no engine", { engine: hidden }, "unknown", { engine: "unknown" }],
    ["runc rc5", runtime("runc", "1.0.0-rc5"), "not-ready", { runtime: "not-met" }],
    ["runc rc92", runtime("runc", "1.0.0-rc92"), "not-ready", { runtime: "not-met" }],
    ["runc rc93", runtime("runc", "1.0.0-rc93+dev"), "ready", {}],
    ["runc 1.0.0", runtime("runc", "1.0.0"), "ready", {}],
    [
      "NVIDIA's patched runc",
      runtime("nvidia-container-runtime", "1.0.0-rc5+dev"),
      "not-ready",
      { runtime: "not-met" },
    ],
    ["crun", runtime("crun", "0.17"), "ready", {}],
    ["a runtime that hides", { runtime: hidden }, "unknown", { runtime: "unknown" }],
    ["kubelet 1.24", { kubelet: is("1.24.17") }, "not-ready", { kubelet: "not-met" }],
    ["kubelet 1.25", { kubelet: is("1.25.0") }, "ready", {}],
    ["no kubelet", { kubelet: hidden }, "unknown", { kubelet: "unknown" }],
    [
      "kubelet by cgroupfs",
      { drivers: { kubelet: is("cgroupfs"), engine: is("systemd") } },
      "not-ready",
      { "kubelet's driver": "not-met" },
    ],
    [
      "the engine by cgroupfs",
      { drivers: { kubelet: is("systemd"), engine: is("cgroupfs") } },
      "not-ready",
      { "the engine's driver": "not-met" },
    ],
    [
      "an engine whose driver hides",
      { drivers: { kubelet: is("systemd"), engine: hidden } },
      "unknown",
      { "the engine's driver": "unknown" },
    ],
    ["Java 8u362", java("8.0.362"), "not-ready", { "java (process 7)": "not-met" }],
    ["Java 8u372", java("8.0.372"), "ready", {}],
    ["Java 11.0.15", java("11.0.15"), "not-ready", { "java (process 7)": "not-met" }],
    ["Java 11.0.16", java("11.0.16.1"), "ready", {}],
    ["Java 14", java("14.0.2"), "not-ready", { "java (process 7)": "not-met" }],
    ["Java 17", java("17"), "ready", {}],
    [
      "a cAdvisor",
      { readers: [{ program: "cadvisor", pid: 7, version: hidden }] },
      "unknown",
      { "cadvisor (process 7)": "unknown" },
    ],
    [
      "what is not met outweighs what is unknown",
      { kernel: hidden, systemd: is("219") },
      "not-ready",
      { kernel: "unknown", systemd: "not-met" },
    ],
  ];

for (const [name, differs, wanted, open] of rows)
  t.test(`${name}: ${wanted}`, async (t) => {
    const { verdict, requirements } = judge({ ...ready, ...differs });
    t.equal(verdict, wanted);
    const found = requirements.filter((each) => each.verdict !== "met");
    t.strictSame(Object.fromEntries(found.map((each) => [each.name, each.verdict])), open);
    for (const { says, verdict, source } of found) {
      if (verdict === "unknown") t.match(says, /unknown|hides|says it is|nothing is known|Permission denied/);
      t.not(source, "", "and where it was read");
    }
  });

t.test("an older kernel is enough where the fleet says so", async (t) => {
  const facts = { ...ready, kernel: is("4.18.0-513.el8.x86_64") };
  t.equal(judge(facts, { leastKernel: "4.18" }).verdict, "ready");
});

t.test("the line for the log says what stands in the way", async (t) => {
  t.equal(summary(judge(ready)), "ready for cgroup v2");
  t.equal(
    summary(judge({ ...ready, systemd: is("219"), kernel: hidden })),
    "not-ready: kernel is unknown: Permission denied; systemd is 219, wanted 244 or later",
  );
});

t.test("what makes staying on v1 dangerous is told, on v1 only", async (t) => {
  const trapped = {
    ...ready,
    kernel: is("6.1.55"),
    kubelet: is("1.35.0"),
    commandLine: is("ro systemd.unified_cgroup_hierarchy=1"),
  };
  const { warnings } = judge(trapped);
  t.match(warnings, [/failCgroupV1/, /memory\.kmem\.limit_in_bytes/, /on v1 all the same/]);
  t.strictSame(judge({ ...trapped, hierarchy: is("v2") }).warnings, []);
  t.strictSame(
    judge({ ...trapped, kernel: is("6.1.53"), kubelet: is("1.34.2"), commandLine: is("ro") }).warnings,
    [],
  );
});

/** What the script may have printed of an engine's configuration, or of kubelet, and the driver that it comes to. */
const record = (name: string, text: string): string => `\x1eok\x1f${name}\x1fsource of ${name}\x1f${text}`;
const kubelet = (version: string, ...words: string[]): string =>
  record("kubelet.path", "/usr/bin/kubelet") +
  record("kubelet.version", `Kubernetes v${version}`) +
  record("kubelet.arguments", ["kubelet", ...words].join("\n"));
const running = (name: string, config: string): string =>
  record("engines", `Id=${name}.service\nActiveState=active`) +
  record(`version.${name}`, `${name} 2.0.0`) +
  record(`config.${name}`, config);
const drivers: readonly [string, "kubelet" | "engine", string, string][] = [
  ["containerd told so", "engine", running("containerd", "  SystemdCgroup = true"), "systemd"],
  ["containerd told not to", "engine", running("containerd", "SystemdCgroup = false"), "cgroupfs"],
  ["containerd told nothing", "engine", running("containerd", "# SystemdCgroup = true"), "cgroupfs"],
  [
    "containerd with two runtimes that differ",
    "engine",
    running("containerd", "SystemdCgroup = true\nSystemdCgroup = false"),
    "unknown",
  ],
  ["CRI-O by default", "engine", running("crio", '# cgroup_manager = "systemd"'), "systemd"],
  ["CRI-O told otherwise", "engine", running("crio", 'cgroup_manager = "cgroupfs"'), "cgroupfs"],
  ["CRI-O that says nothing", "engine", running("crio", "[crio]"), "unknown"],
  ["no engine", "engine", record("engines", ""), "unknown"],
  ["kubelet by its flag", "kubelet", kubelet("1.31.0", "--cgroup-driver=systemd"), "systemd"],
  [
    "kubelet by its file",
    "kubelet",
    kubelet("1.28.3") + record("kubelet.config", "cgroupDriver: systemd"),
    "systemd",
  ],
  ["kubelet by default", "kubelet", kubelet("1.28.3"), "cgroupfs"],
  ["a kubelet that may ask the engine", "kubelet", kubelet("1.31.0"), "unknown"],
];
for (const [name, whose, printed, wanted] of drivers)
  t.test(`driver of ${name}: ${wanted}`, async (t) =>
    t.equal(readFacts(printed).drivers[whose].value, wanted),
  );

/** A folder that stands for a node: cgroups, /proc with two processes of Java and one of cAdvisor, and programs that answer. */
function madeUpNode(t: Test): { readonly cgroup: string; readonly proc: string; readonly path: string } {
  const root = mkdtempSync(join(tmpdir(), "kmend-cgroup-v2-"));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const put = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  put("cgroup/memory/memory.limit_in_bytes", "1\n");
  put("proc/sys/kernel/osrelease", "5.14.0-362.el9.x86_64\n");
  put("proc/cmdline", "ro quiet\n");
  put("proc/11/comm", "java\n");
  put("proc/11/root/opt/jdk8/release", 'JAVA_VERSION="1.8.0_362"\nSOURCE=".:git"\n');
  symlinkSync("/opt/jdk8/jre/bin/java", join(root, "proc/11/exe"));
  put("proc/12/comm", "java\n");
  symlinkSync("/opt/none/bin/java", join(root, "proc/12/exe"));
  put("proc/13/comm", "cadvisor\n");
  put("proc/14/comm", "sh\n");
  put("bin/systemctl", systemctl, 0o755);
  put("bin/containerd", containerd, 0o755);
  return { cgroup: join(root, "cgroup"), proc: join(root, "proc"), path: join(root, "bin") };
}

const containerd = `#!/bin/sh
case "$*" in
  --version) echo 'containerd github.com/containerd/containerd 1.6.20 2806fc1' ;;
  'config dump') echo '            SystemdCgroup = true' ;;
esac
`;
const systemctl = `#!/bin/sh
case "$*" in
  --version) echo 'systemd 252 (252.36-1)' ;;
  *containerd.service*) printf 'Id=containerd.service\\nLoadState=loaded\\nActiveState=active\\nMainPID=0\\n' ;;
  *) exit 1 ;;
esac
`;

for (const [shell, [program = "sh", ...args]] of Object.entries(shells))
  t.test(`${shell} reads versions, the hierarchy and who reads cgroups`, async (t) => {
    const { path, ...roots } = madeUpNode(t);
    const done = spawnSync(program, args, {
      input: readinessScript(roots).text,
      env: { PATH: `${path}:${process.env["PATH"]}` },
    });
    const facts = readFacts(done.stdout.toString());
    t.equal(done.stderr.toString(), "");
    t.equal(facts.hierarchy.value, "v1");
    t.equal(facts.kernel.value, "5.14.0-362.el9.x86_64");
    t.equal(facts.systemd.value, "252");
    t.strictSame(facts.engine.value, { name: "containerd", version: "1.6.20" });
    t.equal(facts.drivers.engine.value, "systemd");
    t.match(facts.readers, [
      { program: "java", pid: 11, version: { value: "8.0.362" } },
      { program: "java", pid: 12, version: { value: "unknown", reason: "No such file or directory" } },
      { program: "cadvisor", pid: 13, version: { value: "unknown" } },
    ]);
  });
