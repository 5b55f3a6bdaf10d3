/** What a rate is made of: a node's leaked ids at one time. Flat, so that it can be read back from a journal. */

export interface Measurement {
  /** ISO 8601. */
  readonly at: string;
  /** null: could not be read. */
  readonly bootId: string | null;
  readonly verdict: string;
  readonly switchedOnBy: string;
  /** Leaked kmem ids; null: could not be counted. */
  readonly kmemIds: number | null;
  /** The slab directory was read to its end. */
  readonly isWhole: boolean;
  /** The count is a lower bound. */
  readonly isAtLeast: boolean;
  /** Memcg ids leak besides, which nothing shows. */
  readonly mayHoldMoreMemcgIds: boolean;
  readonly idsLeft: number | null;
  /** How many pods kubelet starts, and what one costs; else the reason why that is not known. */
  readonly churn: Churn | string;
}

/** Kubelet's own count of the pods that it started. */
export interface Churn {
  readonly pods: number;
  /** Since kubelet began. */
  readonly seconds: number;
  /** Memcg ids that a pod of one container costs by the verdict. */
  readonly idsPerPod: number;
}

/** Below this, the few pods that came and went say nothing of a rate. */
export const shortestMs = 60_000;
const longEnoughMs = 3_600_000;

/** The one to compare with: of those that can be compared, the newest that is an hour older, else the oldest. Where none
 *  can, the newest, whose answer says why. */
export function firstMeasurement(earlier: readonly Measurement[], now: Measurement): Measurement | null {
  const newestFirst = earlier
    .filter((each) => msBetween(each, now) > 0)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const alike = newestFirst.filter((each) => whyNotAlike(each, now) === null);
  return alike.find((each) => isLongEnough(each, now)) ?? alike.at(-1) ?? newestFirst[0] ?? null;
}

/** No earlier measurement would be a better one to compare with. */
export function isSettled(first: Measurement | null, now: Measurement): boolean {
  return first !== null && isLongEnough(first, now) && whyNotAlike(first, now) === null;
}

function isLongEnough(first: Measurement, now: Measurement): boolean {
  return msBetween(first, now) >= longEnoughMs;
}

export function msBetween(first: Measurement, second: Measurement): number {
  return Date.parse(second.at) - Date.parse(first.at);
}

/** Why two measurements give no rate, or null where they do. */
export function whyNotAlike(first: Measurement, second: Measurement): string | null {
  if (first.bootId === null || second.bootId === null)
    return "the boot id could not be read: the node may have been rebooted in between";
  if (first.bootId !== second.bootId)
    return "another boot id: the node was rebooted in between, which gave every id back, or is another one";
  if (first.kmemIds === null || second.kmemIds === null)
    return "the leaked ids could not be counted both times";
  if (!first.isWhole || !second.isWhole)
    return "the slab directory was not read to its end both times: two such lower bounds have no difference";
  if (first.verdict !== second.verdict || first.switchedOnBy !== second.switchedOnBy)
    return `the node was changed in between: it was ${first.verdict.replaceAll("-", " ")} (by ${first.switchedOnBy}) at first`;
  return null;
}
