/** `--summary FILE`, without a process: when it is written, and what is said where it cannot be. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checkSummaryFile, keepSummary } from "../../src/cli/summary-file.ts";
import type { Event, Journal } from "../../src/journal/journal.ts";
import { begun, madeUpJournal } from "../report/recorded.ts";

/** A journal that only tells. */
function telling(): { readonly journal: Journal; tell(event: Event | undefined): void } {
  const hearing = new Set<(event: Event) => void>();
  const journal = {
    run: begun.run,
    folder: "/runs/1",
    subscribe(hear: (event: Event) => void) {
      hearing.add(hear);
      return () => hearing.delete(hear);
    },
  } as Partial<Journal> as Journal;
  return {
    journal,
    tell: (event) => {
      if (event) for (const hear of hearing) hear(event);
    },
  };
}

t.test("an older one is replaced before anything else, and then when the run begins and ends", async (t) => {
  const folder = t.testdir({ file: '{"run": "an older one"}' });
  const file = join(folder, "file");
  const read = () => JSON.parse(readFileSync(file, "utf8"));
  const { events, add } = madeUpJournal();
  add("run:started", begun);
  add("run:ended", { exitCode: 0, recap: {}, seconds: 1, reason: "done" });
  add("run:ended", { exitCode: 2, recap: {}, seconds: 1, reason: "failed" });
  const { journal, tell } = telling();
  const end = keepSummary(file, journal, [], () => {});
  t.match(read(), { run: begun.run, folder: "/runs/1", state: "running", playbooks: [] });
  tell(events[0]);
  t.match(read(), { state: "running", playbooks: ["site.yml"] });
  tell(events[1]);
  t.match(read(), { state: "running" }, "its end may not be the last word");
  end();
  t.match(read(), { state: "ended", exitCode: 0 });
  tell(events[2]);
  end();
  t.match(read(), { exitCode: 0 }, "then it is over");
});

t.test("where it can't be, that is said before the run; in the end it is told, and no more", async (t) => {
  const folder = t.testdir({});
  const file = join(folder, "sub/file");
  t.match(
    t.throws(() => checkSummaryFile(file)),
    { problems: [{ code: "summary-unwritable" }], exitCode: 5 },
  );
  t.doesNotThrow(() => checkSummaryFile(undefined));
  mkdirSync(join(folder, "sub"));
  checkSummaryFile(file);
  const warned: string[] = [];
  const end = keepSummary(file, telling().journal, [], (text) => warned.push(text));
  rmSync(join(folder, "sub"), { recursive: true });
  writeFileSync(join(folder, "sub"), "");
  end();
  t.match(warned, [/Cannot write the summary .*sub\/file: /]);
});
