/** From evidence to a verdict, one row a case. */

import t from "tap";
import { diagnose, giveBack, known, planMend, summaryLine } from "../../src/kmem/kmem.ts";
import { evidenceOf, type NodeRow } from "./made-up-node.ts";

interface Row extends NodeRow {
  /** Verdict, who, memcg ids and kmem ids a pod. */
  readonly is: readonly [verdict: string, by: string, memcgIds: number | null, kmemIds: number | null];
}

const rows: Readonly<Record<string, Row>> = {
  "the incident's app node: kubelet on, runc off": {
    kubepods: "on",
    kubelet: "kmem",
    runtime: "neither",
    is: ["leaking", "kubelet", 3, 3],
  },
  "the incident's compute node: kubelet off, NVIDIA's runtime on": {
    kubepods: "off",
    kubelet: "neither",
    runtime: "kmem",
    is: ["leaking", "runtime", 3, 2],
  },
  "both on": { kubepods: "on", kubelet: "kmem", runtime: "kmem", is: ["leaking", "both", 3, 3] },
  "kubelet swapped, kubepods from before": {
    kubepods: "on",
    kubelet: "neither",
    runtime: "nokmem",
    is: ["still-leaking-after-swap", "kubelet", 3, 3],
  },
  "kubelet swapped, kubepods from before, runtime on": {
    kubepods: "on",
    kubelet: "nokmem",
    runtime: "kmem",
    is: ["still-leaking-after-swap", "both", 3, 3],
  },
  "kubelet unread, kubepods on": {
    kubepods: "on",
    kubelet: "unknown",
    runtime: "nokmem",
    is: ["leaking", "kubelet", 3, 3],
  },
  "kubelet on, over a kubepods that is off: limited pods leak": {
    kubepods: "off",
    kubelet: "kmem",
    runtime: "nokmem",
    is: ["leaking", "kubelet", 3, 3],
  },
  "kubelet on, before its first start": {
    kubepods: "absent",
    kubelet: "kmem",
    runtime: "nokmem",
    is: ["leaking", "kubelet", 3, 3],
  },
  "everything off": { kubepods: "off", kubelet: "neither", runtime: "nokmem", is: ["clean", "nobody", 0, 0] },
  "off, and the runtime unread": {
    kubepods: "off",
    kubelet: "nokmem",
    runtime: "unknown",
    is: ["unknown", "unknown", null, null],
  },
  "off, and kubelet unread": {
    kubepods: "off",
    kubelet: "unknown",
    runtime: "nokmem",
    is: ["unknown", "unknown", null, null],
  },
  "runtime on, kubelet unread": {
    kubepods: "off",
    kubelet: "unknown",
    runtime: "kmem",
    is: ["leaking", "unknown", 3, 2],
  },
  "kubepods unread": {
    kubepods: "unknown",
    kubelet: "nokmem",
    runtime: "nokmem",
    is: ["unknown", "unknown", null, null],
  },
  "the systemd driver never switches it on": {
    kubepods: "absent",
    kubelet: "kmem",
    runtime: "kmem",
    driver: "systemd",
    is: ["clean", "nobody", 0, 0],
  },
  "nokmem given to a kernel that knows it": {
    commandLine: "ro cgroup.memory=nokmem",
    kubepods: "off",
    kubelet: "kmem",
    runtime: "kmem",
    is: ["clean", "nobody", 0, 0],
  },
  "nokmem given to a kernel that does not know it": {
    kernel: "3.10.0-514.el7.x86_64",
    commandLine: "ro cgroup.memory=nokmem",
    kubepods: "on",
    kubelet: "kmem",
    runtime: "nokmem",
    is: ["leaking", "kubelet", 3, 3],
  },
  "EL8's kernel": {
    kernel: "4.18.0-305.el8.x86_64",
    kubepods: "on",
    kubelet: "kmem",
    runtime: "kmem",
    is: ["not-affected", "nobody", 0, 0],
  },
  "cgroup v2": {
    version: "v2",
    kubepods: "absent",
    kubelet: "kmem",
    runtime: "kmem",
    is: ["not-affected", "nobody", 0, 0],
  },
};

for (const [name, row] of Object.entries(rows))
  t.test(name, async (t) => {
    const diagnosis = diagnose(evidenceOf(row));
    const { verdict, switchedOnBy, perPod, reasons } = diagnosis;
    t.strictSame([verdict, switchedOnBy, perPod.memcgIds, perPod.kmemIds], row.is);
    t.ok(
      reasons.every(({ says }) => says !== ""),
      "each reason says something",
    );
    t.ok(
      (reasons[0]?.cites.length ?? 0) > 0 || verdict === "unknown",
      "the first reason cites where it was read",
    );
    t.not(summaryLine(diagnosis), "");
  });

t.test("who switches it on now is told apart from what kubepods hands down", async (t) => {
  const cases: readonly (readonly [row: string, kubelet: boolean | null, runtime: boolean | null])[] = [
    ["both on", true, true],
    ["kubelet swapped, kubepods from before", false, false],
    ["kubelet swapped, kubepods from before, runtime on", false, true],
    ["kubelet on, over a kubepods that is off: limited pods leak", true, false],
    ["off, and the runtime unread", false, null],
    ["runtime on, kubelet unread", null, true],
    ["the systemd driver never switches it on", false, false],
    ["nokmem given to a kernel that knows it", false, false],
    ["nokmem given to a kernel that does not know it", true, false],
    ["EL8's kernel", false, false],
    ["cgroup v2", false, false],
  ];
  for (const [row, kubelet, runtime] of cases)
    t.strictSame(diagnose(evidenceOf(rows[row] as Row)).switchesOnNow, { kubelet, runtime }, row);
  const nokmem = { commandLine: "ro cgroup.memory=nokmem", kubepods: "on", kubelet: "kmem" } as const;
  t.match(
    diagnose(evidenceOf({ ...nokmem, runtime: "nokmem" })).switchesOnNow,
    { kubelet: true, runtime: false },
    "where the kernel is told to ignore it and kubepods shows that it does not, the builds count",
  );
  t.match(
    summaryLine(diagnose(evidenceOf(rows["kubelet swapped, kubepods from before, runtime on"] as Row))),
    /handed down by a kubepods that an earlier kubelet switched on, and the runtime switches it on too/,
  );
});

t.test("nokmem on a kernel that does not know it is named as a contradiction", async (t) => {
  const { contradictions } = diagnose(
    evidenceOf(rows["nokmem given to a kernel that does not know it"] as Row),
  );
  t.match(contradictions, [{ says: /does not know/ }]);
});

t.test(
  "what leaked is counted against the ids; a runtime's leak, also a mended one, holds more than is seen",
  async (t) => {
    const cases: readonly (readonly [row: string, leaked: number, mayHoldMore: boolean])[] = [
      ["the incident's compute node: kubelet off, NVIDIA's runtime on", 505, true],
      ["everything off", 505, true],
      ["everything off", 0, false],
      ["the incident's app node: kubelet on, runc off", 505, false],
      ["both on", 505, false],
    ];
    for (const [row, kmemIds, mayHoldMore] of cases) {
      const diagnosis = diagnose({
        ...evidenceOf(rows[row] as Row),
        leakedKmemIds: known(kmemIds, "slab"),
      });
      t.match(diagnosis.leaked, { kmemIds, isAtLeast: false, mayHoldMoreMemcgIds: mayHoldMore }, row);
      t.equal(diagnosis.idsLeft, 65_535 - 30 - kmemIds, row);
      t.equal(summaryLine(diagnosis).includes("at most"), mayHoldMore, row);
    }
  },
);

t.test("the summary says who, how much and what is left", async (t) => {
  const evidence = evidenceOf(rows["the incident's app node: kubelet on, runc off"] as Row);
  const line = summaryLine(diagnose({ ...evidence, leakedKmemIds: known(33, "slab") }));
  t.equal(
    line,
    "leaking: 3 kmem ids (3 memcg ids) a pod, switched on by kubelet; 33 leaked; 65,472 of 65,535 ids left",
  );
});

t.test(
  "leaked ids come back by a reboot, and by a reclaim where the kernel was measured to give any",
  async (t) => {
    const ways = (kernel: string, leaked: number) =>
      giveBack({
        ...evidenceOf({ kernel, kubepods: "on", kubelet: "kmem", runtime: "nokmem" }),
        leakedKmemIds: known(leaked, "slab"),
      }).map(({ name }) => name);
    t.strictSame(ways("3.10.0-514.el7.x86_64", 9), ["reclaim", "reboot"]);
    t.strictSame(ways("3.10.0-1127.el7.x86_64", 9), ["reboot"]);
    t.strictSame(ways("3.10.0-1160.el7.x86_64", 9), ["reboot"]);
    t.strictSame(ways("3.10.0-514.el7.x86_64", 0), []);
  },
);

/** A row's cheapest mend; what is not listed here has its own reason to be left out. */
const mends: Readonly<Record<string, readonly string[] | null>> = {
  "the incident's app node: kubelet on, runc off": ["kubelet without kmem", "renewal of kubepods, live"],
  "the incident's compute node: kubelet off, NVIDIA's runtime on": ["runtime without kmem"],
  "both on": ["kubelet without kmem", "runtime without kmem", "renewal of kubepods, live"],
  "kubelet swapped, kubepods from before": ["renewal of kubepods, live"],
  "kubelet swapped, kubepods from before, runtime on": ["runtime without kmem", "renewal of kubepods, live"],
  "kubelet on, over a kubepods that is off: limited pods leak": ["kubelet without kmem"],
  "kubelet on, before its first start": ["kubelet without kmem"],
  "kubelet unread, kubepods on": ["boot parameter cgroup.memory=nokmem"],
  "off, and the runtime unread": null,
  "everything off": [],
};

t.test(
  "the cheapest mend is computed: no step too few, none for nothing, none where it would be a guess",
  async (t) => {
    for (const [row, wanted] of Object.entries(mends)) {
      const steps = planMend(evidenceOf(rows[row] as Row));
      t.strictSame(steps?.map(({ remedy }) => remedy) ?? null, wanted, row);
    }
  },
);

t.test("what would do in a step's place is named: the proven way beside the new one", async (t) => {
  const steps = planMend(evidenceOf(rows["the incident's app node: kubelet on, runc off"] as Row));
  t.match(steps, [
    {
      remedy: "kubelet without kmem",
      needs: "restart",
      instead: [{ remedy: "newer kubelet", needs: "upgrade" }],
    },
    {
      remedy: "renewal of kubepods, live",
      needs: "restart",
      risk: /new: measured with kubelet 1\.20\.2/,
      instead: [
        { remedy: "renewal of kubepods, drained", needs: "drain" },
        { remedy: "boot parameter cgroup.memory=nokmem", needs: "reboot" },
        { remedy: "reboot", needs: "reboot" },
      ],
    },
  ]);
});

t.test(
  "after its mend a node of any row that could be planned no longer leaks, by the diagnosis itself",
  async (t) => {
    for (const [name, row] of Object.entries(rows)) {
      const steps = planMend(evidenceOf(row))?.map(({ remedy }) => remedy);
      if (!steps) continue;
      const mended: Row = {
        ...row,
        ...(steps.includes("kubelet without kmem") ? { kubelet: "nokmem" } : {}),
        ...(steps.includes("runtime without kmem") ? { runtime: "nokmem" } : {}),
        ...(steps.includes("renewal of kubepods, live") ? { kubepods: "off" } : {}),
        ...(steps.includes("boot parameter cgroup.memory=nokmem")
          ? { commandLine: "ro cgroup.memory=nokmem", kubepods: "off" }
          : {}),
      };
      t.ok(["clean", "not-affected"].includes(diagnose(evidenceOf(mended)).verdict), name);
    }
  },
);
