import type { Remedy } from "./remedy.ts";

export const bootParameter: Remedy = {
  name: "boot parameter cgroup.memory=nokmem",
  does: "Give the kernel the parameter cgroup.memory=nokmem, and reboot",
  playbook: "kmend.playbooks.boot-parameter",
  mends: "both kubelet's and the runtime's part, whatever is installed; the reboot gives back every id",
  leaves: "nothing, as long as the parameter stays",
  appliesTo: "nodes whose kernel knows it: 3.10.0-1062.4.1 and later",
  needs: "reboot",
  undoneBy: "kmend rollback and a reboot, or whatever writes the boot loader's entries anew",
  risk: "low (measured on 1160, field-confirmed); kernel memory is then bounded by no cgroup's limit",
  helps: (state) => state.kernelLeaks && state.kernelTakesNokmem,
  after: (state) => ({ ...state, kernelLeaks: false }),
};
