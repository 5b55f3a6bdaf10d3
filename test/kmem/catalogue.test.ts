/** The catalogue of remedies: whole entries, each with its playbook and its line in the docs, and none of its effects only written down. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { giveBack, known, planMend } from "../../src/kmem/kmem.ts";
import { catalogue, preparations } from "../../src/kmem/remedies/catalogue.ts";
import { type NodeState, wouldLeak } from "../../src/kmem/remedies/node-state.ts";
import { shippedNames } from "../../src/package/package.ts";
import { evidenceOf } from "./made-up-node.ts";

const shipped = shippedNames().playbooks;
const root = join(import.meta.dirname, "../..");
const docs = readFileSync(join(root, "docs/kmem.md"), "utf8");
const section = docs.slice(docs.indexOf("## What mends it"));
const table = section.slice(
  section.indexOf("| remedy |"),
  section.indexOf("\n\n", section.indexOf("| remedy |")),
);
const rows = table.split("\n").slice(2);

t.test(
  "every remedy says what it mends and what not, where, what it needs, what undoes it and its risk",
  async (t) => {
    for (const { name, does, mends, leaves, appliesTo, needs, undoneBy, risk, playbook } of catalogue) {
      for (const text of [name, does, mends, leaves, appliesTo, needs, undoneBy, risk])
        t.not(text.trim(), "", name);
      t.ok(shipped.has(playbook), playbook);
    }
    t.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length, "each name once");
  },
);

t.test("every remedy has its row in the docs, and every row its remedy", async (t) => {
  t.equal(rows.length, catalogue.length);
  const playbooks = (text: string) =>
    [...text.matchAll(/\.\.\/playbooks\/([\w-]+)\.yml/g)].map(([, name]) => `kmend.playbooks.${name}`);
  const linked = new Set(rows.flatMap(playbooks));
  t.strictSame([...linked].sort(), [...new Set(catalogue.map(({ playbook }) => playbook))].sort());
});

t.test("what has to be made before a remedy is told with it, and as whole as a remedy", async (t) => {
  for (const each of preparations) {
    for (const text of [
      each.mends,
      each.leaves,
      each.appliesTo,
      each.takes,
      each.lasts,
      each.undoneBy,
      each.risk,
    ])
      t.not(text.trim(), "", each.name);
    t.ok(
      catalogue.some(({ preparedBy }) => preparedBy === each),
      "a remedy takes it",
    );
    t.match(readFileSync(join(root, each.readMore), "utf8"), each.playbook, "what it names says more of it");
  }
});

const bits = [true, false];
const states: readonly NodeState[] = bits.flatMap((kernelLeaks) =>
  (
    [
      ["takes", true, false],
      ["too old", false, true],
      ["told already", false, false],
    ] as const
  ).flatMap(([, kernelTakesNokmem, kernelIsTooOld]) =>
    bits.flatMap((kubeletSwitchesOn) =>
      bits.flatMap((runtimeSwitchesOn) =>
        bits.map((kubepodsIsOn) => ({
          kernelLeaks,
          kernelTakesNokmem,
          kernelIsTooOld,
          kubeletSwitchesOn,
          runtimeSwitchesOn,
          kubepodsIsOn,
        })),
      ),
    ),
  ),
);

t.test("none makes a clean node leak, and each that helps changes something", async (t) => {
  for (const { name, helps, after } of catalogue)
    for (const state of states) {
      if (!wouldLeak(state)) t.notOk(wouldLeak(after(state)), name);
      if (helps(state)) t.strictNotSame(after(state), state, `${name} ${JSON.stringify(state)}`);
    }
});

t.test("where only the parameter is sure to be enough, an older kernel gets a newer one first", async (t) => {
  const unread = { kubepods: "on", kubelet: "unknown", runtime: "unknown" } as const;
  const planned = (kernel: string) =>
    planMend(evidenceOf({ ...unread, kernel }))?.map(({ playbook }) => playbook);
  t.strictSame(planned("3.10.0-514.el7.x86_64"), [
    "kmend.playbooks.upgrade-kernel",
    "kmend.playbooks.boot-parameter",
  ]);
  t.strictSame(planned("3.10.0-957.el7.x86_64"), [
    "kmend.playbooks.upgrade-kernel",
    "kmend.playbooks.boot-parameter",
  ]);
  t.strictSame(planned("3.10.0-1160.el7.x86_64"), ["kmend.playbooks.boot-parameter"]);
});

t.test("no plan names a kernel of EL8, a reclaim or a reboot that mends nothing", async (t) => {
  for (const kubepods of ["on", "off", "absent"] as const)
    for (const kubelet of ["kmem", "nokmem", "unknown"] as const)
      for (const runtime of ["kmem", "nokmem", "unknown"] as const)
        for (const kernel of ["3.10.0-514.el7.x86_64", "3.10.0-1160.el7.x86_64"]) {
          const steps = planMend(evidenceOf({ kubepods, kubelet, runtime, kernel })) ?? [];
          const names = steps.flatMap((step) => [step.remedy, ...step.instead.map(({ remedy }) => remedy)]);
          t.notOk(names.includes("kernel of EL8.1 or later") || names.includes("reclaim"), names.join(", "));
          t.ok(
            steps.every(({ mends, leaves, appliesTo }) =>
              [mends, leaves, appliesTo].every((text) => text !== ""),
            ),
            "a step says what its remedy says",
          );
        }
});

t.test("ids come back by what the catalogue says gives them back, the cheapest first", async (t) => {
  const evidence = {
    ...evidenceOf({ kernel: "3.10.0-514.el7.x86_64", kubepods: "on", kubelet: "kmem", runtime: "nokmem" }),
    leakedKmemIds: known(5, "slab"),
  };
  t.match(giveBack(evidence), [
    { name: "reclaim", needs: "nothing", gives: /a runtime leaked/ },
    { name: "reboot", needs: "reboot", gives: "every id" },
  ]);
});
