/** One line a host, for lists. */

import type { Diagnosis } from "./diagnosis.ts";

const group = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

export function summaryLine(diagnosis: Diagnosis): string {
  const { verdict, reasons } = diagnosis;
  if (verdict === "not-affected") return `not affected: ${reasons[0]?.says ?? ""}`;
  if (verdict === "unknown")
    return `unknown: ${reasons.find((reason) => reason.says.includes("unknown"))?.says ?? ""}`;
  const parts = [opening(diagnosis), leakedPart(diagnosis), leftPart(diagnosis)].filter(
    (part) => part !== "",
  );
  return parts.join("; ");
}

function opening({ verdict, perPod, switchedOnBy, switchesOnNow }: Diagnosis): string {
  if (verdict === "clean") return "clean: a new pod costs no id";
  const by = {
    kubelet: "kubelet",
    runtime: "the runtime",
    both: "kubelet and the runtime",
    nobody: "nobody",
    unknown: "someone unknown",
  };
  const costs = `${perPod.kmemIds} kmem ids (${perPod.memcgIds} memcg ids) a pod`;
  if (verdict === "still-leaking-after-swap")
    return `still leaking after the swap: ${costs}, handed down by a kubepods that an earlier kubelet switched on${switchesOnNow.runtime ? ", and the runtime switches it on too" : ""}`;
  return `leaking: ${costs}, switched on by ${by[switchedOnBy]}`;
}

function leakedPart({ leaked: { kmemIds, isAtLeast } }: Diagnosis): string {
  if (kmemIds === null) return "";
  return `${isAtLeast ? "at least " : ""}${group(kmemIds)} leaked`;
}

function leftPart({ idsLeft, leaked }: Diagnosis): string {
  if (idsLeft === null) return "";
  const isAtMost = leaked.isAtLeast || leaked.mayHoldMoreMemcgIds;
  return `${isAtMost ? "at most " : ""}${group(idsLeft)} of 65,535 ids left`;
}
