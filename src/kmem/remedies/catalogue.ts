/** The remedies, in the order in which they are done. Facts: docs/kmem.md, "What mends it". */

import type { NodeState } from "./node-state.ts";

export interface Remedy {
  readonly name: string;
  /** An order: what is done. */
  readonly does: string;
  /** The shipped playbook that does it; null: done by hand. */
  readonly playbook: string | null;
  readonly needs: Need;
  readonly undoneBy: string;
  /** Why it is of no use on such a node; null: it is. */
  uselessBecause(state: NodeState): string | null;
  /** The node once it is done. */
  after(state: NodeState): NodeState;
}

/** What the node's users notice, from nothing to all. */
export type Need = "restart" | "drain" | "reboot";

export const catalogue: readonly Remedy[] = [
  {
    name: "kubelet without kmem",
    does: "Swap the kubelet for one without kmem and restart it",
    playbook: "playbooks/fix-kubelet.yml",
    needs: "restart",
    undoneBy: "kmend rollback, or an update of the package that nobody locked",
    uselessBecause: (state) => (state.kubeletSwitchesOn ? null : "kubelet does not switch accounting on"),
    after: (state) => ({ ...state, kubeletSwitchesOn: false }),
  },
  {
    name: "runtime without kmem",
    does: "Swap the container runtime for one without kmem and restart its service",
    playbook: "playbooks/fix-runtime.yml",
    needs: "restart",
    undoneBy: "kmend rollback, or an update of the package that nobody locked",
    uselessBecause: (state) => (state.runtimeSwitchesOn ? null : "the runtime does not switch accounting on"),
    after: (state) => ({ ...state, runtimeSwitchesOn: false }),
  },
  {
    name: "boot parameter",
    does: "Set cgroup.memory=nokmem for the next boot",
    playbook: null,
    needs: "reboot",
    undoneBy: "whatever rewrites the boot loader's configuration",
    uselessBecause: (state) => {
      if (!state.knowsParameter) return "this kernel is not known to obey cgroup.memory=nokmem";
      return state.parameterIsSet ? "it is set already" : null;
    },
    after: (state) => ({ ...state, parameterIsSet: true }),
  },
  {
    name: "renewal of kubepods",
    does: "Drain the node and make kubepods again",
    playbook: "playbooks/renew.yml",
    needs: "drain",
    undoneBy: "the next start of a kubelet with kmem after a boot",
    uselessBecause: (state) => (state.kubepodsIsOn ? null : "kubepods hands nothing down"),
    // A kubelet that has kmem switches it on again when it makes it.
    after: (state) => ({ ...state, kubepodsIsOn: state.kubeletSwitchesOn }),
  },
  {
    name: "reboot",
    does: "Drain the node and reboot it",
    playbook: null,
    needs: "reboot",
    undoneBy: "nothing: the ids that leaked are free again",
    uselessBecause: () => null,
    after: (state) => ({
      ...state,
      kernelLeaks: state.kernelLeaks && !(state.parameterIsSet && state.knowsParameter),
      kubepodsIsOn: state.kubeletSwitchesOn,
    }),
  },
];
