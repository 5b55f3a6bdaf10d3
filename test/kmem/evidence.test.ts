/** The evidence of a node: decided by the signs that decide, unknown where they cannot be read. */

import { spawnSync } from "node:child_process";
import t from "tap";
import { evidenceScript } from "../../src/kmem/kmem.ts";
import { Node, shells } from "./fixture.ts";

const pod = "kubepods/burstable/pod0f3b-11";

for (const [name, shell] of Object.entries(shells))
  t.test(`a leaking node reads the same under ${name}`, async (t) => {
    const node = new Node();
    t.teardown(() => node.remove());
    node.group("system.slice/sshd.service", { accounting: "off" });
    node
      .group("kubepods", { accounting: "on", limit: "8589934592" })
      .group("kubepods/burstable", { accounting: "on" });
    node.group(pod, { accounting: "on" }).group(`${pod}/abc`, { accounting: "on", limit: "104857600" });
    node.slab("dentry(3:abc)").slab("dentry(7:gone1)").slab("inode_cache(7:gone1)").slab("dentry");
    node.slab("dentry(9:stale)", ":t-0000192-00000009");
    const { cgroups, slab, leakedKmemIds, pods } = node.evidence(shell);
    t.equal(cgroups.version.value, "v1");
    t.equal(cgroups.root.value, "off");
    t.equal(cgroups.kubepods.value, "on");
    t.equal(cgroups.active.value, 4);
    t.equal(cgroups.directories.value, 7);
    t.equal(cgroups.numCgroups.value, 9);
    t.match(slab.value, {
      entries: 3,
      indexes: 2,
      highestIndex: 7,
      deadIndexes: 1,
      deadNames: ["gone1"],
      isWhole: true,
    });
    t.equal(leakedKmemIds.value, 4, "index 7, plus 1, minus 4 that live");
    t.match(pods.value, [
      { path: pod, uid: "0f3b-11", containers: 1, hasMemoryLimit: true, accounting: { value: "on" } },
    ]);
    t.match(cgroups.kubepods.source, /kubepods\/memory\.kmem\.slabinfo$/);
  });

t.test("what cannot be read is unknown, with the reason", async (t) => {
  const node = new Node().group("kubepods", { accounting: "missing" });
  t.teardown(() => node.remove());
  const { cgroups, kubelet } = node.evidence();
  t.match(cgroups.kubepods, { value: "unknown", reason: "No such file or directory" });
  t.match(kubelet.runningBuild, { value: "unknown", reason: /.+/ });
});

t.test("a kubepods that is not there is absent, not off", async (t) => {
  const node = new Node();
  t.teardown(() => node.remove());
  t.equal(node.evidence().cgroups.kubepods.value, "absent");
});

t.test("a slab directory that is too long gives a lower bound", async (t) => {
  const node = new Node();
  t.teardown(() => node.remove());
  for (let index = 0; index < 20; index++) node.slab(`dentry(${index}:c${index})`);
  t.match(node.evidence(["dash"], { slabEntries: 5 }).slab.value, { entries: 5, isWhole: false });
});

t.test("shellcheck finds nothing in the script", async (t) => {
  const done = spawnSync("shellcheck", ["-s", "sh", "-"], { input: evidenceScript().text });
  t.equal(done.error ? "" : done.stdout.toString(), "");
});
