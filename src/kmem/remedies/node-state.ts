/** What of a node decides whether new pods leak, as few facts as a plan needs. */

import { kernelCase } from "../diagnosis/kernel-case.ts";
import { kubeletSwitch, runtimeSwitch } from "../diagnosis/switches.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { isKnown } from "../fact.ts";

export interface NodeState {
  /** This kernel leaks where accounting is on. */
  readonly kernelLeaks: boolean;
  readonly kubeletSwitchesOn: boolean;
  readonly runtimeSwitchesOn: boolean;
  /** `kubepods` has accounting on, and hands it down. */
  readonly kubepodsIsOn: boolean;
}

/** null: what decides is unknown, and a plan would be a guess. */
export function nodeState(evidence: Evidence): NodeState | null {
  const kernel = kernelCase(evidence);
  const { kubepods } = evidence.cgroups;
  const kubelet = kubeletSwitch(evidence).on;
  const runtime = runtimeSwitch(evidence).on;
  if (kernel.kind === "unknown" || !isKnown(kubepods) || kubelet === null || runtime === null) return null;
  return {
    kernelLeaks: kernel.kind === "affected",
    kubeletSwitchesOn: kubelet,
    runtimeSwitchesOn: runtime,
    kubepodsIsOn: kubepods.value === "on",
  };
}

/** Whether a pod made now would leak. */
export function wouldLeak(state: NodeState): boolean {
  return state.kernelLeaks && (state.kubeletSwitchesOn || state.runtimeSwitchesOn || state.kubepodsIsOn);
}
