/** What watches a run from outside: metrics in a file, and at an address. */

import { type Command, Option } from "commander";
import type { Event, Journal } from "../journal/journal.ts";
import {
  checkMetricsAddress,
  type MetricsAddress,
  metricsAddress,
  serveMetrics,
} from "./metrics-endpoint.ts";
import { checkMetricsFile, keepMetricsFile } from "./metrics-file.ts";

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
  await checkMetricsAddress(flags.metrics);
}

/** Lets `act` write the journal, watched as the flags ask for, and ends all of it on every path. None of it slows or fails the run.
 *  @param past events of a run that goes on @param warn is told, when the run is over, what could not be done */
export async function withTelemetry<T>(
  flags: TelemetryFlags,
  journal: Journal,
  act: () => Promise<T>,
  { past = [], warn }: { readonly past?: readonly Event[]; readonly warn: (text: string) => void },
): Promise<T> {
  const endpoint = flags.metrics && (await serveMetrics(flags.metrics, journal, past));
  if (endpoint) process.stderr.write(`Metrics: ${endpoint.url}\n`);
  const endFile =
    flags.metricsFile === undefined ? () => {} : keepMetricsFile(flags.metricsFile, journal, past, warn);
  try {
    return await act();
  } finally {
    endFile();
    await endpoint?.end();
  }
}
