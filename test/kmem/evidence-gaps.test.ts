/** What a node tells beside its cgroups: files and commands that lie, are missing, or are another engine's. */

import t from "tap";
import type { Evidence } from "../../src/kmem/kmem.ts";
import { Node, shells } from "./fixture.ts";

interface Case {
  readonly node: (node: Node) => unknown;
  readonly is: (evidence: Evidence) => unknown;
  readonly equals: unknown;
}

const stopped =
  "echo LoadState=loaded; echo ActiveState=inactive; echo MainPID=0; echo 'ExecStart={ path=/bin/ls ; argv[]=/bin/ls }'";
const kubelet = "echo LoadState=loaded; echo ActiveState=active; echo MainPID=77";

const cases: Readonly<Record<string, Case>> = {
  "a kubelet that does not run has no --config, whatever rpm said last": {
    node: (node) =>
      node
        .command("systemctl", stopped)
        .command("rpm", "echo --config=/wrong.yaml")
        .file("var/lib/kubelet/config.yaml", "cgroupDriver: systemd")
        .file("wrong.yaml", "cgroupDriver: cgroupfs"),
    is: ({ kubelet: { driver, arguments: words } }) => [driver.value, words.reason],
    equals: ["systemd", "kubelet does not run"],
  },
  "a flag's value may be a word of its own": {
    node: (node) =>
      node
        .command("systemctl", kubelet)
        .process(77, "/usr/bin/kubelet", "--config", "/etc/kubelet.yaml")
        .file("etc/kubelet.yaml", "cgroupDriver: systemd"),
    is: ({ kubelet: { driver } }) => driver.value,
    equals: "systemd",
  },
  "cgroup v2 is known where there is no memory hierarchy at all": {
    node: (node) => node.unified("nr_descendants 12\nnr_dying_descendants 345"),
    is: ({ cgroups: { version } }) => version.value,
    equals: "v2",
  },
};

for (const [shellName, shell] of Object.entries(shells))
  for (const [name, { node, is, equals }] of Object.entries(cases))
    t.test(`${name} (${shellName})`, async (t) => {
      const made = new Node();
      t.teardown(() => made.remove());
      node(made);
      t.strictSame(is(made.evidence(shell)), equals);
    });
