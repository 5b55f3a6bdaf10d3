/** What of a node decides whether new pods leak, as few facts as a plan needs. */

import { kernelCase, knowsNokmem } from "../diagnosis/kernel-case.ts";
import { kubeletSwitch, runtimeSwitch } from "../diagnosis/switches.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { ifKnown, isKnown } from "../fact.ts";

export interface NodeState {
  /** This kernel, as it was booted, leaks where accounting is on. */
  readonly kernelLeaks: boolean;
  /** It could be told not to, by cgroup.memory=nokmem, and was not. */
  readonly kernelTakesNokmem: boolean;
  /** It is one of EL7's that does not know it, or of which nobody can say. */
  readonly kernelIsTooOld: boolean;
  readonly kubeletSwitchesOn: boolean;
  readonly runtimeSwitchesOn: boolean;
  /** `kubepods` has accounting on, and hands it down. */
  readonly kubepodsIsOn: boolean;
}

/** Every state that the node may be in: one where all is known, two for each fact that is not. */
export function possibleStates(evidence: Evidence): readonly NodeState[] {
  const { kubepods } = evidence.cgroups;
  const kubepodsIsOn = isKnown(kubepods) ? kubepods.value === "on" : null;
  const kernel = kernelCase(evidence).kind;
  const knows = knowsNokmem(ifKnown(evidence.kernel.release) ?? "") === true;
  const kernelTakesNokmem = kernel === "affected" && knows;
  const kernelIsTooOld = kernel === "affected" && !knows;
  const states: NodeState[] = [];
  // A kernel that was told to ignore accounting leaks all the same where kubepods shows that it is on.
  for (const isOn of eitherOf(kubepodsIsOn))
    for (const kernelLeaks of eitherOf(kernel === "switched-off" ? isOn : leaks[kernel]))
      for (const kubeletSwitchesOn of eitherOf(kubeletSwitch(evidence).on))
        for (const runtimeSwitchesOn of eitherOf(runtimeSwitch(evidence).on))
          states.push({
            kernelLeaks,
            kernelTakesNokmem,
            kernelIsTooOld,
            kubeletSwitchesOn,
            runtimeSwitchesOn,
            kubepodsIsOn: isOn,
          });
  return states;
}

const leaks = { affected: true, "not-affected": false, unknown: null } as const;

function eitherOf(fact: boolean | null): readonly boolean[] {
  return fact === null ? [true, false] : [fact];
}

/** Whether a pod made now would leak. */
export function wouldLeak(state: NodeState): boolean {
  return state.kernelLeaks && (state.kubeletSwitchesOn || state.runtimeSwitchesOn || state.kubepodsIsOn);
}
