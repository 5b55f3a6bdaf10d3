/**
 * Every node that can be: kubelet and runtime built with kmem, without, or unread; kubepods fresh or with accounting on;
 * four kernels; both cgroup versions. 144 rows, each with its verdict, its plan and the reason.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { diagnose, planMend } from "../../src/kmem/kmem.ts";
import { type Build, evidenceOf } from "./made-up-node.ts";

type Is = "on" | "off" | "unknown";
type Kubepods = "fresh" | "inherited";

interface Expected {
  readonly verdict: string;
  readonly by: string;
  /** Memcg ids and kmem ids that a pod of one container costs. */
  readonly perPod: readonly [number | null, number | null];
  /** null: too little is known to plan. */
  readonly plan: readonly string[] | null;
  readonly because: string;
}

const [kubelet, runtime, renewal] = [
  "kubelet without kmem",
  "runtime without kmem",
  "renewal of kubepods, live",
];

/** Where a program could not be read, no swap is sure to be enough: the kernel's parameter is, and costs a reboot. */
const byKernel = ["boot parameter cgroup.memory=nokmem"];

/** On an EL7 kernel without the parameter, by kubepods, kubelet, runtime. */
const leaky: Readonly<Record<Kubepods, Readonly<Record<Is, Readonly<Record<Is, Expected>>>>>> = {
  fresh: {
    on: {
      on: {
        verdict: "leaking",
        by: "both",
        perPod: [3, 3],
        plan: [kubelet, runtime],
        because: "kubelet switches on each limited pod's own directory, and all below it is born on",
      },
      off: {
        verdict: "leaking",
        by: "kubelet",
        perPod: [3, 3],
        plan: [kubelet],
        because: "the pod's directory is on by kubelet's write, and hands it to pause and container",
      },
      unknown: {
        verdict: "leaking",
        by: "kubelet",
        perPod: [3, 3],
        plan: byKernel,
        because: "kubelet alone makes it leak; whether the runtime must go too is unknown",
      },
    },
    off: {
      on: {
        verdict: "leaking",
        by: "runtime",
        perPod: [3, 2],
        plan: [runtime],
        because: "the incident's GPU nodes: pause and container leak, and pin the pod's own memcg id",
      },
      off: {
        verdict: "clean",
        by: "nobody",
        perPod: [0, 0],
        plan: [],
        because: "nobody switches anything on",
      },
      unknown: {
        verdict: "unknown",
        by: "unknown",
        perPod: [null, null],
        plan: null,
        because: "a runtime that was not read may leak: unknown is not no",
      },
    },
    unknown: {
      on: {
        verdict: "leaking",
        by: "unknown",
        perPod: [3, 2],
        plan: byKernel,
        because: "the runtime leaks for certain; kubelet may as well",
      },
      off: {
        verdict: "unknown",
        by: "unknown",
        perPod: [null, null],
        plan: null,
        because: "a kubelet that was not read may have found this kubepods and switch on its pods",
      },
      unknown: {
        verdict: "unknown",
        by: "unknown",
        perPod: [null, null],
        plan: null,
        because: "nothing was read",
      },
    },
  },
  inherited: {
    on: {
      on: {
        verdict: "leaking",
        by: "both",
        perPod: [3, 3],
        plan: [kubelet, runtime, renewal],
        because: "kubepods hands it down, and neither program may switch it on again",
      },
      off: {
        verdict: "leaking",
        by: "kubelet",
        perPod: [3, 3],
        plan: [kubelet, renewal],
        because: "the incident's application nodes",
      },
      unknown: {
        verdict: "leaking",
        by: "kubelet",
        perPod: [3, 3],
        plan: byKernel,
        because: "it leaks by kubepods, whatever the runtime is",
      },
    },
    off: {
      on: {
        verdict: "still-leaking-after-swap",
        by: "both",
        perPod: [3, 3],
        plan: [runtime, renewal],
        because: "kubelet was swapped, kubepods is from before, and the runtime leaks by itself",
      },
      off: {
        verdict: "still-leaking-after-swap",
        by: "kubelet",
        perPod: [3, 3],
        plan: [renewal],
        because: "everything is swapped, and nothing is mended: where most stop",
      },
      unknown: {
        verdict: "still-leaking-after-swap",
        by: "kubelet",
        perPod: [3, 3],
        plan: byKernel,
        because: "kubepods decides; whether the runtime would leak after its renewal is unknown",
      },
    },
    unknown: {
      on: {
        verdict: "leaking",
        by: "both",
        perPod: [3, 3],
        plan: byKernel,
        because: "only a kubelet switches kubepods on: this one or one before it",
      },
      off: {
        verdict: "leaking",
        by: "kubelet",
        perPod: [3, 3],
        plan: byKernel,
        because: "kubepods decides; whether this kubelet would switch it on again is unknown",
      },
      unknown: {
        verdict: "leaking",
        by: "kubelet",
        perPod: [3, 3],
        plan: byKernel,
        because: "kubepods decides, though no program was read",
      },
    },
  },
};

const kernels = {
  "no parameter": { kernel: "3.10.0-1160.el7.x86_64", commandLine: "ro quiet" },
  nokmem: { kernel: "3.10.0-1160.el7.x86_64", commandLine: "ro cgroup.memory=nokmem quiet" },
  fixed: { kernel: "4.18.0-305.el8.x86_64", commandLine: "ro quiet" },
  "not affected": { kernel: "5.10.0-28-amd64", commandLine: "ro quiet" },
} as const;
type Kernel = keyof typeof kernels;

const harmless = (verdict: "clean" | "not-affected", because: string): Expected => ({
  verdict,
  by: "nobody",
  perPod: [0, 0],
  plan: [],
  because,
});

/** What is so whatever kubelet and runtime are, said once; the rest is in the table. */
function expected(
  kubepods: Kubepods,
  kubelet: Is,
  runtime: Is,
  kernel: Kernel,
  version: "v1" | "v2",
): Expected {
  if (version === "v2") return harmless("not-affected", "cgroup v2 has no such accounting");
  if (kernel === "fixed") return harmless("not-affected", "EL8's kernel frees what EL7's keeps");
  if (kernel === "not affected") return harmless("not-affected", "the leak is EL7's own");
  if (kernel === "nokmem" && kubepods === "fresh")
    return harmless("clean", "the kernel ignores every attempt");
  // Booted with the parameter and yet on: the sign that decides outweighs it, and the two are named as a contradiction.
  const row = leaky[kubepods][kubelet][runtime];
  return kernel === "nokmem" && row.plan === byKernel ? { ...row, plan: null } : row;
}

const builds: Readonly<Record<Is, Build>> = { on: "kmem", off: "nokmem", unknown: "unknown" };
const all: readonly Is[] = ["on", "off", "unknown"];
let rows = 0;

for (const version of ["v1", "v2"] as const)
  for (const kernel of Object.keys(kernels) as Kernel[])
    for (const kubepods of ["fresh", "inherited"] as const)
      for (const kubelet of all)
        for (const runtime of all) {
          rows++;
          const { because, plan, ...wanted } = expected(kubepods, kubelet, runtime, kernel, version);
          const name = `kubelet ${kubelet}, runtime ${runtime}, kubepods ${kubepods}, kernel ${kernel}, ${version}`;
          t.test(`${name}: ${wanted.verdict}, since ${because}`, async (t) => {
            const evidence = evidenceOf({
              ...kernels[kernel],
              version,
              kubepods: kubepods === "fresh" ? "off" : "on",
              kubelet: builds[kubelet],
              runtime: builds[runtime],
            });
            const { verdict, switchedOnBy, perPod, reasons, contradictions } = diagnose(evidence);
            t.strictSame({ verdict, by: switchedOnBy, perPod: [perPod.memcgIds, perPod.kmemIds] }, wanted);
            t.ok((reasons[0]?.cites.length ?? 0) > 0, "the first reason says where it was read");
            t.strictSame(planMend(evidence)?.map(({ remedy }) => remedy) ?? null, plan, "the plan");
            const isContradicted = kernel === "nokmem" && kubepods === "inherited" && version === "v1";
            t.equal(contradictions.length > 0, isContradicted, "a contradiction is named where there is one");
          });
        }

t.test("that is every combination", async (t) => t.equal(rows, 144));

t.test(
  "a step that takes an RPM which nobody hands out says how it is built, and no other step does",
  async (t) => {
    const steps = planMend(evidenceOf({ kubepods: "on", kubelet: "kmem", runtime: "kmem" })) ?? [];
    const made = steps.map(({ remedy, preparedBy }) => [remedy, preparedBy?.name ?? null]);
    t.strictSame(made, [
      [kubelet, "kubelet RPM without kmem"],
      [runtime, null],
      [renewal, null],
    ]);
    const recipe = steps[0]?.preparedBy;
    t.match(recipe?.runsOn, /no node is touched/);
    const page = readFileSync(join(import.meta.dirname, "../..", recipe?.readMore ?? ""), "utf8");
    t.match(page, recipe?.playbook ?? "", "the page that it names says more of the playbook");
  },
);
