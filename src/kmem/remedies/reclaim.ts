import type { GivesBack } from "./remedy.ts";

export const reclaim: GivesBack = {
  name: "reclaim",
  does: "Drop caches and shrink slabs, in the one order that frees ids",
  playbook: "playbooks/reclaim.yml",
  needs: "nothing",
  gives: "nearly all ids that a runtime leaked; of those that a kubelet leaked all but one a pod",
  isOffered: ({ canReclaim }) => canReclaim,
};
