/**
 * Nodes leave their cluster and come back, by kmend's own playbooks and modules, against a real control plane: what a drain meets, what is
 * said of it, and that the node is then as it was before. kubectl is the second witness.
 */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { clusterAway } from "../../src/lab/lab.ts";
import { type Ended, kmend, lastRun } from "../cli/kmend.ts";
import { drain, type SceneName, scenes, slow, tapeOf, taping } from "./scenes.ts";
import { eventually, raiseCluster, skip } from "./with-cluster.ts";

t.setTimeout(1_500_000);

const isRecording = process.env["KMEND_CLUSTER_TAPES"] === "record";

t.test("a node leaves a real cluster, and comes back", { skip, timeout: 1_500_000 }, async (t) => {
  const { lab, kubectl, admin, reader, kubectlProgram } = await raiseCluster(
    t,
    { nodes: 3 },
    { hasWorkloads: true },
  );
  const said = async (words: string): Promise<string> => {
    const { stdout, stderr } = await kubectl(words);
    return stdout + stderr;
  };
  const rollback = (run = "last"): Promise<Ended> =>
    kmend(["rollback", run], { cwd: lab.state, env: { KMEND_STATE: join(lab.state, "state") } });
  /** The scene's drain of the node; with what it asks kubectl written down, where that is wanted. */
  const drainIn = (name: SceneName, host: string, kubeconfig = admin): Promise<Ended> => {
    const isTaped = isRecording && !slow.has(name);
    if (isTaped) rmSync(tapeOf(name), { force: true });
    const program = isTaped ? taping(lab.state, "record", name, kubectlProgram) : kubectlProgram;
    return drain(name, { folder: lab.state, host, inventory: lab.inventory, kubectl: program, kubeconfig });
  };
  const isSchedulable = async (host: string): Promise<boolean> =>
    !(await said(`get node ${host} --no-headers`)).includes("SchedulingDisabled");
  const budgetOf = (least: number): Promise<unknown> =>
    kubectl(`patch poddisruptionbudget web --type=merge --patch={"spec":{"minAvailable":${least}}}`);
  const webIsWhole = (): Promise<string> =>
    eventually(() => said("get deployment web --output=jsonpath={.status.readyReplicas}"), /^4$/);
  /** It ends as the scene has it; a failure with the node as it was. */
  const endsAs = async (t: Test, name: SceneName, host: string, ended: Ended): Promise<void> => {
    const { code, says } = scenes[name];
    t.equal(ended.code, code, ended.stdout + ended.stderr);
    t.match(ended.stdout, says);
    t.equal(await isSchedulable(host), code !== 0);
  };

  await t.test("drained and given back, with a rollback as the way back", async (t) => {
    await budgetOf(3);
    await webIsWhole();
    await endsAs(t, "drained", "app-1", await drainIn("drained", "app-1"));
    const left = await said("get pods --all-namespaces --field-selector=spec.nodeName=app-1 --no-headers");
    t.match(left, /log-agent/, "the DaemonSet's pod stays");
    t.notMatch(left, /web-/);
    t.equal((await rollback()).code, 0);
    t.equal(await isSchedulable("app-1"), true);
    const [first] = lastRun(join(lab.state, "state"));
    const again = await rollback(first?.type === "run:started" ? first.run : "");
    t.equal(again.code, 0, `the rollback taken back: ${again.stdout}${again.stderr}`);
    t.equal(await isSchedulable("app-1"), false, "the node is cordoned again");
    await kubectl("uncordon app-1");
  });

  await t.test("one that was cordoned before stays so, whatever becomes of the drain", async (t) => {
    await webIsWhole();
    await kubectl("cordon app-1");
    const ended = await drain("drained", {
      ...{ folder: lab.state, host: "app-1", inventory: lab.inventory },
      ...{ kubectl: kubectlProgram, kubeconfig: admin },
    });
    t.equal(ended.code, 0, ended.stdout + ended.stderr);
    t.equal((await rollback()).code, 0);
    t.equal(await isSchedulable("app-1"), false);
    await kubectl("uncordon app-1");
  });

  await t.test("a budget that allows nothing is named, with its pods", async (t) => {
    await webIsWhole();
    await budgetOf(4);
    await eventually(
      () => said("get poddisruptionbudget web --output=jsonpath={.status.disruptionsAllowed}"),
      /^0$/,
    );
    const host = await hostOfWeb(said);
    await endsAs(t, "budget", host, await drainIn("budget", host));
    await budgetOf(1);
  });

  await t.test("a DaemonSet's pod and a bare one are named before anything is touched", async (t) => {
    await endsAs(t, "daemonset", "app-2", await drainIn("daemonset", "app-2"));
    await kubectl('run bare --image=rehearsal --overrides={"spec":{"nodeName":"app-2"}}');
    await eventually(() => said("get pod bare --no-headers"), /Running/);
    await endsAs(t, "bare", "app-2", await drainIn("bare", "app-2"));
    await kubectl("delete pod bare --grace-period=0 --force");
  });

  await t.test("a pod that does not end is named, with the time since when", async (t) => {
    await kubectl(
      'run stuck --image=rehearsal --annotations=kmend.dev/stuck=true --overrides={"spec":{"nodeName":"app-2"}}',
    );
    await eventually(() => said("get pod stuck --no-headers"), /Running/);
    await endsAs(t, "stuck", "app-2", await drainIn("stuck", "app-2"));
    await kubectl("delete pod stuck --grace-period=0 --force");
  });

  await t.test("a user without the right is told which", async (t) =>
    endsAs(t, "no-right", "app-2", await drainIn("no-right", "app-2", reader)),
  );

  await t.test("by the kubectl of another host, and back again by it", async (t) => {
    await webIsWhole();
    const folder = join(lab.state, "elsewhere");
    mkdirSync(folder);
    writeFileSync(join(folder, "elsewhere.yml"), elsewhere);
    const vars = { kubectl_here: kubectlProgram, kubeconfig_here: admin };
    const ended = await kmend(["run", "-i", lab.inventory, "elsewhere.yml", "-e", JSON.stringify(vars)], {
      cwd: folder,
      env: { KMEND_STATE: join(lab.state, "state") },
    });
    t.equal(ended.code, 0, ended.stdout + ended.stderr);
    t.equal(await isSchedulable("app-1"), false);
    t.equal((await rollback()).code, 0);
    t.equal(await isSchedulable("app-1"), true);
  });

  for (const how of ["dead", "frozen"] as const) {
    await t.test(
      `an API that is ${how} for a while in the middle: the drain goes on when it is back`,
      async (t) => {
        await webIsWhole();
        await budgetOf(4);
        const host = await hostOfWeb(said);
        const draining = drainIn(`away-${how}`, host);
        await eventually(async () => String(await isSchedulable(host)), /false/);
        await clusterAway({ ...lab, how, forMs: 10_000 });
        await budgetOf(1);
        await endsAs(t, `away-${how}`, host, await draining);
        await kubectl(`uncordon ${host}`);
      },
    );

    await t.test("... and where its time is over by then, the node is given back", async (t) => {
      await webIsWhole();
      await budgetOf(4);
      const host = await hostOfWeb(said);
      const draining = drainIn(`over-${how}`, host);
      await eventually(async () => String(await isSchedulable(host)), /false/);
      await clusterAway({ ...lab, how, forMs: 12_000 });
      await endsAs(t, `over-${how}`, host, await draining);
      await budgetOf(1);
    });
  }
});

/** What a controller without kubectl does: a host of the fleet has it, and its kubeconfig. */
const elsewhere = `
- hosts: app-2
  gather_facts: false
  tasks:
    - copy: {src: "{{ kubectl_here }}", dest: /usr/local/bin/kubectl, mode: "0755"}
    - copy: {src: "{{ kubeconfig_here }}", dest: /etc/kubernetes/admin.conf, mode: "0600"}
- hosts: app-1
  gather_facts: false
  vars: {config: /etc/kubernetes/admin.conf, program: /usr/local/bin/kubectl}
  tasks:
    - delegate_to: app-2
      block:
        - kmend.nodes.spare:
            names: "{{ inventory_hostname }}"
            max_out: 1
            kubeconfig: "{{ config }}"
            kubectl: "{{ program }}"
        - kubernetes.core.k8s_drain:
            name: "{{ inventory_hostname }}"
            delete_options: {ignore_daemonsets: true, wait_timeout: 30}
            kubeconfig: "{{ config }}"
            kubectl: "{{ program }}"
        - kubernetes.core.k8s_info:
            kind: Node
            name: "{{ inventory_hostname }}"
            kubeconfig: "{{ config }}"
            kubectl: "{{ program }}"
          register: node
        - assert:
            that: node.resources[0].spec.unschedulable
        - kmend.node.ready:
            name: "{{ inventory_hostname }}"
            timeout: 30
            kubeconfig: "{{ config }}"
            kubectl: "{{ program }}"
`;

/** A node on which a pod of the application runs. */
async function hostOfWeb(said: (words: string) => Promise<string>): Promise<string> {
  const hosts = await said("get pods --selector=app=web --output=jsonpath={.items[*].spec.nodeName}");
  return hosts.split(" ")[0] ?? "";
}
