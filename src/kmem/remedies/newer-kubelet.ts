import type { Remedy } from "./remedy.ts";

export const newerKubelet: Remedy = {
  name: "newer kubelet",
  does: "Upgrade the kubelet to 1.21.5 or later, which has no kmem, and restart it",
  playbook: "kmend.playbooks.upgrade-kubelet",
  mends: "kubelet no longer switches accounting on where it makes kubepods or a pod's cgroup",
  leaves:
    "kubepods that is on stays on and hands accounting down, until it is renewed or the node reboots; leaked ids",
  appliesTo: "nodes whose kubelet has kmem and whose API server is of that version or newer",
  needs: "upgrade",
  takes: "a kubelet package of 1.21.5 or later, and an API server that is not older",
  undoneBy: "kmend rollback; a cluster that has moved on may not take the older kubelet back",
  risk: "that of an upgrade: other flags, another unit, other defaults; what the package changed is named",
  helps: (state) => state.kubeletSwitchesOn,
  after: (state) => ({ ...state, kubeletSwitchesOn: false }),
};
