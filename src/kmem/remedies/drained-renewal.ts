import type { Remedy } from "./remedy.ts";

export const drainedRenewal: Remedy = {
  name: "renewal of kubepods, drained",
  does: "Drain the node and make kubepods again",
  playbook: "kmend.playbooks.renew",
  mends: "kubepods is made again without accounting, and hands none down",
  leaves: "leaked ids",
  appliesTo: "nodes whose kubepods has accounting on",
  needs: "drain",
  undoneBy: "the next start of a kubelet with kmem after a boot",
  risk: "low: measured with a real kubelet, fifteen pods after it leaked nothing",
  helps: (state) => state.kubepodsIsOn && !state.kubeletSwitchesOn,
  // A kubelet that has kmem switches it on again when it makes it.
  after: (state) => ({ ...state, kubepodsIsOn: state.kubeletSwitchesOn }),
};
