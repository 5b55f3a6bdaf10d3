/** The whole evidence in one round trip. It reads; it never writes, makes a cgroup or starts a container. */

import { type Script, sh } from "../../script/script.ts";
import { binarySection } from "./binary-section.ts";
import { cgroupSection } from "./cgroup-section.ts";
import { churnSection } from "./churn-section.ts";
import { engineSection } from "./engine-section.ts";
import { hierarchySection } from "./hierarchy-section.ts";
import { kernelSection } from "./kernel-section.ts";
import { kubeletSection } from "./kubelet-section.ts";
import { packageSection } from "./package-section.ts";
import { runtimeSection } from "./runtime-section.ts";
import { slabSection } from "./slab-section.ts";
import { words } from "./words.ts";
import { workloadSection } from "./workload-section.ts";

export interface EvidenceOptions {
  readonly roots?: {
    /** The memory hierarchy's mount. */
    readonly cgroup?: string;
    readonly slab?: string;
    readonly proc?: string;
    /** What stands before the path of every other file that is read: nothing on a node. */
    readonly host?: string;
  };
  /** Ask the package manager's cache what repositories offer; costs a second or two. Default true. */
  readonly repositories?: boolean;
  /** Stop counting slab entries after this many, or after this many seconds: the count is then "at least". */
  readonly slabEntries?: number;
  readonly slabSeconds?: number;
}

/** A subshell, so that nothing of it stays in the session; the C locale, because errors are told apart by text. */
export function evidenceScript(options: EvidenceOptions = {}): Script {
  const {
    cgroup = "/sys/fs/cgroup/memory",
    slab = "/sys/kernel/slab",
    proc = "/proc",
    host = "",
  } = options.roots ?? {};
  return sh`(
LC_ALL=C; export LC_ALL
cgroup=${cgroup} slab=${slab} proc=${proc} host=${host}
repositories=${options.repositories === false ? "no" : "yes"}
slab_entries=${options.slabEntries ?? 400_000} slab_seconds=${options.slabSeconds ?? 20}
${words}${binarySection}${kernelSection}${cgroupSection}${slabSection}${kubeletSection}${churnSection}${runtimeSection}${engineSection}${hierarchySection}${workloadSection}${packageSection}
:
)`;
}
