/** Every remedy, in the order in which they are done, and what has to be made before one. Facts: docs/kmem.md, "What mends it". */

import { bootParameter } from "./boot-parameter.ts";
import { drainedRenewal } from "./drained-renewal.ts";
import { el8Kernel } from "./el8-kernel.ts";
import { kubeletRpm } from "./kubelet-rpm.ts";
import { kubeletWithoutKmem } from "./kubelet-without-kmem.ts";
import { liveRenewal } from "./live-renewal.ts";
import { newerKernel } from "./newer-kernel.ts";
import { newerKubelet } from "./newer-kubelet.ts";
import { reboot } from "./reboot.ts";
import { reclaim } from "./reclaim.ts";
import type { Preparation, Remedy } from "./remedy.ts";
import { runtimeWithoutKmem } from "./runtime-without-kmem.ts";

export const catalogue: readonly Remedy[] = [
  kubeletWithoutKmem,
  newerKubelet,
  runtimeWithoutKmem,
  liveRenewal,
  drainedRenewal,
  newerKernel,
  el8Kernel,
  bootParameter,
  reclaim,
  reboot,
];

/** Work elsewhere than on a node, without which a remedy has nothing to install. */
export const preparations: readonly Preparation[] = [kubeletRpm];
