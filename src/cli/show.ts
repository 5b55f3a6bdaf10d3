import { Command } from "commander";
import {
  createFileStore,
  damageLines,
  type Event,
  lastOwn,
  type RecordedRun,
  type Store,
  stateFolder,
} from "../journal/journal.ts";
import { exitCodes } from "../problem/problem.ts";
import { changesTable } from "../report/report.ts";
import { followRun, hasEnded } from "./follow-run.ts";
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
      "\nExamples:\n  kmend show last\n  kmend show last --changes\n  kmend show last --verify\n\nExit codes: 0 well, 1 no such run, or its journal is damaged, 99 interrupted while it was followed",
    )
    .action(async (run: string, flags: ShowFlags) => {
      const store = createFileStore(stateFolder(flags.state, process.env));
      if (flags.verify) {
        process.exitCode = await verify(store, run);
        return;
      }
      let recorded = await store.read(run);
      if (flags.changes) console.log(changesTable(recorded.events));
      else recorded = await replay(store, recorded, flags);
      if (flags.output !== "json" && flags.output !== "ndjson") tellHowItStands(recorded);
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

/** Shows what is over as it stands in the end, and, followed, what goes on as it goes on. */
async function replay(store: Store, recorded: RecordedRun, flags: ShowFlags): Promise<RecordedRun> {
  const isFollowed = flags.follow === true && !hasEnded(recorded);
  const begun = isFollowed ? underWay(recorded.events) : recorded.events.length;
  let isNow = false;
  const reader = chooseReader(flags, stdoutPaper(), { isNow: () => isNow });
  for (const [at, event] of recorded.events.entries()) {
    isNow = at >= begun;
    reader.read(event);
  }
  isNow = true;
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  process.once("SIGINT", leave);
  try {
    if (!isFollowed) return recorded;
    return await followRun(store, recorded, { read: (event) => reader.read(event), stop: stop.signal });
  } finally {
    process.off("SIGINT", leave);
    await reader.end();
    if (stop.signal.aborted) process.exitCode = exitCodes.interrupted;
  }
}

/** Where the task begins that is going on, or the soak. */
function underWay(events: readonly Event[]): number {
  const at = events.findLastIndex(({ type }) => type === "task:started" || type === "soak:started");
  return at < 0 ? events.length : at;
}

/** What becomes of a run without a last word is up to whoever reads of it. */
function tellHowItStands({ run, events, writer }: RecordedRun): void {
  const [first] = events;
  if (lastOwn(events)?.type === "run:ended" || first?.type !== "run:started") return;
  if (writer) console.error(`It is running. Follow it with\n    kmend show ${run} --follow`);
  else if ((first.command === "run" || first.command === "apply") && !first.check)
    console.error(
      `It stopped without a last word. Go on with it, or take it back:\n    kmend resume ${run}\n    kmend rollback ${run}`,
    );
  else console.error("It stopped without a last word.");
}
