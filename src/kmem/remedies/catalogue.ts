/** The remedies, in the order in which they are done. Facts: docs/kmem.md, "What mends it". */

import type { NodeState } from "./node-state.ts";

export interface Remedy {
  readonly name: string;
  /** An order: what is done. */
  readonly does: string;
  /** The shipped playbook that does it. */
  readonly playbook: string;
  readonly needs: Need;
  readonly undoneBy: string;
  /** Whether it changes anything on such a node. */
  helps(state: NodeState): boolean;
  /** The node once it is done. */
  after(state: NodeState): NodeState;
}

/** What the node's users notice: little, or that their pods move. */
export type Need = "restart" | "drain";

export const catalogue: readonly Remedy[] = [
  {
    name: "kubelet without kmem",
    does: "Swap the kubelet for one without kmem and restart it",
    playbook: "playbooks/fix-kubelet.yml",
    needs: "restart",
    undoneBy: "kmend rollback, or an update of the package that nobody locked",
    helps: (state) => state.kubeletSwitchesOn,
    after: (state) => ({ ...state, kubeletSwitchesOn: false }),
  },
  {
    name: "runtime without kmem",
    does: "Swap the container runtime for one without kmem and restart its service",
    playbook: "playbooks/fix-runtime.yml",
    needs: "restart",
    undoneBy: "kmend rollback, or an update of the package that nobody locked",
    helps: (state) => state.runtimeSwitchesOn,
    after: (state) => ({ ...state, runtimeSwitchesOn: false }),
  },
  {
    name: "renewal of kubepods",
    does: "Drain the node and make kubepods again",
    playbook: "playbooks/renew.yml",
    needs: "drain",
    undoneBy: "the next start of a kubelet with kmem after a boot",
    helps: (state) => state.kubepodsIsOn,
    // A kubelet that has kmem switches it on again when it makes it.
    after: (state) => ({ ...state, kubepodsIsOn: state.kubeletSwitchesOn }),
  },
];
