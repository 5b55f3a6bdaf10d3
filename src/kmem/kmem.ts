/**
 * The leak, as data: the evidence of a node, and what it comes to. Pure: a script to run, and readers of its output.
 *
 * Words: **evidence** is facts with where each was read; a **fact** is a value or `unknown` with its reason;
 * the **diagnosis** is a verdict that cites them. **Accounting** is kernel memory accounting of a memory cgroup.
 * Must: what cannot be read is unknown, never off. Must: only a cgroup's own slabinfo says whether its accounting is
 * on; the root's says nothing. Must: the evidence script changes nothing on the node.
 */

export { diagnose } from "./diagnosis/diagnose.ts";
export type {
  Diagnosis,
  Leaked,
  Party,
  PodCost,
  Reason,
  SwitchesNow,
  Verdict,
  Workloads,
} from "./diagnosis/diagnosis.ts";
export { canReclaim, hasNokmem, isEl7, knowsNokmem } from "./diagnosis/kernel-case.ts";
export { idLimit } from "./diagnosis/leak-count.ts";
export { summaryLine } from "./diagnosis/summary-line.ts";
export type * from "./evidence/evidence.ts";
export { readEvidence } from "./evidence/read-evidence.ts";
export { readKubelet } from "./evidence/read-kubelet.ts";
export { readPodStarts } from "./evidence/read-pod-starts.ts";
export { readRuntime } from "./evidence/read-runtime.ts";
export { Records } from "./evidence/records.ts";
export { type Exhaustion, exhaustion } from "./exhaustion/exhaustion.ts";
export { firstMeasurement, isSettled, type Measurement, shortestMs } from "./exhaustion/measurement.ts";
export { type Fact, ifKnown, isKnown, type Known, known, mapFact, type Unknown, unknown } from "./fact.ts";
export { giveBack } from "./remedies/give-back.ts";
export { mendWays, planMend, type Step } from "./remedies/plan-mend.ts";
export { binarySection, kmemString, nokmemString } from "./script/binary-section.ts";
export { churnSection } from "./script/churn-section.ts";
export { type EvidenceOptions, evidenceScript } from "./script/evidence-script.ts";
export { kubeletSection } from "./script/kubelet-section.ts";
export { runtimeSection } from "./script/runtime-section.ts";
export { words } from "./script/words.ts";
