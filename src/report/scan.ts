import type { Event, Events } from "../journal/journal.ts";
import { awaitsReboot } from "./awaiting-reboot.ts";
import { evidenceModule, type ScanMeasurement, scanMeasurements } from "./scan-measurements.ts";
import type { ScannedWorkloads } from "./scan-workloads.ts";

/** What a scan found on one host: a diagnosis, or why there is none. */
export type ScannedHost =
  | {
      readonly host: string;
      readonly diagnosis: Diagnosed;
      readonly summary: string;
      /** The cheapest mend, step by step; null: too little is known. */
      readonly mend: readonly MendStep[] | null;
      /** How leaked ids come back; none where none leaked. */
      readonly giveBack: readonly GiveBack[];
      readonly exhaustion: Exhausted;
      /** What waits for a reboot, in words; null: unknown. */
      readonly awaitsReboot: readonly string[] | null;
    }
  | { readonly host: string; readonly problem: string };

export interface Diagnosed {
  readonly verdict: string;
  readonly switchedOnBy: string;
  /** Of new trees; absent in journals from before kmend told it. */
  readonly switchesOnNow?: { readonly kubelet: boolean | null; readonly runtime: boolean | null };
  readonly perPod: {
    readonly says: string;
    readonly kmemIds: number | null;
    readonly memcgIds: number | null;
  };
  readonly leaked: {
    readonly kmemIds: number | null;
    readonly isAtLeast: boolean;
    readonly mayHoldMoreMemcgIds: boolean;
    readonly says: string;
  };
  readonly idsLeft: number | null;
  readonly reasons: readonly Cited[];
  readonly contradictions: readonly Cited[];
  readonly surer: readonly string[];
  /** These three are absent in journals from before kmend told them. */
  readonly silent?: readonly Cited[];
  readonly heard?: readonly Cited[];
  readonly workloads?: ScannedWorkloads;
}

export interface MendStep {
  readonly does: string;
  readonly playbook: string;
  /** These two are absent in journals from before kmend told them. */
  readonly mends?: string;
  readonly leaves?: string;
  readonly needs: string;
  readonly takes: string | null;
  readonly preparedBy: Preparation | null;
  readonly undoneBy: string;
  readonly risk: string;
  readonly instead: readonly { readonly does: string; readonly playbook: string; readonly needs: string }[];
}

/** Work done elsewhere than on a node, which brings what a step takes. */
export interface Preparation {
  readonly does: string;
  readonly runsOn: string;
  readonly takes: string;
  readonly lasts: string;
  readonly undoneBy: string;
  /** Absent in journals from before kmend told it. */
  readonly risk?: string;
  readonly playbook: string;
  readonly readMore: string;
}

export interface GiveBack {
  readonly does: string;
  readonly playbook: string;
  readonly needs: string;
  readonly gives: string;
}

export interface Cited {
  readonly says: string;
  readonly cites: readonly string[];
}

/** When the host runs out of ids, by two measurements, or by one and the pods that kubelet started. */
export interface Exhausted {
  readonly kind: "dated" | "none" | "unknown";
  readonly says: string;
  readonly certainty: "counted" | "at-the-latest" | "rough" | "estimated" | null;
  readonly idsPerDay: number | null;
  readonly secondsLeft: number | null;
  readonly date: string | null;
  readonly basis: { readonly first: string; readonly second: string; readonly kmemIds: number } | null;
}

type ExhaustionOf = (host: string, measured: ScanMeasurement) => Exhausted;

/** Reads the first evidence of each host from a journal.
 *  @param exhaustionOf what this measurement comes to with an earlier one of the same host */
export function scannedHosts(events: readonly Event[], exhaustionOf: ExhaustionOf): readonly ScannedHost[] {
  const measured = scanMeasurements(events);
  const hosts = new Map<string, ScannedHost>();
  for (const event of events)
    if (event.type === "task:ended" && !hosts.has(event.host)) {
      const first = measured.get(event.host)?.[0];
      const scanned = scannedHost(event, first ? exhaustionOf(event.host, first) : null);
      if (scanned) hosts.set(event.host, scanned);
    }
  return [...hosts.values()];
}

function scannedHost(event: Events["task:ended"], exhaustion: Exhausted | null): ScannedHost | null {
  const result = event.result as {
    msg?: unknown;
    diagnosis?: Diagnosed;
    summary?: string;
    mend?: MendStep[] | null;
    give_back?: GiveBack[];
  } | null;
  if (event.outcome === "failed" || event.outcome === "unreachable")
    return {
      host: event.host,
      problem: `${event.outcome}: ${typeof result?.msg === "string" ? result.msg : "no message"}`,
    };
  if (event.task.module !== evidenceModule || !result?.diagnosis || !exhaustion) return null;
  return {
    host: event.host,
    diagnosis: result.diagnosis,
    summary: result.summary ?? "",
    mend: result.mend ?? null,
    giveBack: result.give_back ?? [],
    exhaustion,
    awaitsReboot: awaitsReboot(result),
  };
}

/** Whether this host leaks, as far as is known. */
export function leaks(scanned: ScannedHost): boolean {
  return (
    "diagnosis" in scanned &&
    (scanned.diagnosis.verdict === "leaking" || scanned.diagnosis.verdict === "still-leaking-after-swap")
  );
}
