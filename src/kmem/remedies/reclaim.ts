import type { Remedy } from "./remedy.ts";

export const reclaim: Remedy = {
  name: "reclaim",
  does: "Drop caches and shrink slabs, in the one order that frees ids",
  playbook: "kmend.playbooks.reclaim",
  mends: "nothing: it gives ids back, and what leaks goes on leaking",
  leaves: "of a kubelet's leak one id a pod",
  appliesTo: "nodes with a kernel like 514: it was measured to free 120 of 123 there, and nothing on 1160",
  needs: "nothing",
  undoneBy: "nothing: what the caches held is read again when it is asked for",
  risk: "low (measured): caches are cold for a while, and the count of leaked ids is then too low",
  helps: () => false,
  after: (state) => state,
  givesBack: {
    gives: "nearly all ids that a runtime leaked; of those that a kubelet leaked all but one a pod",
    isOffered: ({ canReclaim }) => canReclaim,
  },
};
