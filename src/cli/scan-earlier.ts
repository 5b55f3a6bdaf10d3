import type { Store } from "../journal/journal.ts";
import { exhaustion, firstMeasurement, isSettled, type Measurement } from "../kmem/kmem.ts";
import { scanMeasurements } from "../report/report.ts";

/** Measurements by host. */
export type Measured = ReadonlyMap<string, readonly Measurement[]>;

/** What earlier runs measured of these hosts; it stops where no older run could give a better rate. */
export async function earlierMeasurements(store: Store, now: Measured): Promise<Measured> {
  const earlier = new Map<string, readonly Measurement[]>();
  const isWanting = ([host, [measured]]: readonly [string, readonly Measurement[]]): boolean =>
    measured !== undefined &&
    needsRate(measured) &&
    !isSettled(firstMeasurement(earlier.get(host) ?? [], measured), measured);
  if (![...now].some(isWanting)) return earlier;
  for (const { run } of await store.list()) {
    for (const [host, measured] of scanMeasurements((await store.read(run)).events))
      earlier.set(host, [...(earlier.get(host) ?? []), ...measured]);
    if (![...now].some(isWanting)) break;
  }
  return earlier;
}

/** One measurement does not say when this host runs out of ids. */
export function needsRate(measured: Measurement): boolean {
  return exhaustion(null, measured).kind === "unknown" && measured.kmemIds !== null;
}
