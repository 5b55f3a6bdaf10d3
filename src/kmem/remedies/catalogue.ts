/** The remedies, in the order in which they are done. Facts: docs/kmem.md, "What mends it". */

import { bootParameter } from "./boot-parameter.ts";
import { drainedRenewal } from "./drained-renewal.ts";
import { kubeletWithoutKmem } from "./kubelet-without-kmem.ts";
import { liveRenewal } from "./live-renewal.ts";
import { newerKubelet } from "./newer-kubelet.ts";
import { reboot } from "./reboot.ts";
import type { Remedy } from "./remedy.ts";
import { runtimeWithoutKmem } from "./runtime-without-kmem.ts";

export const catalogue: readonly Remedy[] = [
  kubeletWithoutKmem,
  newerKubelet,
  runtimeWithoutKmem,
  liveRenewal,
  drainedRenewal,
  bootParameter,
  reboot,
];
