/** examples/canary: a rollout that a fault stops at its first node, and one that goes to the end. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { Test } from "tap";
import { execOnNode } from "../../src/lab/lab.ts";
import { type HowToRun, kmend, startKmend } from "../cli/kmend.ts";
import { fingerprintOf } from "../playbooks/fingerprint.ts";
import { exampleFolder, type Fleet, isWhole } from "./fleet.ts";

const ask = promisify(execFile);
const hosts = ["app-1", "app-2"];

export async function canary(t: Test, { lab }: Fleet): Promise<void> {
  const alerts = await alertmanager(t);
  const how: HowToRun = { cwd: exampleFolder("canary"), env: { KMEND_STATE: `${lab.state}/canary` } };
  const rollout = [
    ...["run", "-i", lab.inventory, "canary.yml", "-e", `canary_alertmanager=${alerts.url}`],
    ...["-e", "canary_soak=3s", "-e", "kmem_settle_seconds=1", "-e", "kmem_health_seconds=5"],
  ];
  // A kubepods that was renewed stays without accounting until a reboot; an RPM that was secured stays, too.
  const looks = async () =>
    (await Promise.all(hosts.map((host) => fingerprintOf(lab, host)))).map(
      ({ accounting: _, saved: __, ...rest }) => rest,
    );
  const before = await looks();

  await t.test(
    "a kubelet that gives up in the soak takes the canary back, and no other node is touched",
    async (t) => {
      const { process, ended } = startKmend([...rollout, "--limit", hosts.join(",")], how);
      // The last task before the soak.
      process.stdout?.on("data", (chunk: Buffer) => {
        if (chunk.toString().includes("Say what was not carried over"))
          execOnNode(lab, "app-1", "systemctl stop kubelet");
      });
      const { code, stdout, stderr } = await ended;
      t.equal(code, 2, stdout + stderr);
      t.match(
        stdout,
        /GATE \[kmend\.roles\.kmem : Ask kubelet whether it is healthy\][\s\S]*gate not held: batch 1/,
      );
      t.match(stdout, "rolled back: [app-1]");
      t.notMatch(stdout, /TASK \[kmend\.roles\.kmem : Stop kubelet\] \*+\nchanged: \[app-2\]/);
      t.same(await looks(), before, "both nodes are what they were");
    },
  );

  await t.test("an alert, or no answer, does not let a rollout go on", async (t) => {
    const signal = (node: string, url = alerts.url) =>
      ask(`${how.cwd}/signal.sh`, [node], { env: { ...process.env, ALERTMANAGER: url } });
    await t.resolves(signal("well"));
    await t.rejects(signal("sick"), { code: 1, stderr: "sick: KubeletDown\n" });
    await t.rejects(signal("well", "http://127.0.0.1:9"), { code: 7 });
  });

  if (isWhole)
    await t.test("a rollout that is well asks the monitoring for each node", async (t) => {
      const { code, stdout, stderr } = await kmend([...rollout, "--limit", hosts.join(",")], how);
      t.equal(code, 0, stdout + stderr);
      t.match(stdout, "Verified: 3 fresh pods came and went");
      t.strictSame(alerts.askedFor(), hosts);
    });
}

/** Answers as Alertmanager's API (v2) does, by the `node` in the filter. */
async function alertmanager(t: Test): Promise<{ readonly url: string; askedFor(): readonly string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://localhost");
    const node = /^node="(.*)"$/.exec(searchParams.get("filter") ?? "")?.[1] ?? "";
    if (node.startsWith("app-")) asked.push(node);
    const alerts = node === "sick" ? [{ labels: { alertname: "KubeletDown", node } }] : [];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(alerts));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, askedFor: () => asked };
}
