import type { Remedy } from "./remedy.ts";

/** Here so that it is told; never planned. EL7's repositories have none (by memory), nobody here booted one under EL7's programs, and
 *  no support for that is known here: a plan must not name a step of which so little is known. */
export const el8Kernel: Remedy = {
  name: "kernel of EL8.1 or later",
  does: "Install a kernel of EL8.1 or later and reboot into it",
  playbook: "kmend.playbooks.upgrade-kernel",
  mends: "all of it: a removed cgroup gives its ids back (source: field reports; upstream since 4.8)",
  leaves: "nothing",
  appliesTo: "nodes whose owner has tried such a kernel under EL7's programs: no plan names it",
  needs: "reboot",
  takes: "a kernel package of EL8, which EL7's repositories do not have",
  undoneBy: "kmend rollback, a reboot into the kernel from before, and the same rollback once more",
  risk: "unknown on real nodes: tried on the rehearsal fleet's model only",
  helps: () => false,
  after: (state) => state,
};
