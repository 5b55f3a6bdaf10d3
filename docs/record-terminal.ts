/**
 * Makes docs/pictures/terminal.svg, and its last picture alone, from a real run on a lab: `node docs/record-terminal.ts`. Raises the lab, lets pods leak, records
 * what is typed, keeps the journals of its runs beside it, and takes the lab down. Needs what `kmend lab up` needs.
 */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore } from "../src/journal/journal.ts";
import { plainEnvironment } from "../test/environment.ts";
import {
  keepJournal,
  recordedCommands,
  recordingOf,
  screenSize,
  titles,
  typed,
} from "./terminal/recording.ts";
import { type Ran, typeInto } from "./terminal/session.ts";
import { svgOf } from "./terminal/svg.ts";

const root = join(import.meta.dirname, "..");
const lab = "--name recording";

const before = [
  `shopt -s expand_aliases; alias kmend='"${process.execPath}" "${join(root, "src/cli/main.ts")}"'`,
  `kmend lab up --nodes 6 ${lab} --inventory fleet.yml`,
  `kmend lab pods create 40 ${lab}`,
  `kmend lab pods delete 40 ${lab}`,
];
const shown = Object.values(typed);

const folder = mkdtempSync(join(tmpdir(), "kmend-recording-"));
try {
  symlinkSync(join(root, "playbooks"), join(folder, "playbooks"));
  const state = join(folder, "state");
  const ran = await typeInto([...before, ...shown, `kmend lab down ${lab}`], {
    ...screenSize,
    cwd: folder,
    env: { ...plainEnvironment((name) => name === "KMEND_LAB_CACHE"), KMEND_STATE: state },
    timeoutMs: 600_000,
  });
  const recorded = ran.slice(before.length, before.length + shown.length);
  refuseFailed(ran);
  await keepJournals(state);
  const frames = await recordingOf(recorded);
  const pictures = join(import.meta.dirname, "pictures");
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(pictures, "terminal.svg"), svgOf(frames, titles));
  // For who wants nothing to move: browsers do not tell a picture in a page that.
  writeFileSync(join(pictures, "terminal-still.svg"), svgOf(frames.slice(-1), titles));
  const seconds = frames.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  console.log(`docs/pictures/terminal.svg: ${frames.length} pictures, ${seconds.toFixed(1)} s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** There is one of each: a run that only checks is none of these. */
async function keepJournals(state: string): Promise<void> {
  const store = createFileStore(state);
  const runs = await store.list();
  for (const command of recordedCommands) {
    const made = runs.find((run) => run.command === command);
    if (made) keepJournal(command, (await store.read(made.run)).events);
  }
}

/** A recording shows what works: the scan finds leaks, the rest ends well. */
function refuseFailed(ran: readonly Ran[]): void {
  for (const { command, status, chunks } of ran) {
    if (status === 0 || (status === 3 && command.startsWith("kmend scan"))) continue;
    throw new Error(`${command} ended with ${status}, wanted 0:\n${chunks.map(({ text }) => text).join("")}`);
  }
}
