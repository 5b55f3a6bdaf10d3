import type { Event } from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import type { ScannedHost } from "../report/report.ts";
import { warn } from "./followers.ts";
import { checkMetricsFile, keepScanMetrics } from "./metrics-file.ts";
import type { RunFlags } from "./run-options.ts";
import { followWithSpans } from "./traces.ts";

/** A scan watched from outside, as the flags ask for.
 *  @param codeOf what the command ends with @throws KmendError `metrics-unwritable` before any host is asked */
export async function withScanTelemetry<
  Flags extends RunFlags,
  Result extends { readonly hosts: readonly ScannedHost[] },
>(
  flags: Flags,
  scan: (flags: Flags, watch: (event: Event) => void) => Promise<Result>,
  codeOf: (result: Result) => number,
): Promise<Result> {
  checkMetricsFile(flags.metricsFile);
  const metrics = flags.metricsFile === undefined ? null : keepScanMetrics(flags.metricsFile, warn);
  const spans = await followWithSpans([], warn);
  try {
    const result = await scan(flags, (event) => {
      metrics?.take(event);
      spans?.take(event);
    });
    metrics?.end(codeOf(result), result.hosts);
    return result;
  } catch (error) {
    metrics?.end(error instanceof KmendError ? error.exitCode : exitCodes.unexpected, []);
    throw error;
  } finally {
    await spans?.end();
  }
}
