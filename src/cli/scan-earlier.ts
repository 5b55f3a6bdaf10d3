import type { Store } from "../journal/journal.ts";
import { exhaustion, firstMeasurement, isSettled, type Measurement } from "../kmem/kmem.ts";
import { scanMeasurements } from "../report/report.ts";

/** Measurements by host. */
export type Measured = ReadonlyMap<string, readonly Measurement[]>;

// A run over 500 hosts is 17 MB and takes half a second; where every host was rebooted, no older run settles any.
const runsLookedAt = 30;

/** What earlier runs measured of these hosts; it stops where no older run could give a better rate. */
export async function earlierMeasurements(
  store: Pick<Store, "ids" | "read">,
  now: Measured,
): Promise<Measured> {
  const earlier = new Map<string, readonly Measurement[]>();
  const isWanting = ([host, [measured]]: readonly [string, readonly Measurement[]]): boolean =>
    measured !== undefined &&
    needsRate(measured) &&
    !isSettled(firstMeasurement(earlier.get(host) ?? [], measured), measured);
  if (![...now].some(isWanting)) return earlier;
  for (const run of (await store.ids()).slice(0, runsLookedAt)) {
    for (const [host, measured] of scanMeasurements((await store.read(run)).events))
      earlier.set(host, [...(earlier.get(host) ?? []), ...measured]);
    if (![...now].some(isWanting)) break;
  }
  return earlier;
}

/** One measurement does not say when this host runs out of ids. */
export function needsRate(measured: Measurement): boolean {
  const { kind, certainty } = exhaustion(null, measured);
  // Two counts are better than an estimate.
  return (kind === "unknown" || certainty === "estimated") && measured.kmemIds !== null;
}
