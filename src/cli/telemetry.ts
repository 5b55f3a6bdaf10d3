/** What watches a run from outside: metrics in a file and at an address, and traces where the environment names a collector. */

import { type Command, Option } from "commander";
import type { Event, Journal } from "../journal/journal.ts";
import { type MetricsAddress, metricsAddress } from "./metrics-address.ts";
import { checkMetricsFile, keepMetricsFile } from "./metrics-file.ts";
import { followWithSpans } from "./traces.ts";

export interface TelemetryFlags {
  readonly metricsFile?: string;
  readonly metrics?: MetricsAddress;
}

export function addTelemetryOptions(command: Command): Command {
  return addMetricsFileOption(command).addOption(
    new Option(
      "--metrics <address>",
      "answer for metrics while it runs: :9464 (the loopback), HOST:PORT; 0 is any free port",
    ).argParser(metricsAddress),
  );
}

export function addMetricsFileOption(command: Command): Command {
  return command
    .optionsGroup("Unattended:")
    .option("--metrics-file <file>", "keep metrics there, for node_exporter's textfile collector (*.prom)");
}

/** Asked before anything is begun. @throws KmendError `metrics-unwritable`, `metrics-address` */
export async function checkTelemetry(flags: TelemetryFlags): Promise<void> {
  checkMetricsFile(flags.metricsFile);
  if (flags.metrics) await (await import("./metrics-endpoint.ts")).checkMetricsAddress(flags.metrics);
}

/** How something that watches ends. */
type End = () => void | Promise<void>;

/** Lets `act` write the journal, watched as the flags ask for, and ends all of it on every path. None of it slows or fails the run.
 *  @param past events of a run that goes on @param warn is told, when the run is over, what could not be done */
export async function withTelemetry<T>(
  flags: TelemetryFlags,
  journal: Journal,
  act: () => Promise<T>,
  { past = [], warn }: { readonly past?: readonly Event[]; readonly warn: (text: string) => void },
): Promise<T> {
  const ends: End[] = [];
  try {
    if (flags.metrics) ends.push(await answering(flags.metrics, journal, past));
    if (flags.metricsFile !== undefined) ends.push(keepMetricsFile(flags.metricsFile, journal, past, warn));
    ends.push(await sendingSpans(journal, past, warn));
    return await act();
  } finally {
    await Promise.all(ends.map((end) => end()));
  }
}

/** Only here the server is loaded. */
async function answering(address: MetricsAddress, journal: Journal, past: readonly Event[]): Promise<End> {
  const { serveMetrics } = await import("./metrics-endpoint.ts");
  const { url, end } = await serveMetrics(address, journal, past);
  process.stderr.write(`Metrics: ${url}\n`);
  return end;
}

async function sendingSpans(
  journal: Journal,
  past: readonly Event[],
  warn: (text: string) => void,
): Promise<End> {
  const spans = await followWithSpans(past, warn);
  if (!spans) return () => {};
  const stop = journal.subscribe((event) => spans.take(event));
  return () => {
    stop();
    return spans.end();
  };
}
