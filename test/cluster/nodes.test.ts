/** The lab's hosts as nodes of a real control plane: what it says of them, and what it lets happen to them, in kubectl's own words. */

import t from "tap";
import {
  clusterAway,
  execOnNode,
  mendNodes,
  plantOnNodes,
  podsOnNodes,
  rebootNodes,
} from "../../src/lab/lab.ts";
import { eventually, raiseCluster, skip, type TestCluster } from "./with-cluster.ts";

t.setTimeout(1_500_000);

t.test("nodes of a real control plane", { skip, timeout: 1_500_000 }, async (t) => {
  const cluster = await raiseCluster(t, { nodes: 3 }, { hasWorkloads: true });
  const { lab, kubectl } = cluster;
  const on = async (host: string, script: string): Promise<string> => {
    const { code, stdout, stderr } = await execOnNode(lab, host, script);
    if (code !== 0) throw new Error(`${host}: ${script}: ${stderr}`);
    return stdout;
  };
  const said = async (words: string): Promise<string> => {
    const { stdout, stderr } = await kubectl(words);
    return stdout + stderr;
  };

  await t.test("every host is one, with its name, its pool, its address and its versions", async (t) => {
    t.strictSame(cluster.notReady, []);
    const columns =
      "NAME:.metadata.name,POOL:.metadata.labels.kmend\\.dev/pool,HOST:.metadata.labels.kubernetes\\.io/hostname,KUBELET:.status.nodeInfo.kubeletVersion,KERNEL:.status.nodeInfo.kernelVersion,ENGINE:.status.nodeInfo.containerRuntimeVersion";
    const table = await said(`get nodes --no-headers --output=custom-columns=${columns}`);
    t.strictSame(
      table
        .trim()
        .split("\n")
        .map((line) => line.split(/ +/).join(" ")),
      [
        "app-1 canary app-1 v1.15.5 3.10.0-1160.el7.x86_64 docker://18.06.1-ce",
        "app-2 workers app-2 v1.15.5 3.10.0-1160.el7.x86_64 docker://18.06.1-ce",
        "compute-1 workers compute-1 v1.15.5 3.10.0-1160.el7.x86_64 docker://18.06.1-ce",
      ],
    );
    const roles = await said("get nodes --selector=node-role.kubernetes.io/control-plane");
    t.match(roles, /No resources found/);
  });

  await t.test("its heart beats, in its lease and in its status", async (t) => {
    const lease = (): Promise<string> =>
      said("get lease app-1 --namespace=kube-node-lease --output=jsonpath={.spec.renewTime}");
    const status = (): Promise<string> => said(`get node app-1 --output=jsonpath=${heartbeat}`);
    const [leaseBefore, statusBefore] = [await lease(), await status()];
    t.match(await eventually(lease, not(leaseBefore)), /^2\d+-.*Z$/);
    t.match(await eventually(status, not(statusBefore)), /^2\d+-.*Z$/);
  });

  await t.test("without its kubelet it is marked by the control plane, and comes back with it", async (t) => {
    t.match(await said("get node app-2 --no-headers"), /^app-2 +Ready /);
    const before = await running("app-2", on);
    await on("app-2", "systemctl stop kubelet");
    const lost = await eventually(() => said("get node app-2 --no-headers"), /NotReady/);
    t.match(lost, /^app-2 +NotReady /);
    t.match(
      await said("describe node app-2"),
      /Ready +Unknown .*NodeStatusUnknown +Kubelet stopped posting node status/,
    );
    await on("app-2", "systemctl start kubelet");
    await eventually(() => said("get node app-2 --no-headers"), / Ready /);
    t.equal(await running("app-2", on), before, "its pods ran on, as the same processes");
    await eventually(() => said("get deployment web --no-headers"), /4\/4/);
  });

  await t.test("so it is with one that hangs", async (t) => {
    await on("app-2", "systemctl kill --signal=STOP kubelet");
    t.match(await eventually(() => said("get node app-2 --no-headers"), /NotReady/), /^app-2 /);
    await on("app-2", "systemctl kill --signal=CONT kubelet");
    await eventually(() => said("get node app-2 --no-headers"), / Ready /);
  });

  await t.test("without its container runtime it says so itself", async (t) => {
    await on("app-2", "systemctl stop docker");
    t.match(
      await eventually(() => said("describe node app-2"), /KubeletNotReady/),
      /Ready +False .*KubeletNotReady +container runtime is down/,
    );
    await on("app-2", "systemctl start docker");
    await eventually(() => said("get node app-2 --no-headers"), / Ready /);
  });

  await t.test("a fault between it and the API loses it, however well it is itself", async (t) => {
    for (const [fault, health] of [
      ["kubelet-unknown", "ok"],
      ["kubelet-cut-off", ""],
    ] as const) {
      await plantOnNodes({ ...lab, nodes: ["app-2"] }, fault);
      await eventually(() => said("get node app-2 --no-headers"), /NotReady/);
      const address = await said(`get node app-2 --output=jsonpath={.status.addresses[0].address}`);
      const ask = `exec 3<>/dev/tcp/${address}/10248 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && tail -n 1 <&3`;
      t.equal((await execOnNode(lab, "app-2", `bash -c "${ask}" 2>/dev/null`)).stdout, health, fault);
      await mendNodes({ ...lab, nodes: ["app-2"] });
      await eventually(() => said("get node app-2 --no-headers"), / Ready /);
    }
  });

  await t.test("rebooted, it says so by its boot id, and its pods are made again", async (t) => {
    const bootId = (): Promise<string> => said("get node app-2 --output=jsonpath={.status.nodeInfo.bootID}");
    const [boot, pods] = [await bootId(), await running("app-2", on)];
    await rebootNodes({ ...lab, nodes: ["app-2"] });
    t.match(await eventually(bootId, not(boot)), /^[0-9a-f-]{36}$/);
    await eventually(() => said("get node app-2 --no-headers"), / Ready /);
    const uids = (text: string): readonly string[] =>
      text.split("\n").map((line) => line.split(" ")[0] ?? "");
    const again = await eventually(() => running("app-2", on), /^(?:[0-9a-f-]{36}(?: \d+){2,}\n)+$/);
    t.not(again, pods);
    t.strictSame(uids(again), uids(pods), "the same pods, by other processes");
    await eventually(() => said("get deployment web --no-headers"), /4\/4/);
  });

  await t.test("another kubelet says another version", async (t) => {
    await on(
      "app-2",
      "dnf -q -y install kubelet-1.21.14-0 && systemctl daemon-reload && systemctl restart kubelet",
    );
    t.match(await eventually(() => said("get node app-2 --no-headers"), /1\.21/), / Ready .* v1\.21\.14/);
    await on(
      "app-2",
      "dnf -q -y downgrade kubelet-1.15.5-0 && systemctl daemon-reload && systemctl restart kubelet",
    );
    t.match(await eventually(() => said("get node app-2 --no-headers"), /v1\.15\.5/), / Ready /);
  });

  await t.test("a drain is refused for a DaemonSet's pod and for one that nobody owns", async (t) => {
    await makePod(cluster, "bare", "app-2");
    const refused = await kubectl("drain app-2");
    t.equal(refused.code, 1);
    t.match(
      refused.stderr,
      /cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\): default\/log-agent-/,
    );
    t.match(
      refused.stderr,
      /cannot delete Pods not managed by ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet \(use --force to override\): default\/bare/,
    );
    t.match(await said("get node app-2 --no-headers"), /Ready,SchedulingDisabled/, "but it is cordoned");
    t.equal((await kubectl("uncordon app-2")).code, 0);
    t.notMatch(await said("get node app-2 --no-headers"), /SchedulingDisabled/);
    await kubectl("delete pod bare");
  });

  await t.test("pods of manifests are shown, and outlive a drain", async (t) => {
    await podsOnNodes({ ...lab, nodes: ["app-2"] }, "create", 1);
    const shown = "get pods --field-selector=spec.nodeName=app-2 --no-headers";
    const [name = ""] =
      (await eventually(() => said(shown), /^pod-\S+-app-2 +1\/1 +Running/m)).match(/pod-\S+/) ?? [];
    const drained = await kubectl("drain app-2 --ignore-daemonsets --timeout=90s");
    t.equal(drained.code, 0, drained.stderr);
    t.match(await said(shown), name);
    const uid = (): Promise<string> => said(`get pod ${name} --output=jsonpath={.metadata.uid}`);
    const before = await uid();
    await kubectl(`delete pod ${name}`);
    const again = await eventually(uid, /^[0-9a-f-]{36}$/);
    t.not(again, before, "deleted, it is shown again");
    t.match(await running("app-2", on), name.replace(/^pod-|-app-2$/g, ""), "and runs on");
    await podsOnNodes({ ...lab, nodes: ["app-2"] }, "delete", 1);
    await eventually(() => said(`get pod ${name}`), /NotFound/);
    await kubectl("uncordon app-2");
    await eventually(() => said("get deployment web --no-headers"), /4\/4/);
    // All went to the others: some have to come back for what follows.
    await kubectl("rollout restart deployment web");
    await kubectl("rollout status deployment web --timeout=60s");
  });

  await t.test("a budget holds a drain up, and lets it through when it allows it", async (t) => {
    const before = await podsOn("app-2", "web");
    t.not(before.length, 0, "the application has pods there");
    await setBudget(4);
    await eventually(() => said("get pdb web --no-headers"), /^web +4 +N\/A +0 /);
    const held = await kubectl("drain app-2 --ignore-daemonsets --timeout=4s");
    t.equal(held.code, 1);
    t.match(held.stderr, /Cannot evict pod as it would violate the pod's disruption budget/);
    t.match(held.stderr, /global timeout reached/);
    t.strictSame(await podsOn("app-2", "web"), before, "and nobody was evicted");

    await setBudget(3);
    const drained = await kubectl("drain app-2 --ignore-daemonsets --timeout=90s");
    t.equal(drained.code, 0, drained.stderr);
    t.match(drained.stdout, /pod\/web-\S+ evicted[\s\S]*node\/app-2 evicted/);
    t.strictSame(await podsOn("app-2", "web"), []);
    await eventually(
      async () => String(Number(await on("app-2", "ls /var/lib/kubelet/pods | wc -l"))),
      /^1$/,
    );
    await eventually(() => said("get deployment web --no-headers"), /4\/4/);
    await kubectl("uncordon app-2");
  });

  await t.test("a pod that is stuck stays, and so does its process, until it is let go", async (t) => {
    await makePod(cluster, "stuck", "app-2", { "kmend.dev/stuck": "true" });
    const held = await kubectl("delete pod stuck --timeout=4s");
    t.equal(held.code, 1);
    t.match(held.stderr, /timed out waiting for the condition/);
    t.match(await said("get pod stuck --no-headers"), /stuck +1\/1 +Terminating/);
    const uid = await said("get pod stuck --output=jsonpath={.metadata.uid}");
    t.match(await running("app-2", on), uid);
    await kubectl("annotate pod stuck kmend.dev/stuck-");
    await eventually(() => said("get pod stuck --no-headers"), /NotFound/);
    t.notMatch(await running("app-2", on), uid);
  });

  await t.test("one who may only look at nodes can do nothing else", async (t) => {
    const asReader = { user: "reader" } as const;
    t.match((await kubectl("get nodes --no-headers", asReader)).stdout, /^app-1 +Ready/);
    const refused = await kubectl("drain app-2 --ignore-daemonsets", asReader);
    t.equal(refused.code, 1);
    t.match(refused.stderr, /User "reader" cannot patch resource "nodes"/);
    t.match((await kubectl("get pods", asReader)).stderr, /User "reader" cannot list resource "pods"/);
  });

  await t.test("a kubelet may touch its own node, and no other", async (t) => {
    const as = "--as=system:node:app-1 --as-group=system:nodes";
    t.match((await kubectl(`label node app-1 mine=yes ${as}`)).stdout, /node\/app-1 labeled/);
    t.match(
      (await kubectl(`label node app-2 mine=yes ${as}`)).stderr,
      /node "app-1" is not allowed to modify node "app-2"/,
    );
  });

  await t.test("the API goes away, in two ways, and comes back with all that it had", async (t) => {
    const before = await running("app-2", on);
    for (const [how, words] of [
      ["frozen", /timeout|deadline exceeded|TLS handshake/i],
      ["dead", /was refused/],
    ] as const) {
      const back = clusterAway({ ...lab, how, forMs: 6000 });
      t.match(await eventually(() => said("get nodes --request-timeout=1s"), words), words, how);
      await back;
      t.match(await said("get nodes --no-headers"), /^app-1 +Ready/, "it is back at once");
    }
    await eventually(
      () => said("get nodes --no-headers"),
      /app-1 +Ready[\s\S]*app-2 +Ready[\s\S]*compute-1 +Ready/,
    );
    t.equal(await running("app-2", on), before, "and no pod was ended, nor made again");
  });

  async function setBudget(minAvailable: number): Promise<void> {
    const { code, stderr } = await kubectl(`patch pdb web --patch={"spec":{"minAvailable":${minAvailable}}}`);
    if (code !== 0) throw new Error(stderr);
  }

  async function podsOn(host: string, app: string): Promise<readonly string[]> {
    const words = `get pods --selector=app=${app} --field-selector=spec.nodeName=${host} --output=name`;
    return (await said(words))
      .split("\n")
      .filter((line) => line.startsWith("pod/"))
      .sort();
  }
});

const heartbeat = `{.status.conditions[?(@.type=="Ready")].lastHeartbeatTime}`;

/** Anything but this text. */
function not(text: string): RegExp {
  return new RegExp(`^(?!${text.replaceAll(".", "\\.")}$)`);
}

/** The pods of a host, with the processes of their containers. */
function running(host: string, on: (host: string, script: string) => Promise<string>): Promise<string> {
  return on(
    host,
    `cd /var/lib/kubelet/pods && for uid in *; do
  echo "$uid" $(grep -o '[0-9a-f]\\{64\\}' "$uid/containers" | while read -r id; do cat "/run/runc/$id/pid"; done)
done`,
  );
}

/** Runs a pod that nobody owns on this host, and waits until it runs. */
async function makePod(
  { kubectl }: TestCluster,
  name: string,
  host: string,
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, annotations },
    spec: {
      nodeName: host,
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "app", image: "rehearsal" }],
    },
  };
  const { code, stderr } = await kubectl("apply --filename=-", { input: JSON.stringify(pod) });
  if (code !== 0) throw new Error(stderr);
  await eventually(async () => (await kubectl(`get pod ${name} --no-headers`)).stdout, /1\/1 +Running/);
}
