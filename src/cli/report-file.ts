/** Reports that go to files: what `--report` and `kmend report --out` name, asked before anything is begun, and written whole or not. */

import { accessSync, chmodSync, constants, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { Event, Journal } from "../journal/journal.ts";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import { accountKeeper, type ReportFormat, reportFormats, writtenReport } from "../report/report.ts";

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
  for (const { file } of reports) checkFile(file);
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

/** 0600, and nobody ever reads half of one. @throws KmendError `report-unwritable` */
export function writeReport(file: string, text: string): void {
  const path = resolve(file);
  const draft = `${path}.${process.pid}.part`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw unwritable(file, fileReason(cause as NodeJS.ErrnoException), cause);
  }
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
  if (name !== "" && !name.includes(".")) throw unknownFormat(`Cannot write a report as "${name}"`);
  return { format: formatByEnding(given), file: given };
}

function checkFile(file: string): void {
  const path = resolve(file);
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw unwritable(file, fileReason(cause as NodeJS.ErrnoException), cause);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw unwritable(file, "it is a folder");
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

function unwritable(file: string, why: string, cause?: unknown): KmendError {
  return new KmendError(
    {
      code: "report-unwritable",
      message: `Cannot write the report ${file}: ${why}`,
      hint: "Name a file in a folder that you may write.",
    },
    exitCodes.badOptions,
    cause,
  );
}
