/** Modules of the cluster as data: which pods leave a node, what stands against it, and whether a cluster can spare nodes. */

import t from "tap";
import { selects } from "../../src/modules/kubernetes/objects.ts";
import { findModule, type HostModule, type WaitModule } from "../../src/modules/modules.ts";
import type { Output } from "../../src/script/output.ts";
import { type Dict, fromJson, toJson, type Value } from "../../src/template/values.ts";
import { argumentsOf, setting } from "./host.ts";

const drain = findModule("k8s_drain") as HostModule;
const spare = findModule("kmend.nodes.spare") as WaitModule;
const ready = findModule("kmend.node.ready") as WaitModule;
const info = findModule("kubernetes.core.k8s_info") as WaitModule;

const dict = (value: unknown): Dict => fromJson(value) as Dict;
// biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own arguments
const args = (module: HostModule | WaitModule, given: unknown): any =>
  argumentsOf(module as HostModule, dict(given));

const said = (parts: Readonly<Record<string, unknown>>): Output => ({
  code: 0,
  stdout: Buffer.from(
    Object.entries(parts)
      .map(([name, value]) => `\n=== ${name}\n${typeof value === "string" ? value : JSON.stringify(value)}\n`)
      .join(""),
  ),
  stderr: Buffer.from(""),
  durationMs: 1,
});
const refused = (code: number, stderr: string): Output => ({
  code,
  stdout: Buffer.from(""),
  stderr: Buffer.from(stderr),
  durationMs: 1,
});

const node = (
  name: string,
  more: { cordoned?: boolean; ready?: string; labels?: object; version?: string } = {},
) => ({
  metadata: { name, labels: more.labels ?? {} },
  spec: more.cordoned ? { unschedulable: true } : {},
  status: {
    conditions: [{ type: "Ready", status: more.ready ?? "True", message: "kubelet says so" }],
    nodeInfo: { kubeletVersion: more.version ?? "v1.15.5" },
  },
});

const pod = (
  name: string,
  more: {
    owner?: string;
    labels?: object;
    static?: boolean;
    phase?: string;
    emptyDir?: string;
    ready?: boolean;
  } = {},
) => ({
  metadata: {
    namespace: "default",
    name,
    labels: more.labels ?? {},
    ...(more.static ? { annotations: { "kubernetes.io/config.mirror": "x" } } : {}),
    ...(more.owner === undefined
      ? {}
      : { ownerReferences: [{ controller: true, kind: more.owner, name: `${more.owner}-1` }] }),
  },
  spec: { volumes: more.emptyDir === undefined ? [] : [{ name: more.emptyDir, emptyDir: {} }] },
  status: {
    phase: more.phase ?? "Running",
    conditions: [{ type: "Ready", status: more.ready === false ? "False" : "True" }],
  },
});

const budget = (name: string, allowed: number, selector: object) => ({
  metadata: { namespace: "default", name },
  spec: { selector },
  status: { disruptionsAllowed: allowed },
});

/** What the drain of node-1 comes to, where these pods run on it. */
function planned(
  pods: readonly unknown[],
  given: Readonly<Record<string, unknown>> = {},
  more: { node?: unknown; budgets?: readonly unknown[]; cordon?: string; evict?: string } = {},
) {
  const options = args(drain, { name: "node-1", ...given });
  const state = drain.inspect?.(options, setting())?.parse(
    said({
      node: more.node ?? node("node-1"),
      "right to cordon": more.cordon ?? "yes",
      "right to evict": more.evict ?? "yes",
      pods: { items: pods },
      budgets: { items: more.budgets ?? [] },
    }),
  );
  const change = drain.plan(state, options, setting());
  const result = drain.result?.({ args: options, state, change, output: null, setting: setting() }) as Dict;
  return { change, result: toJson(result) as Record<string, unknown> };
}

t.test(
  "pods that somebody makes anew leave; those of DaemonSets and of the node's own files stay",
  async (t) => {
    const { change, result } = planned(
      [
        pod("web", { owner: "ReplicaSet" }),
        pod("agent", { owner: "DaemonSet" }),
        pod("etcd", { static: true }),
      ],
      { delete_options: { ignore_daemonsets: true } },
    );
    t.match(change, {
      before: { schedulable: true, pods: ["default/web"] },
      after: { schedulable: false, pods: [] },
    });
    t.match(result, {
      result: "node node-1 cordoned; 1 pod evicted",
      was_schedulable: true,
      evicted: [{ namespace: "default", name: "web", owner: { kind: "ReplicaSet", name: "ReplicaSet-1" } }],
      stays: [{ name: "agent" }, { name: "etcd" }],
    });
  },
);

t.test(
  "every pod that stands against a drain is named, each with the option that takes it all the same",
  async (t) => {
    const pods = [
      pod("agent", { owner: "DaemonSet" }),
      pod("bare"),
      pod("cache", { owner: "ReplicaSet", emptyDir: "scratch" }),
      pod("done", { phase: "Succeeded" }),
    ];
    t.throws(() => planned(pods), {
      message:
        "Cannot drain the node:\n" +
        "  default/agent: a DaemonSet would bring them back at once. In delete_options, ignore_daemonsets: true leaves them where they are\n" +
        "  default/bare: nobody would bring them back. In delete_options, force: true deletes them for good\n" +
        "  default/cache: their data lies on this node (emptyDir). In delete_options, delete_emptydir_data: true deletes it",
    });
    const all = { delete_options: { ignore_daemonsets: true, force: true, delete_emptydir_data: true } };
    t.strictSame(planned(pods, all).change?.before, {
      schedulable: true,
      pods: ["default/bare", "default/cache", "default/done"],
    });
  },
);

t.test("a budget that allows no eviction now is told of beforehand", async (t) => {
  const { result } = planned(
    [pod("web", { owner: "ReplicaSet", labels: { app: "web" } }), pod("api", { owner: "ReplicaSet" })],
    {},
    {
      budgets: [
        budget("web", 0, { matchLabels: { app: "web" } }),
        budget("other", 1, { matchLabels: { app: "x" } }),
      ],
    },
  );
  t.strictSame(result["held"], [{ pod: "default/web", budgets: ["web"] }]);
});

t.test("a node that is as wanted is left alone, and one that was cordoned before stays so", async (t) => {
  const cordoned = { node: node("node-1", { cordoned: true }) };
  t.equal(planned([], { state: "uncordon" }).change, null);
  t.equal(planned([], { state: "cordon" }, cordoned).change, null);
  t.equal(
    planned([pod("agent", { owner: "DaemonSet" })], { delete_options: { ignore_daemonsets: true } }, cordoned)
      .change,
    null,
  );
  const { change } = planned([pod("web", { owner: "ReplicaSet" })], {}, cordoned);
  const revert = drain.revert(change, { save: "/s", tmp: "/t" });
  t.match(revert?.text, /k cordon node-1/);
  t.match(drain.revert(planned([]).change, { save: "/s", tmp: "/t" })?.text, /k uncordon node-1/);
});

t.test("a user without a right is refused before the node is touched", async (t) => {
  t.throws(() => planned([], {}, { cordon: "no" }), {
    message: /may not mark nodes \(patch nodes\)[\s\S]*The node is as it was/,
  });
  t.throws(() => planned([], {}, { evict: "Warning: x\nno - no RBAC policy matched" }), {
    message: /may not evict pods/,
  });
});

t.test("options that a drain does not have are refused", async (t) => {
  for (const [given, message] of [
    [{ ignore_daemonset: true }, /delete_options has no ignore_daemonset\. It has force/],
    [{ force: "maybe" }, /force must be true or false, and is maybe/],
    [{ wait_timeout: -1 }, /wait_timeout must be a whole number of seconds/],
  ] as const)
    t.throws(() => drain.validate?.(args(drain, { name: "n", delete_options: given })), { message });
});

t.test("label selectors hold as Kubernetes has them", async (t) => {
  const expression = (operator: string, values?: readonly string[]) => ({
    matchExpressions: [{ key: "tier", operator, ...(values ? { values } : {}) }],
  });
  for (const [selector, labels, holds] of [
    [{}, { a: "b" }, true],
    [{ matchLabels: { a: "b" } }, { a: "b", c: "d" }, true],
    [{ matchLabels: { a: "b" } }, { a: "c" }, false],
    [expression("In", ["x", "y"]), { tier: "y" }, true],
    [expression("NotIn", ["x"]), {}, true],
    [expression("NotIn", ["x"]), { tier: "x" }, false],
    [expression("Exists"), { tier: "" }, true],
    [expression("DoesNotExist"), {}, true],
    [expression("Gt", ["1"]), { tier: "2" }, false],
  ] as const)
    t.equal(selects(selector, labels), holds, JSON.stringify([selector, labels]));
});

/** What is against it; null: nothing. */
function against(
  nodes: readonly unknown[],
  given: Readonly<Record<string, Value | readonly string[]>>,
): string | null {
  const options = args(spare, given);
  const output = said({ nodes: { items: nodes } });
  return spare.done(output, options, null) ? null : spare.timedOut(options, output, null);
}

t.test("a cluster spares nodes as long as its limits hold", async (t) => {
  const nodes = ["n1", "n2", "n3", "n4", "n5"].map((name) => node(name, { labels: { pool: "web" } }));
  const cordoned = [...nodes.slice(0, 4), node("n5", { cordoned: true, labels: { pool: "web" } })];
  t.equal(against(nodes, { names: ["n1"], max_out: "1", min_ready: "80%" }), null);
  t.equal(
    against(nodes, { names: ["n1", "n2"], max_out: "1" }),
    "The cluster cannot spare n1, n2:\n  2 of 5 nodes would be out, and max_out allows 1",
  );
  t.equal(
    against(cordoned, { names: ["n1"], max_out: "20%", min_ready: "4", selector: "pool=web" }),
    "The cluster cannot spare n1:\n" +
      "  2 of 5 nodes with pool=web would be out, and max_out allows 1 (out already: n5 takes no pods)\n" +
      "  3 of 5 nodes with pool=web would be ready, and min_ready is 4 (out already: n5 takes no pods)",
  );
  t.equal(
    against(cordoned, { names: ["n5"], max_out: "1" }),
    null,
    "one that is out already is not counted twice",
  );
  t.equal(against(nodes, { names: ["n1"], max_out: "10%" }), null, "a share is never less than one node");
  t.equal(
    against([node("n1"), node("n2", { ready: "Unknown" })], { min_ready: "60%" }),
    "The cluster is short of nodes:\n  1 of 2 nodes is ready, and min_ready is 2 (out already: n2 is not ready)",
  );
  t.throws(() => against(nodes, { names: ["n9"] }), { message: "The cluster has no node n9" });
  t.throws(() => against(nodes, { max_out: "many" }), { message: /neither a number nor a share/ });
});

t.test("the control plane is taken one node at a time, and never below its quorum", async (t) => {
  const plane = (name: string, more: object = {}) =>
    node(name, { labels: { "node-role.kubernetes.io/master": "" }, ...more });
  const three = [plane("m1"), plane("m2"), plane("m3"), node("w1")];
  t.equal(against(three, { names: ["m1"] }), null);
  t.match(
    against(three, { names: ["m1", "m2"] }),
    /m1 and m2 are of the control plane, which is taken one node at a time/,
  );
  t.match(
    against([plane("m1"), plane("m2", { ready: "False" }), plane("m3")], { names: ["m1"] }),
    /1 of 3 control-plane nodes would be ready, which is no quorum/,
  );
  t.equal(against([plane("m1"), node("w1")], { names: ["m1"] }), null, "one alone has no quorum to lose");
  t.equal(against(three, { names: ["m1", "m2"], quorum: "false" }), null);
});

t.test("a node is back when its lease was renewed since, with its version and its pods", async (t) => {
  const options = args(ready, {
    name: "node-1",
    version: "1.15.5",
    pods: [{ namespace: "default", name: "agent" }],
    evicted: [{ namespace: "default", name: "web", owner: { kind: "ReplicaSet", name: "web-1" } }],
    timeout: 30,
  });
  const seen = (
    renewTime: string,
    more: { version?: string; agent?: boolean; replicas?: number; ready?: string } = {},
  ) =>
    said({
      node: node("node-1", { version: more.version ?? "v1.15.5", ready: more.ready ?? "True" }),
      lease: { spec: { renewTime } },
      pods: { items: [pod("agent", { ready: more.agent ?? true })] },
      "ReplicaSet default/web-1": { spec: { replicas: 2 }, status: { readyReplicas: more.replicas ?? 2 } },
    });
  const begun = ready.begin?.(seen("T1"), options);
  t.equal(begun, "T1");
  const lacks = (output: Output) =>
    ready.done(output, options, begun) ? null : ready.timedOut(options, output, begun);
  t.equal(lacks(seen("T2")), null);
  t.match(lacks(seen("T1")), /its kubelet has not renewed the node's lease since the wait began/);
  t.match(lacks(seen("T2", { ready: "Unknown" })), /it is not ready: kubelet says so/);
  t.match(lacks(seen("T2", { version: "v1.15.4" })), /its kubelet reports v1\.15\.4, not 1\.15\.5/);
  t.match(lacks(seen("T2", { agent: false })), /pod default\/agent ran before and is not ready now/);
  t.match(lacks(seen("T2", { replicas: 1 })), /ReplicaSet default\/web-1 has 1 of 2 pods ready/);
  t.equal(
    ready.begin?.(refused(1, "Unable to connect to the server: EOF"), options),
    null,
    "an API that is away says nothing",
  );
});

t.test("why a cluster could not be asked is told in words", async (t) => {
  const options = args(info, { kind: "Node", name: "n1" });
  for (const [output, message] of [
    [refused(127, "sh: 1: kubectl: not found"), /there is no kubectl here[\s\S]*delegate_to: localhost/],
    [
      refused(
        1,
        'Error from server (Forbidden): nodes "n1" is forbidden: User "reader" cannot get resource "nodes" in API group "" at the cluster scope',
      ),
      /the user "reader" of the kubeconfig may not get resource "nodes"/,
    ],
    [
      refused(
        1,
        "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?",
      ),
      /its API does not answer/,
    ],
    [
      refused(1, 'error: context "x" does not exist'),
      /Cannot ask the cluster: error: context "x" does not exist/,
    ],
  ] as const)
    t.throws(() => info.done(output, options, null), { message });
});

t.test("objects are waited for until a condition of each holds", async (t) => {
  const options = args(info, { kind: "Node", wait: true, wait_condition: { type: "Ready" } });
  const list = (...statuses: string[]): Output => ({
    ...refused(0, ""),
    stdout: Buffer.from(JSON.stringify({ items: statuses.map((status) => node("n", { ready: status })) })),
  });
  t.equal(info.done(list("True", "True"), options, null), true);
  t.equal(info.done(list("True", "Unknown"), options, null), false);
  t.equal(info.done(list(), options, null), false);
  t.equal(info.done(refused(1, "Unable to connect to the server: EOF"), options, null), false);
  t.match(
    info.timedOut(options, list("Unknown"), null),
    /did not come to what was waited for within 120 s \(1 found\)/,
  );
});
