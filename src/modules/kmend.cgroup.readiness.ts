/** Reads in one round trip whether a node can live on cgroup v2, and judges each requirement. */

import { Dict, fromJson } from "../template/values.ts";
import { type NodeFacts, readFacts } from "./cgroup-readiness/facts.ts";
import { judge, parameter, summary } from "./cgroup-readiness/judge.ts";
import { readinessScript } from "./cgroup-readiness/script.ts";
import { isAtLeast } from "./cgroup-readiness/versions.ts";
import { type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  least_kernel: {
    type: "str",
    default: "5.8",
    help: "Want this kernel or a later one; lower it where the distribution brought cgroup v2 to an older one",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const cgroupReadiness: HostModule<Args, NodeFacts, never> = {
  kind: "host",
  name: "kmend.cgroup.readiness",
  summary: "Read whether a node can live on cgroup v2, and judge each requirement",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: `- kmend.cgroup.readiness:
  register: cgroup_v2
- debug:
    msg: "{{ cgroup_v2.summary }}"
- assert:
    that: cgroup_v2.readiness.verdict in ['ready', 'already']`,
  validate: ({ least_kernel }) => {
    if (isAtLeast(least_kernel, "0") === undefined)
      throw new TaskFailed(`least_kernel is "${least_kernel}": wanted a version, 5.8`);
  },
  inspect: () => ({ script: readinessScript(), parse: (output) => readFacts(text(output.stdout)) }),
  plan: () => null,
  apply: () => {
    throw new Error("readiness is only read: there is no change to apply");
  },
  revert: () => null,
  result: ({ args, state }) => {
    if (!state) return Dict.of({ changed: false });
    const readiness = judge(state, { leastKernel: args.least_kernel });
    return Dict.of({
      changed: false,
      facts: fromJson(state),
      readiness: fromJson(readiness),
      summary: summary(readiness),
      parameter: fromJson(parameter),
    });
  },
};
