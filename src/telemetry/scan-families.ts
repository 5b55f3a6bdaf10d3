import { byHostName, leaks, type ScannedHost } from "../report/report.ts";
import { type Family, family, type Sample } from "./family.ts";
import type { MetricName } from "./metrics.ts";

/** Hosts that have series of their own, four each: what a scrape of node_exporter still carries with ease. */
export const mostHosts = 2000;

const verdicts = [
  "leaking",
  "still-leaking-after-swap",
  "clean",
  "not-affected",
  "unknown",
  "unreached",
] as const;

type Judged = Extract<ScannedHost, { diagnosis: unknown }>;

/** What a scan found: of the fleet, and of each host by name. @param measuredAt in milliseconds since 1970 */
export function scanFamilies(hosts: readonly ScannedHost[], measuredAt: number): readonly Family[] {
  const shown = [...hosts].sort((a, b) => byHostName(a.host, b.host)).slice(0, mostHosts);
  const each = (name: MetricName, numberOf: (host: Judged) => number | null): readonly Family[] =>
    family(
      name,
      shown.flatMap((host) => sampleOf(host, numberOf)),
    );
  return [
    ...family("kmend_scan_hosts", verdictsOf(hosts)),
    ...family("kmend_scan_left_out_hosts", hosts.length - shown.length),
    ...each("kmend_host_leaking", (host) =>
      host.diagnosis.verdict === "unknown" ? null : leaks(host) ? 1 : 0,
    ),
    ...each("kmend_host_leaked_cgroups", ({ diagnosis }) => diagnosis.leaked.kmemIds),
    ...each("kmend_host_ids_left", ({ diagnosis }) => diagnosis.idsLeft),
    ...each("kmend_host_exhausted_timestamp_seconds", ({ exhaustion: { kind, secondsLeft } }) =>
      kind === "dated" && secondsLeft !== null ? measuredAt / 1000 + secondsLeft : null,
    ),
  ];
}

function sampleOf(scanned: ScannedHost, numberOf: (host: Judged) => number | null): readonly Sample[] {
  const value = "diagnosis" in scanned ? numberOf(scanned) : null;
  return value === null || !Number.isFinite(value) ? [] : [{ labels: { host: scanned.host }, value }];
}

function verdictsOf(hosts: readonly ScannedHost[]): Readonly<Record<string, number>> {
  const verdictOf = (host: ScannedHost): string =>
    "diagnosis" in host ? host.diagnosis.verdict : "unreached";
  return Object.fromEntries(
    verdicts.map((verdict) => [verdict, hosts.filter((host) => verdictOf(host) === verdict).length]),
  );
}
