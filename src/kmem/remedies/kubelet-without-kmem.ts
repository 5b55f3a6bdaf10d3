import { kubeletRpm } from "./kubelet-rpm.ts";
import type { Remedy } from "./remedy.ts";

export const kubeletWithoutKmem: Remedy = {
  name: "kubelet without kmem",
  does: "Swap the kubelet for one without kmem and restart it",
  playbook: "kmend.playbooks.fix-kubelet",
  mends: "kubelet no longer switches accounting on where it makes kubepods or a pod's cgroup",
  leaves:
    "kubepods that is on stays on and hands accounting down, until it is renewed or the node reboots; leaked ids",
  appliesTo: "nodes whose kubelet was built with kmem and uses the cgroupfs driver",
  needs: "restart",
  takes: "an RPM of the same kubelet version, built with GOFLAGS=-tags=nokmem (1.14 and later have the tag)",
  preparedBy: kubeletRpm,
  undoneBy: "kmend rollback, or an update of the package that nobody locked",
  risk: "low: running pods are untouched by a kubelet's restart (measured with a real kubelet)",
  helps: (state) => state.kubeletSwitchesOn,
  after: (state) => ({ ...state, kubeletSwitchesOn: false }),
};
