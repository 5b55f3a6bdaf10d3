/** How far a dry run is: it may take minutes, and its result is shown when it is whole. */

import { cut, firstHosts, harmless, type Reader } from "../report/report.ts";

/** One line that is drawn over, and gone in the end. */
export function dryRunLine(paper: { write(text: string): void; readonly columns: number }): Reader {
  const draw = (text: string): void => paper.write(`\r\u001b[2K${text}`);
  let asked = 0;
  return {
    read(event) {
      if (event.type !== "task:started") return;
      asked += 1;
      const text = `  task ${asked.toLocaleString("en")}: ${event.task.name} (${firstHosts(event.hosts, 4)})`;
      draw(cut(harmless(text), paper.columns - 1));
    },
    end: () => draw(""),
  };
}

/** A line for each batch; for screen readers. */
export function dryRunBatches(paper: { write(text: string): void }): Reader {
  let batch: readonly string[] = [];
  return {
    read(event) {
      if (event.type === "batch:started") batch = event.hosts;
      if (event.type === "batch:ended") paper.write(`  asked: ${harmless(firstHosts(batch))}\n`);
    },
    end: () => {},
  };
}
