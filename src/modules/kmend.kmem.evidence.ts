/** Reads everything that tells whether a node leaks kernel memory cgroups, in one round trip, and says what it means. */

import {
  diagnose,
  type Evidence,
  evidenceScript,
  giveBack,
  planMend,
  readEvidence,
  summaryLine,
} from "../kmem/kmem.ts";
import { Dict, fromJson } from "../template/values.ts";
import { type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  repositories: {
    type: "bool",
    default: true,
    help: "Ask the package manager's cache which versions repositories offer",
  },
  roots: {
    type: "dict",
    help: "Read other folders than /sys/fs/cgroup/memory (cgroup), /sys/kernel/slab (slab) and /proc (proc)",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const kmemEvidence: HostModule<Args, Evidence, never> = {
  kind: "host",
  name: "kmend.kmem.evidence",
  summary: "Read the evidence of the kernel memory leak, and diagnose it",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: `- kmend.kmem.evidence:
  register: kmem
- debug:
    msg: "{{ kmem.summary }}"
- assert:
    that: kmem.diagnosis.verdict == 'clean'`,
  validate: ({ roots }) => {
    const wrong = roots?.keys().find((key) => !rootNames.includes(String(key)));
    if (wrong !== undefined) throw new TaskFailed(`roots has cgroup, slab and proc, not ${String(wrong)}`);
  },
  inspect: ({ roots, repositories }) => ({
    script: evidenceScript({ repositories, ...(roots ? { roots: rootsOf(roots) } : {}) }),
    parse: (output) => readEvidence(text(output.stdout)),
  }),
  plan: () => null,
  apply: () => {
    throw new Error("evidence is only read: there is no change to apply");
  },
  revert: () => null,
  result: ({ state }) => {
    if (!state) return Dict.of({ changed: false });
    const diagnosis = diagnose(state);
    return Dict.of({
      changed: false,
      evidence: fromJson(state),
      diagnosis: fromJson(diagnosis),
      summary: summaryLine(diagnosis),
      mend: fromJson(planMend(state)),
      give_back: fromJson(giveBack(state)),
    });
  },
};

const rootNames = ["cgroup", "slab", "proc"];

function rootsOf(roots: Dict): Record<string, string> {
  return Object.fromEntries(roots.entries().map(([key, value]) => [String(key), String(value)]));
}
