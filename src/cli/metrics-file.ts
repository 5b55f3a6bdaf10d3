/** `--metrics-file FILE`: metrics for node_exporter's textfile collector. Nobody ever reads half of a file, and who collects may read it. */

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Event, Journal } from "../journal/journal.ts";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import type { ScannedHost } from "../report/report.ts";
import { exposition, type Family, runFamilies, runState, scanFamilies } from "../telemetry/telemetry.ts";
import { folderReason } from "./written-file.ts";

/** The collector runs as a user of its own; there is nothing secret in it. */
const rights = 0o644;
/** Hundreds of hosts that wait at once are written down together. */
const togetherMs = 500;

/** Asked before a run is made: nothing is begun whose metrics could not be written. @throws KmendError `metrics-unwritable` */
export function checkMetricsFile(file: string | undefined): void {
  if (file === undefined) return;
  const path = resolve(file);
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw unwritable(file, folderReason(folder, cause as NodeJS.ErrnoException), cause);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw unwritable(file, "it is a folder");
}

/** Written when the run begins, at each batch's end and when it has ended; and soon after it begins or ceases to wait, as then nothing
 *  else may happen for long. @param past events of a run that goes on
 *  @param warn is told where it can't be written in the end: the run's own exit code stands
 *  @returns how to write it for the last time */
export function keepMetricsFile(
  file: string,
  journal: Pick<Journal, "subscribe">,
  past: readonly Event[],
  warn: (text: string) => void,
): () => void {
  const { state, take } = runState();
  for (const event of past) take(event);
  const write = (): void => tryToWrite(file, runFamilies(state), () => {});
  const waits = (): string => `${state.soakUntil} ${state.lockWaits.size}`;
  let soon: NodeJS.Timeout | undefined;
  // A resume that is refused begins nothing, and leaves the file as it was.
  let hasBegun = false;
  const stop = journal.subscribe((event) => {
    hasBegun = true;
    const before = waits();
    take(event);
    if (isMilestone(event)) write();
    else if (waits() !== before) soon ??= setTimeout(later, togetherMs);
  });
  function later(): void {
    soon = undefined;
    write();
  }
  return () => {
    stop();
    clearTimeout(soon);
    if (hasBegun) tryToWrite(file, runFamilies(state), warn);
  };
}

/** The same of a scan, which may measure twice: of the newer one, and in the end with what was found.
 *  @param warn is told where it can't be written in the end */
export function keepScanMetrics(
  file: string,
  warn: (text: string) => void,
): { take(event: Event): void; end(exitCode: number, hosts: readonly ScannedHost[]): void } {
  let run = runState();
  return {
    take(event) {
      if (event.type === "run:started") run = runState();
      run.take(event);
      if (event.type === "run:started") tryToWrite(file, runFamilies(run.state), () => {});
    },
    end(exitCode, hosts) {
      const found = hosts.length > 0 ? scanFamilies(hosts, run.state.lastAt) : [];
      tryToWrite(file, [...runFamilies(run.state, exitCode), ...found], warn);
    },
  };
}

function isMilestone({ type }: Event): boolean {
  return type === "run:started" || type === "run:resumed" || type === "batch:ended" || type === "run:ended";
}

function tryToWrite(file: string, families: readonly Family[], warn: (text: string) => void): void {
  try {
    // By its file's name two runs whose files lie in one folder differ: the same series twice fail the whole scrape.
    replaceFile(file, exposition(families, "prometheus", { file: basename(file, ".prom") }));
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    warn(error.message);
  }
}

/** The draft does not end in `.prom`: the collector passes it over. */
function replaceFile(file: string, text: string): void {
  const path = resolve(file);
  const draft = `${path}.${process.pid}.part`;
  try {
    rmSync(draft, { force: true });
    const descriptor = openSync(draft, "wx", rights);
    try {
      fchmodSync(descriptor, rights);
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw unwritable(file, fileReason(cause as NodeJS.ErrnoException), cause);
  }
}

function unwritable(file: string, why: string, cause?: unknown): KmendError {
  return new KmendError(
    {
      code: "metrics-unwritable",
      message: `Cannot write the metrics ${file}: ${why}`,
      hint: "Name a file in a folder that you may write with --metrics-file FILE.",
    },
    exitCodes.badOptions,
    cause,
  );
}
