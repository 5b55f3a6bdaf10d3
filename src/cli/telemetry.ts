/** What watches a run from outside: metrics in a file. */

import type { Command } from "commander";
import type { Event, Journal } from "../journal/journal.ts";
import { checkMetricsFile, keepMetricsFile } from "./metrics-file.ts";

export interface TelemetryFlags {
  readonly metricsFile?: string;
}

export function addTelemetryOptions(command: Command): Command {
  return addMetricsFileOption(command);
}

export function addMetricsFileOption(command: Command): Command {
  return command
    .optionsGroup("Unattended:")
    .option("--metrics-file <file>", "keep metrics there, for node_exporter's textfile collector (*.prom)");
}

/** Asked before anything is begun. @throws KmendError `metrics-unwritable` */
export async function checkTelemetry(flags: TelemetryFlags): Promise<void> {
  checkMetricsFile(flags.metricsFile);
}

/** Lets `act` write the journal, watched as the flags ask for, and ends all of it on every path. None of it slows or fails the run.
 *  @param past events of a run that goes on @param warn is told, when the run is over, what could not be done */
export async function withTelemetry<T>(
  flags: TelemetryFlags,
  journal: Journal,
  act: () => Promise<T>,
  { past = [], warn }: { readonly past?: readonly Event[]; readonly warn: (text: string) => void },
): Promise<T> {
  const endFile =
    flags.metricsFile === undefined ? () => {} : keepMetricsFile(flags.metricsFile, journal, past, warn);
  try {
    return await act();
  } finally {
    endFile();
  }
}
