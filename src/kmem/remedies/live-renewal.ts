import type { Remedy } from "./remedy.ts";

export const liveRenewal: Remedy = {
  name: "renewal of kubepods, live",
  does: "Make kubepods again under its running pods and move every process into it",
  playbook: "kmend.playbooks.renew-live",
  mends:
    "kubepods is made again without accounting, and hands none down; no pod is killed or moved to another node",
  leaves: "leaked ids, and one more for each old directory; peaks and refusal counts start again",
  appliesTo: "nodes whose kubepods has accounting on, with the cgroupfs driver",
  needs: "restart",
  undoneBy: "the next start of a kubelet with kmem after a boot; cut off half way, it is undone by itself",
  risk: "new: measured with kubelet 1.20.2, containerd 1.6.20, runc 1.1.5, cgroupfs, kernel 1160; not tried with docker. Until a container is made again its OOM kill may go unreported",
  helps: (state) => state.kubepodsIsOn,
  // A kubelet that has kmem leaves a kubepods that is there as it is.
  after: (state) => ({ ...state, kubepodsIsOn: false }),
};
