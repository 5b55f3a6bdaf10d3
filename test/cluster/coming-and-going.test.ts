/** A cluster comes up whole or not at all, comes back after a crash with what it had, and goes without a trace. */

import { existsSync } from "node:fs";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import t from "tap";
import { clusterPlace } from "../../src/lab/cluster/cluster-place.ts";
import { clusterProcesses } from "../../src/lab/cluster/cluster-processes.ts";
import { clusterAway, clusterDown, clusterUp, down, execOnNode, labStatus } from "../../src/lab/lab.ts";
import { labPlace } from "../../src/lab/place.ts";
import { daemonsOf, haveEnded } from "../../src/lab/processes.ts";
import { kmend, startKmend } from "../cli/kmend.ts";
import { eventually, raiseCluster, skip } from "./with-cluster.ts";

t.setTimeout(1_500_000);

t.test("a cluster comes and goes", { skip, timeout: 1_500_000 }, async (t) => {
  const { lab, kubectl, started, ...up } = await raiseCluster(t, { nodes: 1 });
  const place = clusterPlace(labPlace(lab.state, lab.name));
  const names = async (): Promise<readonly string[]> =>
    (await clusterProcesses(place)).map(({ name }) => name).sort();
  const env = { KMEND_STATE: lab.state, KMEND_LAB_CACHE: process.env["KMEND_LAB_CACHE"] ?? "" };
  const how = { cwd: process.cwd(), env };

  await t.test("it is four processes, on loopback only, and its secrets are its owner's", async (t) => {
    t.strictSame(started, all);
    t.strictSame(await names(), all);
    const listening = await listeningOn((await clusterProcesses(place)).map(({ pid }) => pid));
    t.strictSame([...new Set(listening)], ["127.0.0.1"], "nobody else reaches it");
    for (const file of [up.admin, up.reader, place.tokens, place.serviceAccountKey])
      t.equal((await stat(file)).mode & 0o777, 0o600, file);
    t.match(
      (await kubectl("version --output=json")).stdout,
      /"gitVersion": "v1\.20\.2"[\s\S]*"gitVersion": "v1\.20\.2"/,
    );
  });

  await t.test("status and the command line tell of it, and up has nothing to do", async (t) => {
    t.match(await labStatus(lab), { cluster: { api: up.api, readiness: "ok", processes: { length: 4 } } });
    const again = await kmend(["lab", "cluster", "up"], how);
    t.match(again.stdout, `The cluster of the lab "lab" is up already: ${up.api}`);
    const status = await kmend(["lab", "status"], how);
    t.match(status.stdout, `Cluster: ${up.api}, ready`);
    const nodes = await kmend(["lab", "cluster", "kubectl", "get", "nodes"], how);
    t.match(nodes.stdout, /app-1 +Ready/);
    const refused = await kmend(["lab", "cluster", "kubectl", "--as", "reader", "get", "pods"], how);
    t.equal(refused.code, 1, "kubectl's exit code is ours");
  });

  await t.test("killed, it comes back on the same ports with what it had", async (t) => {
    await kubectl("create configmap kept --from-literal=here=yes");
    const before = await clusterProcesses(place);
    for (const { pid, name } of before) if (name !== "kube-scheduler") process.kill(pid, "SIGKILL");
    t.ok(
      await haveEnded(
        before.flatMap(({ pid, name }) => (name === "kube-scheduler" ? [] : [pid])),
        5000,
      ),
    );
    const again = await clusterUp(lab);
    t.strictSame(
      again.started,
      all.filter((name) => name !== "kube-scheduler"),
    );
    t.equal(again.api, up.api);
    t.equal((await kubectl("get configmap kept --output=jsonpath={.data.here}")).stdout, "yes");
  });

  await t.test("frozen by somebody who was killed, it is woken up", async (t) => {
    const freezing = startKmend(["lab", "cluster", "away", "10m"], how);
    await eventually(async () => (await kubectl("get nodes --request-timeout=1s")).stderr, noAnswer);
    freezing.process.kill("SIGKILL");
    await freezing.ended;
    t.strictSame((await clusterUp(lab)).started, []);
    t.match((await kubectl("get nodes")).stdout, /app-1 +Ready/);
  });

  await t.test("Ctrl-C brings an API back that was taken away", async (t) => {
    const away = startKmend(["lab", "cluster", "away", "10m", "--how", "dead"], how);
    await eventually(async () => (await kubectl("get nodes --request-timeout=1s")).stderr, /refused/);
    away.process.kill("SIGINT");
    t.match(await away.ended, { code: 0, stdout: /back and ready/ });
    t.match((await kubectl("get nodes")).stdout, /app-1/);
  });

  await t.test("taken down while its API is away, it stays down", async (t) => {
    const away = startKmend(["lab", "cluster", "away", "10m"], how);
    await eventually(async () => (await kubectl("get nodes --request-timeout=1s")).stderr, noAnswer);
    t.equal(await clusterDown(lab), true);
    away.process.kill("SIGINT");
    t.match(await away.ended, { code: 1, stderr: /Cannot find a cluster/ });
    t.strictSame(await names(), []);
    await clusterUp(lab);
  });

  await t.test("down, it is gone, from its hosts too; and twice is once", async (t) => {
    t.equal((await kubectl("apply --filename=-", { input: pod })).code, 0);
    await eventually(async () => (await kubectl("get pods")).stdout, /1\/1 +Running/);
    t.equal(await clusterDown(lab), true);
    t.strictSame(await names(), []);
    t.notOk(existsSync(place.folder));
    const left = "ls /etc/kubernetes/kubelet.conf /etc/systemd/system/kubelet.service.d";
    t.match(await execOnNode(lab, "app-1", left), { code: 2 });
    await eventually(
      async () => (await execOnNode(lab, "app-1", "ls /var/lib/kubelet/pods | wc -l")).stdout,
      /^0$/m,
    );
    t.equal(await clusterDown(lab), false);
    t.match(await labStatus(lab), { cluster: null });
    t.match(await kmend(["lab", "cluster", "kubectl", "get", "nodes"], how), {
      code: 1,
      stderr: /kmend lab cluster up/,
    });
  });

  await t.test("interrupted while it comes up, it leaves nothing", async (t) => {
    const coming = startKmend(["lab", "cluster", "up"], how);
    await eventually(async () => (await names()).join(), /kube-apiserver/);
    coming.process.kill("SIGINT");
    t.match(await coming.ended, { code: 99, stderr: /Interrupted: the cluster/ });
    t.strictSame(await names(), []);
    t.notOk(existsSync(place.folder));
  });

  await t.test("killed while it comes up, the next up makes it whole", async (t) => {
    const coming = startKmend(["lab", "cluster", "up"], how);
    await eventually(async () => (await names()).join(), /etcd/);
    coming.process.kill("SIGKILL");
    await coming.ended;
    t.strictSame((await clusterUp(lab)).notReady, []);
    t.strictSame(await names(), all);
  });

  await t.test("killed while it comes up, the next down leaves nothing", async (t) => {
    await clusterDown(lab);
    const coming = startKmend(["lab", "cluster", "up"], how);
    await eventually(async () => (await names()).join(), /etcd/);
    coming.process.kill("SIGKILL");
    await coming.ended;
    t.equal(await clusterDown(lab), true);
    t.strictSame(await names(), []);
  });

  await t.test(
    "a lab that goes takes its cluster along; without hosts that are up there is none",
    async (t) => {
      await clusterUp(lab);
      const [daemon = 0] = await daemonsOf(lab.state, lab.name);
      process.kill(daemon, "SIGKILL");
      await haveEnded([daemon], 5000);
      await t.rejects(clusterUp(lab), { code: "lab-not-up", message: /app-1[\s\S]*kmend lab up --name lab/ });
      t.equal(await down(lab), true);
      t.strictSame(await names(), []);
      await t.rejects(clusterUp(lab), { code: "lab-not-there" });
      await t.rejects(clusterAway({ ...lab, how: "dead", forMs: 0 }), { code: "lab-not-there" });
    },
  );
});

/** What kubectl says in its several ways of waiting in vain. */
const noAnswer = /Unable|timeout|deadline/i;

const all = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

const pod = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "left" },
  spec: { nodeName: "app-1", containers: [{ name: "app", image: "rehearsal" }] },
});

/** The addresses that these processes listen on. */
async function listeningOn(pids: readonly number[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of ["tcp", "tcp6"]) {
    const rows = (await readFile(`/proc/net/${table}`, "utf8"))
      .split("\n")
      .map((line) => line.trim().split(/ +/));
    const inodes = new Map(rows.filter((row) => row[3] === "0A").map((row) => [row[9], row[1]]));
    for (const pid of pids)
      for (const fd of await readdir(`/proc/${pid}/fd`)) {
        const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "");
        const address = inodes.get(/^socket:\[(\d+)\]$/.exec(target)?.[1]);
        if (address) found.push(address.split(":")[0] === "0100007F" ? "127.0.0.1" : address);
      }
  }
  return found;
}
