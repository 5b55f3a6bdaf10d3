/** Hosts as they answer: whether each was reached and read, while the scan goes on. */

import { harmless, type Reader } from "../report/report.ts";

/** Up to so many hosts have a line each; of more, only those that could not be read, and how far it is. */
const mostLines = 20;

export function scanReader(paper: { write(text: string): void }): Reader {
  const say = (text: string): void => paper.write(`${harmless(text)}\n`);
  let [all, read] = [0, 0];
  return {
    read(event) {
      if (event.type === "play:started") {
        all = event.hosts.length;
        say(
          `Reaching ${all} ${all === 1 ? "host" : "hosts"} and reading their evidence; nothing is changed:`,
        );
      }
      if (event.type !== "task:ended") return;
      const isLost = event.outcome === "failed" || event.outcome === "unreachable";
      if (!isLost && event.task.module !== "kmend.kmem.evidence") return;
      read += 1;
      if (isLost) say(`  ${event.host}: ${event.outcome}`);
      else if (all <= mostLines) say(`  ${event.host}: reached, and read`);
      else if (read % Math.ceil(all / 10) === 0 || read === all) say(`  ${read} of ${all} read`);
    },
    end: () => {},
  };
}
