/** A node mended with no drain and no reboot: its pods run on, and cost nothing from then on. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { execOnNode, labStatus, podsOnNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { accountingIsOff, fingerprintOf } from "./fingerprint.ts";
import { scanOf } from "./scanned.ts";

t.test("an app node with running pods", { skip: whatIsMissing() ?? false, timeout: 280_000 }, async (t) => {
  const { state, name, inventory, nodes } = await raiseLab(t, {
    nodes: { app_nodes: 1, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
  });
  const lab = { state, name };
  const on = (script: string) => execOnNode(lab, "app-1", script).then((end) => end.stdout);
  const leaked = async () => (await labStatus(lab)).nodes[0]?.counts?.leakedKmemIds ?? -1;
  const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
  const withPlaybook = (command: "plan" | "run", name: string, ...set: string[]) =>
    run(
      command,
      "-i",
      inventory,
      `playbooks/${name}.yml`,
      ...["kmem_settle_seconds=5", ...set].flatMap((each) => ["-e", each]),
    );
  const playbook = (name: string, ...set: string[]) => withPlaybook("run", name, ...set);
  const looks = () => fingerprintOf(lab, "app-1");
  const scan = () => scanOf("app-1", { inventory, state });
  const idOfLast = async () => JSON.parse((await run("runs", "--output", "json")).stdout)[0].run as string;

  await podsOnNodes(lab, "create", 4);
  const processes = await on(startedProcesses);
  const limits = await on(limitsOfPods);
  t.equal(processes.trim().split("\n").length, 8);

  const alone = join(state, "alone.yml");
  await writeFile(alone, "- hosts: all\n  gather_facts: false\n  tasks:\n    - kmend.kmem.renew_live:\n");
  const refused = async () => (await run("run", "-i", inventory, alone)).stdout;
  t.match(
    await refused(),
    /Cannot renew kubepods while kubelet runs/,
    "called by itself, the module refuses",
  );
  await on("systemctl stop kubelet; mkdir /sys/fs/cgroup/memory/kubepods.slice");
  t.match(await refused(), /memory\/kubepods\.slice stands there/);
  await on("rmdir /sys/fs/cgroup/memory/kubepods.slice; systemctl start kubelet");
  t.equal(await on(startedProcesses), processes, "and nothing was moved");

  const before = await looks();
  const sick = await scan();
  t.equal(sick.verdict, "leaking");
  t.ok(sick.mend.includes("kmend.playbooks.renew-live"), "the scan names the renewal");
  const plan = await withPlaybook("plan", "renew-live");
  t.equal(plan.code, 0, plan.stdout);
  t.match(
    plan.stdout,
    /Move every process into a kubepods without accounting\n +on: app-1\n +way back: kmend restores the state before/,
  );
  t.same(await looks(), before, "a plan changes nothing");

  const swap = await playbook("kmem", "kmem_renewal=live", "kmem_probe_pods=1");
  t.equal(swap.code, 0, swap.stdout);
  t.match(swap.stdout, /"8 processes moved, 0 ended by themselves meanwhile"/);
  t.match(swap.stdout, /whoever is told of a container's OOM kill/);
  t.equal(await on(startedProcesses), processes, "the same processes run on, since when they did");
  t.equal(await on(limitsOfPods), limits, "with their limits");
  t.equal(await on(activeGroups), "", "and no cgroup has accounting on");
  t.match(swap.stdout, /Verified: 1 fresh pods came and went/);
  const swapped = await idOfLast();
  t.match(await scan(), { verdict: "clean", mend: [] });

  const back = await run("rollback", swapped);
  t.equal(back.code, 0, back.stdout);
  t.same(
    await looks(),
    { ...before, accounting: accountingIsOff },
    "taken back, all is as before but the accounting, which no kernel switches on where processes run",
  );
  t.equal(await on(startedProcesses), processes, "and the same processes run on");
  t.equal(await on(limitsOfPods), limits);
  t.match(await scan(), { switchedOnBy: "kubelet" }, "the scan says that it leaks again");
  const once = await playbook("fix-kubelet");
  t.equal(once.code, 0, once.stdout);

  const again = await playbook("renew-live");
  t.match(again.stdout, /skipping: \[app-1\]/, "a second run has nothing to do");
  await on(
    "systemctl stop kubelet; cd /sys/fs/cgroup/memory && mv kubepods kubepods.kmend-old && mkdir kubepods",
  );
  // A kubelet that does not run says nowhere where it answers.
  const address = nodes[0]?.address ?? "";
  const completed = await playbook("renew-live", `kmem_health_address=${address}`);
  t.equal(completed.code, 0, completed.stdout);
  t.equal(
    await on(startedProcesses),
    processes,
    "one that was cut off is completed, and kubelet starts again",
  );
  t.equal(await on("systemctl is-active kubelet"), "active\n");
  const undone = await run("rollback", "last");
  t.equal(undone.code, 0, undone.stdout);
  t.equal(
    await on("systemctl is-active kubelet; systemctl start kubelet"),
    "inactive\n",
    "taken back, kubelet is stopped as it was found",
  );
  t.equal(await on(startedProcesses), processes);

  const ids = await leaked();
  await podsOnNodes(lab, "create", 3);
  await podsOnNodes(lab, "delete", 7);
  t.equal(await leaked(), ids, "new pods, and those that were moved, go and leave nothing");
  t.equal(await on("ls /var/lib/kubelet/pods; find /sys/fs/cgroup/memory/kubepods -mindepth 2 -type d"), "");
});

const startedProcesses = `for p in $(find /sys/fs/cgroup/memory/kubepods* -name cgroup.procs -exec cat {} + | sort -n); do
  echo "$p $(sed 's/.*) //' /proc/$p/stat | cut -d ' ' -f 20)"
done`;
const limitsOfPods =
  "cd /sys/fs/cgroup/memory && find kubepods -name memory.limit_in_bytes | sort | xargs grep .";
const activeGroups = `find /sys/fs/cgroup/memory -mindepth 1 -name memory.kmem.slabinfo -exec sh -c 'cat "$1" >/dev/null 2>&1 && echo "$1"' sh {} \\;`;
