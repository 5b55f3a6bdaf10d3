import { watch } from "node:fs";
import { Command } from "commander";
import {
  createFileStore,
  damageLines,
  lastOwn,
  type RecordedRun,
  type Store,
  stateFolder,
} from "../journal/journal.ts";
import { exitCodes } from "../problem/problem.ts";
import { changesTable } from "../report/report.ts";
import { stdoutPaper } from "./paper.ts";
import { chooseReader } from "./reader.ts";
import type { RunFlags } from "./run-options.ts";
import { addOutputOptions } from "./run-options.ts";

type ShowFlags = RunFlags & {
  readonly follow?: boolean;
  readonly changes?: boolean;
  readonly verify?: boolean;
};

/** `kmend show RUN`. */
export function showCommand(): Command {
  const command = new Command("show")
    .description("Read one run from its journal, as it looked while it ran")
    .argument("<run>", "a run's id, a unique beginning of it, or `last`")
    .option("--follow", "go on until the run ends")
    .option("--changes", "list each change, what became of it, and its way back")
    .option("--verify", "hold the journal and all that it keeps against their sums, and show nothing else")
    .option("-D, --diff", "show the diffs of what changed");
  return addOutputOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n  kmend show last\n  kmend show last --changes\n  kmend show last --verify\n\nExit codes: 0 well, 1 no such run, or its journal is damaged",
    )
    .action(async (run: string, flags: ShowFlags) => {
      const store = createFileStore(stateFolder(flags.state, process.env));
      if (flags.verify) {
        process.exitCode = await verify(store, run);
        return;
      }
      const recorded = await store.read(run);
      if (flags.changes) console.log(changesTable(recorded.events));
      else await replay(store, recorded, flags);
      for (const line of damageLines(recorded)) console.error(line);
      if (recorded.damage.some(({ kind }) => kind !== "torn")) process.exitCode = exitCodes.error;
    });
}

/** @returns the exit code: 0 where all of it is as it was written */
async function verify(store: Store, wanted: string): Promise<number> {
  const { run, events, blobs, wrong } = await store.verify(wanted);
  for (const line of wrong) console.error(line);
  if (wrong.length === 0)
    console.log(`${run}: ${events} events and ${blobs} kept texts are as they were written`);
  return wrong.length === 0 ? exitCodes.ok : exitCodes.error;
}

async function replay(store: Store, recorded: RecordedRun, flags: ShowFlags): Promise<void> {
  const reader = chooseReader({ ...flags, output: flags.output ?? "plain" }, stdoutPaper());
  for (const event of recorded.events) reader.read(event);
  if (flags.follow) await follow(store, recorded, (event) => reader.read(event));
  await reader.end();
}

/** Reads again whenever the journal grows, until its last event stands. */
async function follow(
  store: Store,
  recorded: RecordedRun,
  read: (event: RecordedRun["events"][number]) => void,
): Promise<void> {
  let seen = recorded.events.length;
  let hasEnded = lastOwn(recorded.events)?.type === "run:ended";
  const watcher = watch(recorded.folder);
  try {
    while (!hasEnded) {
      await new Promise((resolve) => watcher.once("change", resolve));
      const { events } = await store.read(recorded.run);
      for (const event of events.slice(seen)) read(event);
      seen = events.length;
      hasEnded = lastOwn(events)?.type === "run:ended";
    }
  } finally {
    watcher.close();
  }
}
