/** A file that asks a cluster for its nodes. What the kubectl here says was recorded of a real API server; see nodes.json. */

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { hostVars, inventoryGraph, loadInventory } from "../../src/inventory/inventory.ts";
import type { KmendError } from "../../src/problem/problem.ts";
import { toJson } from "../../src/template/template.ts";

const recorded = join(import.meta.dirname, "nodes.json");

/** A folder with the source and a kubectl that writes down how it was called. */
function folderOf(t: Test, source: string, says = `cat ${recorded}`): string {
  const folder = t.testdir({ "cluster.yml": `plugin: kmend.kubernetes\nkubectl: ./kubectl\n${source}` });
  writeFileSync(join(folder, "kubectl"), `#!/bin/sh\necho "$*" > ${folder}/asked\n${says}\n`);
  chmodSync(join(folder, "kubectl"), 0o755);
  return folder;
}

t.test("each node is a host, in the groups of its pool and of what it is for", async (t) => {
  const folder = folderOf(
    t,
    `kubeconfig: ~/.kube/fleet
context: prod
selector: kmend.dev/pool
pool_label: kmend.dev/pool
vars: {ansible_user: ops}
hosts:
  app-2: bastion.example
  compute-1: {ansible_port: 2222, note: by hand}
`,
  );
  const inventory = await loadInventory([join(folder, "cluster.yml")]);
  t.equal(
    inventoryGraph(inventory, { vars: false }),
    `@all:
  |--@ungrouped:
  |--@nodes:
  |  |--app-1
  |  |--app-2
  |  |--compute-1
  |--@control_plane:
  |  |--app-1
  |--@pool_canary:
  |  |--app-1
  |--@workers:
  |  |--app-2
  |  |--compute-1
  |--@pool_web_pods:
  |  |--app-2
  |  |--compute-1`,
  );
  const vars = (name: string) => toJson(hostVars(inventory, name)) as Record<string, unknown>;
  t.match(vars("app-1"), {
    ansible_host: "127.77.4.1",
    ansible_user: "ops",
    kubernetes_node: "app-1",
    kubernetes_version: "v1.15.5",
    kubernetes_schedulable: true,
    kubernetes_labels: { "kmend.dev/pool": "canary" },
  });
  t.match(vars("app-2"), { ansible_host: "bastion.example", kubernetes_schedulable: false });
  t.match(vars("compute-1"), { ansible_host: "127.77.4.3", ansible_port: 2222, note: "by hand" });
});

t.test("a node may be reached by its name", async (t) => {
  const inventory = await loadInventory([join(folderOf(t, "address: name\n"), "cluster.yml")]);
  t.match(toJson(hostVars(inventory, "app-1")), { ansible_host: "app-1" });
});

for (const [what, source, says, message, hint] of [
  [
    "a key that there is not",
    "kubecfg: x\n",
    "",
    /cluster\.yml:3:1: .*has no key "kubecfg"/,
    /Did you mean "kubectl"/,
  ],
  ["an address that there is not", "address: Fax\n", "", /has no address "Fax"/, /InternalIP/],
  ["a form that is wrong", "hosts: [a]\n", "", /"hosts" must be a mapping/, /./],
  [
    "an address that a node has not",
    "address: ExternalIP\n",
    `cat ${recorded}`,
    /Node "app-1" tells of no ExternalIP/,
    /map the node to a host with hosts:/,
  ],
  [
    "an API that does not answer",
    "context: prod\n",
    "echo 'Unable to connect to the server: EOF' >&2; exit 1",
    /Cannot read the nodes of the cluster: Unable to connect/,
    /kubectl get nodes --context prod/,
  ],
] as const)
  t.test(`${what} is refused in words, at its place`, async (t) => {
    const error = (await t.rejects(
      loadInventory([join(folderOf(t, source, says), "cluster.yml")]),
    )) as unknown as KmendError;
    t.equal(error.code, "inventory-cluster");
    t.equal(error.exitCode, 4);
    t.match(error.message, message);
    t.match(error.message, hint);
  });

t.test("a missing kubectl is told of", async (t) => {
  const folder = t.testdir({ "cluster.yml": "plugin: kmend.kubernetes\nkubectl: ./none\n" });
  const error = (await t.rejects(loadInventory([join(folder, "cluster.yml")]))) as unknown as KmendError;
  t.match(error.message, /there is no \.\/none here\n {2}Install kubectl/);
});
