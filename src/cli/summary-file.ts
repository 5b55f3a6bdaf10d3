import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Event, Journal } from "../journal/journal.ts";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import { runSummary } from "../report/report.ts";

/** Asked before a run is made: nothing is begun whose summary could not be written. @throws KmendError `summary-unwritable` */
export function checkSummaryFile(file: string | undefined): void {
  if (file === undefined) return;
  const path = resolve(file);
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw unwritable(file, fileReason(cause as NodeJS.ErrnoException), cause);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw unwritable(file, "it is a folder");
}

/** `--summary FILE`: written when the run begins, so that an older one is not taken for it, and again when it has ended. Nobody ever
 *  reads half of one. @param past events of a run that goes on @param warn is told where
 *  it can't be written in the end: the run's own exit code stands @returns how to write it for the last time */
export function keepSummary(
  file: string,
  journal: Journal,
  past: readonly Event[],
  warn: (text: string) => void,
): () => void {
  const { take, written } = runSummary({ run: journal.run, folder: journal.folder });
  for (const event of past) take(event);
  replaceFile(file, written());
  const stop = journal.subscribe((event) => {
    take(event);
    // Where kmend is killed later, it says which run that was, and since when.
    if (event.type === "run:started" || event.type === "run:resumed") tryToReplace();
  });
  return () => {
    stop();
    tryToReplace();
  };

  function tryToReplace(): void {
    try {
      replaceFile(file, written());
    } catch (error) {
      if (!(error instanceof KmendError)) throw error;
      warn(error.message);
    }
  }
}

function replaceFile(file: string, content: unknown): void {
  const path = resolve(file);
  const draft = `${path}.${process.pid}.part`;
  try {
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`);
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw unwritable(file, fileReason(cause as NodeJS.ErrnoException), cause);
  }
}

function unwritable(file: string, why: string, cause?: unknown): KmendError {
  return new KmendError(
    {
      code: "summary-unwritable",
      message: `Cannot write the summary ${file}: ${why}`,
      hint: "Name a file in a folder that you may write with --summary FILE.",
    },
    exitCodes.badOptions,
    cause,
  );
}
