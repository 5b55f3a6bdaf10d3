import type { Remedy } from "./remedy.ts";

export const newerKernel: Remedy = {
  name: "newer EL7 kernel",
  does: "Install an EL7 kernel that knows cgroup.memory=nokmem beside the one that runs, and reboot into it",
  playbook: "kmend.playbooks.upgrade-kernel",
  mends: "nothing by itself: it brings the boot parameter within reach",
  leaves: "everything that leaks: every 3.10.0 kernel of EL7 does; the reboot gives back every id",
  appliesTo: "nodes whose EL7 kernel does not know the parameter: before 3.10.0-1062.4.1",
  needs: "reboot",
  takes: "a kernel package of 3.10.0-1062.4.1 or later in a repository of the node",
  undoneBy: "kmend rollback, a reboot into the kernel from before, and the same rollback once more",
  risk: "that of another kernel: drivers and modules built for the old one; tried on the rehearsal fleet's model, not on a real node",
  helps: (state) => state.kernelLeaks && state.kernelIsTooOld,
  // What its reboot does besides is another entry's: a kernel is no way to reboot.
  after: (state) => ({ ...state, kernelIsTooOld: false, kernelTakesNokmem: true }),
};
