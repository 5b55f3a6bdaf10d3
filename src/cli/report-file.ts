/** Reports that go to files: what `--report` and `kmend report --out` name, asked before anything is begun, and written whole or not. */

import type { Command } from "commander";
import type { Event, Journal } from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { accountKeeper, type ReportFormat, reportFormats, writtenReport } from "../report/report.ts";
import { checkWritable, type Writing, writeWhole } from "./written-file.ts";

const writing: Writing = {
  code: "report-unwritable",
  noun: "report",
  hint: "Name a file in a folder that you may write.",
};

interface ReportFile {
  readonly format: ReportFormat;
  readonly file: string;
}

export function addReportOption(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option(
      "--report <format=file>",
      `write a report when it has ended: ${formatNames().join(", ")}; by the file's ending where FORMAT= is left out`,
      (value: string, all: readonly string[] = []): readonly string[] => [...all, value],
    );
}

/** Asked before a run is made: nothing is begun whose report could not be written.
 *  @throws KmendError `unknown-report-format`, `report-unwritable` */
export function checkReports(given: readonly string[] | undefined): readonly ReportFile[] {
  const reports = (given ?? []).map((each) => parseReport(each));
  for (const { file } of reports) checkWritable(file, writing);
  return reports;
}

/** Lets `act` write the journal, and then writes the reports on every path. @param past events of a run that goes on
 *  @param warn is told where one can't be written in the end: the run's own exit code stands */
export async function withReports<T>(
  given: readonly string[] | undefined,
  journal: Journal,
  act: () => Promise<T>,
  { past = [], warn }: { readonly past?: readonly Event[]; readonly warn: (text: string) => void },
): Promise<T> {
  const reports = checkReports(given);
  if (reports.length === 0) return act();
  const { take, account } = accountKeeper();
  for (const event of past) take(event);
  const stop = journal.subscribe(take);
  try {
    return await act();
  } finally {
    stop();
    for (const { format, file } of reports)
      tryToWrite(file, writtenReport(account({ isLive: false }), format), warn);
  }
}

function tryToWrite(file: string, text: string, warn: (text: string) => void): void {
  try {
    writeReport(file, text);
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    warn(error.message);
  }
}

/** 0600. @throws KmendError `report-unwritable` */
export function writeReport(file: string, text: string): void {
  writeWhole(file, text, writing, 0o600);
}

/** The format that a file's ending means. @throws KmendError `unknown-report-format` */
export function formatByEnding(file: string): ReportFormat {
  const found = formatNames().find((format) =>
    reportFormats[format].some((ending) => file.toLowerCase().endsWith(ending)),
  );
  if (found) return found;
  throw unknownFormat(`Cannot tell which report ${file} is to be: its ending is none of a format`);
}

export function formatNames(): readonly ReportFormat[] {
  return Object.keys(reportFormats) as ReportFormat[];
}

/** What stands before the first `=` is a format, or the whole is a file whose ending tells. */
function parseReport(given: string): ReportFile {
  const [, name = "", rest = ""] = /^(\w+)=(.+)$/s.exec(given) ?? [];
  const format = formatNames().find((each) => each === name);
  if (format) return { format, file: rest };
  if (name !== "") throw unknownFormat(`Cannot write a report as "${name}"`);
  return { format: formatByEnding(given), file: given };
}

function unknownFormat(message: string): KmendError {
  return new KmendError(
    {
      code: "unknown-report-format",
      message,
      hint: `Name one of ${formatNames().join(", ")}, e.g.\n    --report md=report.md`,
    },
    exitCodes.badOptions,
  );
}
