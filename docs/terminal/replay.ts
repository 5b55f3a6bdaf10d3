/** Shows a kept run by the readers of today: `node docs/terminal/replay.ts scan|run|rollback`, on a terminal. Its waits are cut short. */

import { setTimeout as sleep } from "node:timers/promises";
import { stdoutPaper } from "../../src/cli/paper.ts";
import { chooseReader } from "../../src/cli/reader.ts";
import { hostsFound, scanPage } from "../../src/cli/scan.ts";
import type { Event } from "../../src/journal/journal.ts";
import { keptJournal, type RecordedCommand } from "./recording.ts";

/** Long enough that what is alive is drawn, at the longest waits that the run had. */
const [waitMs, waits] = [250, 6];

const command = process.argv[2] as RecordedCommand;
const events = keptJournal(command);
if (command === "scan") console.log(scanPage(hostsFound(events, new Map())));
else await follow(events);

async function follow(events: readonly Event[]): Promise<void> {
  const reader = chooseReader({}, stdoutPaper());
  const times = events.map(({ at }) => Date.parse(at));
  const gaps = times.map((at, i) => at - (times[i - 1] ?? at));
  const worthMs = gaps.toSorted((a, b) => b - a)[waits - 1] ?? 0;
  for (const [i, event] of events.entries()) {
    await sleep((gaps[i] ?? 0) >= worthMs ? waitMs : 0);
    // What is alive counts from now.
    reader.read({ ...event, at: new Date().toISOString() });
  }
  await reader.end();
}
