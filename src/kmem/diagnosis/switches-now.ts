/** Who would switch accounting on in a tree made now, whatever the one that is there hands down. */

import type { Evidence } from "../evidence/evidence.ts";
import type { SwitchesNow } from "./diagnosis.ts";
import { kernelCase } from "./kernel-case.ts";
import { kubeletSwitch, runtimeSwitch } from "./switches.ts";

/** By each one's build and driver. Nobody does on a kernel that has nothing to switch, or ignores it; where kubepods shows that it
 *  does not ignore it, the builds count again. */
export function switchesNow(evidence: Evidence): SwitchesNow {
  const { kind } = kernelCase(evidence);
  const isIgnored = kind === "switched-off" && evidence.cgroups.kubepods.value !== "on";
  if (kind === "not-affected" || isIgnored) return { kubelet: false, runtime: false };
  return { kubelet: kubeletSwitch(evidence).on, runtime: runtimeSwitch(evidence).on };
}
