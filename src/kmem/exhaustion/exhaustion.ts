/**
 * When a node runs out of ids, by two measurements; or, weaker, by one and kubelet's count of pods. Pure: every time is theirs.
 *
 * The rate is that of leaked kmem ids, the only ones that can be counted from outside; live cgroups come and go and are
 * no part of it. What two counts cannot carry is said in words, and never shown as a date.
 */

import { type Churn, type Measurement, msBetween, shortestMs, whyNotAlike } from "./measurement.ts";
import { inDuration, ofDuration } from "./time-words.ts";

export interface Exhaustion {
  /** `none`: at this rate ids do not run out. */
  readonly kind: "dated" | "none" | "unknown";
  readonly says: string;
  /** `at-the-latest`: more leaks than is counted. `rough`: both counts are lower bounds. `estimated`: nothing was counted
   *  twice, kubelet says how many pods it started. null: there is no rate. */
  readonly certainty: "counted" | "at-the-latest" | "rough" | "estimated" | null;
  readonly idsPerDay: number | null;
  readonly secondsLeft: number | null;
  /** UTC, e.g. 2026-12-07. null also where it is more than a hundred years off. */
  readonly date: string | null;
  readonly basis: {
    readonly first: string;
    readonly second: string;
    /** Kmem ids that leaked between them. */
    readonly kmemIds: number;
  } | null;
}

const dayMs = 86_400_000;
const horizonMs = 100 * 365.25 * dayMs;

/** @param first null where the node was never measured before */
export function exhaustion(first: Measurement | null, second: Measurement): Exhaustion {
  const known = withoutRate(second);
  if (known !== null) return known;
  const measured = withRate(first, second);
  return measured.kind === "unknown" ? estimated(second, measured) : measured;
}

/** Where one measurement is enough. */
function withoutRate({ at, verdict, idsLeft, kmemIds }: Measurement): Exhaustion | null {
  if (verdict === "not-affected") return answer("none", "the node is not affected");
  if (idsLeft === 0) return { ...answer("dated", "no id is left"), secondsLeft: 0, date: at.slice(0, 10) };
  if (verdict === "clean") return answer("none", "a new pod costs nothing");
  if (kmemIds === null) return answer("unknown", "the leaked ids could not be counted");
  return null;
}

/** By the pods that kubelet started and what one costs; the answer there was, where that can't be had either. */
function estimated({ at, churn, idsLeft }: Measurement, instead: Exhaustion): Exhaustion {
  if (idsLeft === null || typeof churn === "string" || whyNoChurn(churn) !== null) return instead;
  const { pods, seconds, idsPerPod } = churn;
  const span = `in ${ofDuration(seconds * 1000)} since kubelet started`;
  if (pods === 0)
    return {
      ...answer("none", `estimated: no pod was started ${span}`),
      certainty: "estimated",
      idsPerDay: 0,
    };
  const leftMs = (idsLeft * seconds * 1000) / (pods * idsPerPod);
  const date = dated(leftMs, Date.parse(at), "estimated");
  return {
    ...date,
    says: `${date.says}, estimated: ${pods.toLocaleString("en")} ${pods === 1 ? "pod" : "pods"} ${span}, ${idsPerPod} ids each`,
    idsPerDay: Math.round((pods * idsPerPod * 86_400 * 10) / seconds) / 10,
  };
}

function whyNoEstimate({ idsLeft, churn }: Measurement): string | null {
  return idsLeft === null ? "the ids left could not be counted" : whyNoChurn(churn);
}

/** After a boot every pod is started at once: the first hour says nothing of a day. */
function whyNoChurn(churn: Churn | string): string | null {
  if (typeof churn === "string") return churn;
  const { seconds, idsPerPod } = churn;
  if (seconds < 3600) return `kubelet started ${ofDuration(seconds * 1000)} ago: an hour is the least`;
  return idsPerPod > 0 ? null : "what a pod costs is not known";
}

function withRate(first: Measurement | null, second: Measurement): Exhaustion {
  if (first === null)
    return answer(
      "unknown",
      `measured once only: scan again later, or measure twice in one scan with --interval 10m (no estimate: ${whyNoEstimate(second)})`,
    );
  const spanMs = msBetween(first, second);
  const why = whyNotAlike(first, second) ?? whyNoSpan(spanMs);
  if (why !== null) return answer("unknown", why);
  const leaked = (second.kmemIds ?? 0) - (first.kmemIds ?? 0);
  const isRough = first.isAtLeast || second.isAtLeast;
  const measured = {
    basis: { first: first.at, second: second.at, kmemIds: leaked },
    idsPerDay: leaked < 0 ? null : Math.round((leaked * dayMs * 10) / spanMs) / 10,
  };
  if (leaked < 0)
    return {
      ...answer("unknown", `${-leaked} ids came back in ${ofDuration(spanMs)}: a reclaim hides the rate`),
      ...measured,
    };
  if (leaked === 0) return { ...still(spanMs, isRough), ...measured };
  if (second.idsLeft === null)
    return { ...answer("unknown", "there is a rate, but the ids left could not be counted"), ...measured };
  const certainty = isRough ? "rough" : second.mayHoldMoreMemcgIds ? "at-the-latest" : "counted";
  const leftMs = (second.idsLeft * spanMs) / leaked;
  return { ...dated(leftMs, Date.parse(second.at), certainty), ...measured };
}

function whyNoSpan(spanMs: number): string | null {
  if (spanMs <= 0) return "the controller's clock went back in between";
  if (spanMs < shortestMs)
    return `measured ${ofDuration(spanMs)} apart: too short an interval, a minute is the least`;
  return null;
}

function still(spanMs: number, isRough: boolean): Exhaustion {
  const says = `none leaked in ${ofDuration(spanMs)}`;
  // After a reclaim new leaks take indexes below the highest, and the count stands still while ids go.
  return isRough
    ? answer("unknown", `${says} that can be seen, and the count is a lower bound`)
    : answer("none", says);
}

function dated(leftMs: number, nowMs: number, certainty: NonNullable<Exhaustion["certainty"]>): Exhaustion {
  const isFar = leftMs > horizonMs;
  const date = isFar ? null : new Date(nowMs + leftMs).toISOString().slice(0, 10);
  const words = inDuration(leftMs, { isRough: certainty === "rough" || certainty === "estimated", isFar });
  const latest = certainty === "at-the-latest" ? " at the latest" : "";
  return {
    ...answer("dated", `at this rate ${words}${latest}${date === null ? "" : ` (${date})`}`),
    certainty,
    secondsLeft: Math.floor(leftMs / 1000),
    date,
  };
}

function answer(kind: Exhaustion["kind"], says: string): Exhaustion {
  return { kind, says, certainty: null, idsPerDay: null, secondsLeft: null, date: null, basis: null };
}
