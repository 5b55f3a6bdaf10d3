import type { Remedy } from "./remedy.ts";

export const reboot: Remedy = {
  name: "reboot",
  does: "Reboot the node, so that kubepods is made again and every id comes back",
  playbook: "kmend.playbooks.reboot",
  mends: "the inheritance, where kubelet no longer switches accounting on; every leaked id",
  leaves: "whoever switches accounting on does so again",
  appliesTo: "every node",
  needs: "reboot",
  undoneBy: "nothing: a reboot can't be taken back",
  risk: "the node is away for minutes, and its pods with it unless it is drained",
  helps: (state) => state.kubepodsIsOn && !state.kubeletSwitchesOn,
  after: (state) => ({ ...state, kubepodsIsOn: state.kubeletSwitchesOn }),
  givesBack: { gives: "every id", isOffered: () => true },
};
