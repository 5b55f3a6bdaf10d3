import type { Event, Events } from "../journal/journal.ts";

/** What one reading of the evidence says of a host's leaked ids, and when. */
export interface ScanMeasurement {
  readonly at: string;
  readonly bootId: string | null;
  readonly verdict: string;
  readonly switchedOnBy: string;
  readonly kmemIds: number | null;
  readonly isWhole: boolean;
  readonly isAtLeast: boolean;
  readonly mayHoldMoreMemcgIds: boolean;
  readonly idsLeft: number | null;
  readonly churn: { readonly pods: number; readonly seconds: number; readonly idsPerPod: number } | string;
}

export const evidenceModule = "kmend.kmem.evidence";

/** Every reading of the evidence in a journal, by host, the first one first. What an older kmend wrote otherwise is
 *  unknown, never zero. */
export function scanMeasurements(events: readonly Event[]): ReadonlyMap<string, readonly ScanMeasurement[]> {
  const byHost = new Map<string, ScanMeasurement[]>();
  for (const event of events) {
    if (event.type !== "task:ended" || event.task.module !== evidenceModule) continue;
    const measured = measurementOf(event, event.at);
    const host = event.delegate ?? event.host;
    if (measured) byHost.set(host, [...(byHost.get(host) ?? []), measured]);
  }
  return byHost;
}

interface Read {
  readonly evidence?: {
    readonly kernel?: { readonly bootId?: Fact };
    readonly slab?: Fact;
    readonly kubelet?: { readonly podStarts?: Fact };
  };
  readonly diagnosis?: {
    readonly verdict?: unknown;
    readonly switchedOnBy?: unknown;
    readonly idsLeft?: unknown;
    readonly perPod?: { readonly memcgIds?: unknown } | null;
    readonly leaked?: Readonly<
      Partial<Record<"kmemIds" | "isAtLeast" | "mayHoldMoreMemcgIds", unknown>>
    > | null;
  };
}

interface Fact {
  readonly value?: unknown;
  readonly reason?: string;
}

function measurementOf(event: Events["task:ended"], at: string): ScanMeasurement | null {
  const { evidence, diagnosis } = (event.result ?? {}) as Read;
  if (typeof diagnosis?.verdict !== "string" || typeof diagnosis.switchedOnBy !== "string") return null;
  const { leaked } = diagnosis;
  const bootId = evidence?.kernel?.bootId;
  const slab = evidence?.slab?.value as { readonly isWhole?: unknown } | undefined;
  return {
    at,
    bootId: typeof bootId?.value === "string" && bootId.reason === undefined ? bootId.value : null,
    verdict: diagnosis.verdict,
    switchedOnBy: diagnosis.switchedOnBy,
    kmemIds: numberOrNull(leaked?.kmemIds),
    isWhole: slab?.isWhole === true,
    isAtLeast: leaked?.isAtLeast !== false,
    mayHoldMoreMemcgIds: leaked?.mayHoldMoreMemcgIds !== false,
    idsLeft: numberOrNull(diagnosis.idsLeft),
    churn: churnOf(evidence?.kubelet?.podStarts, diagnosis.perPod?.memcgIds),
  };
}

function churnOf(podStarts: Fact | undefined, idsPerPod: unknown): ScanMeasurement["churn"] {
  if (podStarts === undefined) return "kubelet's pods were not counted";
  if (podStarts.reason !== undefined) return `kubelet's pods can't be counted: ${podStarts.reason}`;
  const { pods, seconds } = (podStarts.value ?? {}) as {
    readonly pods?: unknown;
    readonly seconds?: unknown;
  };
  if (typeof idsPerPod !== "number") return "what a pod costs is not known";
  return typeof pods === "number" && typeof seconds === "number"
    ? { pods, seconds, idsPerPod }
    : "kubelet's pods were not counted";
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
