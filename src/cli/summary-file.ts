import type { Event, Journal } from "../journal/journal.ts";
import { KmendError } from "../problem/problem.ts";
import { runSummary } from "../report/report.ts";
import { checkWritable, type Writing, writeWhole } from "./written-file.ts";

const writing: Writing = {
  code: "summary-unwritable",
  noun: "summary",
  hint: "Name a file in a folder that you may write with --summary FILE.",
};

/** Asked before a run is made: nothing is begun whose summary could not be written. @throws KmendError `summary-unwritable` */
export function checkSummaryFile(file: string | undefined): void {
  if (file !== undefined) checkWritable(file, writing);
}

/** `--summary FILE`: written when the run begins, so that an older one is not taken for it, and again when it has ended. Nobody ever
 *  reads half of one. A resume that is refused begins nothing, and leaves the file as it was. @param past events of a run that goes
 *  on @param warn is told where it can't be written in the end: the run's own exit code stands @returns how to write it for the last
 *  time */
export function keepSummary(
  file: string,
  journal: Journal,
  past: readonly Event[],
  warn: (text: string) => void,
): () => void {
  const { take, written } = runSummary({ run: journal.run, folder: journal.folder });
  for (const event of past) take(event);
  let hasBegun = past.length === 0;
  if (hasBegun) replaceFile(file, written());
  const stop = journal.subscribe((event) => {
    take(event);
    // Where kmend is killed later, it says which run that was, and since when.
    if (event.type !== "run:started" && event.type !== "run:resumed") return;
    hasBegun = true;
    tryToReplace();
  });
  return () => {
    stop();
    if (hasBegun) tryToReplace();
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
  writeWhole(file, `${JSON.stringify(content, null, 2)}\n`, writing);
}
