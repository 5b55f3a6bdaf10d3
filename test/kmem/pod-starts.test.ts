/** Kubelet's count of pods: fetched by whatever the node has, read whatever its version calls it. */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import t, { type Test } from "tap";
import { churnSection, known, Records, readPodStarts, unknown, words } from "../../src/kmem/kmem.ts";

const today = `# HELP kubelet_runtime_operations_total [ALPHA] Cumulative number of runtime operations by operation type.
kubelet_runtime_operations_errors_total{operation_type="run_podsandbox"} 2
kubelet_runtime_operations_total{operation_type="list_podsandbox"} 1.665795e+06
kubelet_runtime_operations_total{operation_type="run_podsandbox"} 32
process_start_time_seconds 1.57400000033e+09
`;

const rows: Readonly<Record<string, readonly [string, object]>> = {
  "since 1.14, less those that failed": [`now 1574003600\n${today}`, { pods: 30, seconds: 3600 }],
  "before 1.14": [
    'now 1574003600\nkubelet_runtime_operations{operation_type="run_podsandbox"} 36\nprocess_start_time_seconds 1.574e+09',
    { pods: 36, seconds: 3600 },
  ],
  "in the second in which kubelet began": [
    "now 1574003600\nprocess_start_time_seconds 1574003600.7",
    { pods: 0, seconds: 0 },
  ],
  "a counter that is not served counted nothing": [
    "now 1574003600\nprocess_start_time_seconds 1.574e+09",
    { pods: 0, seconds: 3600 },
  ],
};

for (const [name, [text, value]] of Object.entries(rows))
  t.test(name, async (t) => {
    t.strictSame(readPodStarts(known(text, "m")), known(value, "m"));
  });

t.test("what can't be known is unknown, with its reason", async (t) => {
  t.match(readPodStarts(known("now 1574003600", "m")), { reason: /do not say when kubelet began/ });
  t.match(readPodStarts(known("now 1\nprocess_start_time_seconds 9", "m")), { reason: /when kubelet began/ });
  t.strictSame(readPodStarts(unknown("Connection refused", "m")), unknown("Connection refused", "m"));
});

/** The section alone, on a node that has these programs and no others. */
async function fetched(t: Test, given: { tools: readonly string[]; arguments: string; config?: string }) {
  const folder = mkdtempSync(join(tmpdir(), "kmend-churn-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const tool of ["date", "grep", "sed", "tr", "head", "awk", "cat", "timeout", ...given.tools]) {
    const { stdout } = await promisify(execFile)("sh", ["-c", `command -v ${tool}`]);
    symlinkSync(stdout.trim(), join(folder, tool));
  }
  const config = join(folder, "config.yaml");
  writeFileSync(config, given.config ?? "");
  const script = `${words.text}\narguments='${given.arguments}' config=${config} host= pid=1\n${churnSection.text}`;
  const { stdout } = await promisify(execFile)("/bin/dash", ["-c", script], {
    env: { PATH: folder, http_proxy: "http://127.0.0.1:1" },
  });
  return new Records(stdout).get("kubelet.metrics");
}

t.test("the metrics are fetched", async (t) => {
  const asked: string[] = [];
  const server = createServer((request, answer) => {
    asked.push(request.url ?? "");
    answer.end(today);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const flags = `--v=2\n--read-only-port=${port}`;

  for (const tools of [["curl"], ["wget"], ["bash"]])
    t.test(`by ${tools[0]} alone`, async (t) => {
      const fact = await fetched(t, { tools, arguments: flags });
      t.match(readPodStarts(fact), { value: { pods: 30 }, source: `http://127.0.0.1:${port}/metrics` });
      t.notMatch(fact.value, /list_podsandbox/, "and of them only what tells");
    });
  t.test("by nothing at all: unknown", async (t) => {
    const fact = await fetched(t, { tools: [], arguments: flags });
    t.match(fact, { reason: "there is neither curl nor wget nor bash to ask it with" });
  });
  for (const config of [
    `kind: KubeletConfiguration\naddress: 0.0.0.0\nreadOnlyPort: ${port}\n`,
    `{\n  "address": "127.0.0.1",\n  "readOnlyPort": ${port}\n}\n`,
  ])
    t.test(`where its configuration says: ${config.slice(0, 4).trim()}`, async (t) => {
      t.match(readPodStarts(await fetched(t, { tools: ["curl"], arguments: "", config })), {
        value: { pods: 30 },
      });
    });
  t.test("not where the port is off", async (t) => {
    const before = asked.length;
    const fact = await fetched(t, { tools: ["curl"], arguments: "", config: "readOnlyPort: 0\n" });
    t.match(fact, { reason: /its read-only port is off/ });
    t.equal(asked.length, before);
  });
  t.test("a port that nobody listens at is told in curl's words", async (t) => {
    const fact = await fetched(t, { tools: ["curl"], arguments: "--read-only-port=1" });
    t.match(fact, { reason: /[Cc]onnect/ });
  });
});
