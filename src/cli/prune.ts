import { Command, InvalidArgumentError } from "commander";
import { type LeftFolder, pruneHosts } from "../engine/engine.ts";
import {
  createFileStore,
  factsOf,
  prunable,
  type RunFacts,
  type Store,
  stateFolder,
} from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { reachedAsBefore } from "./flags-before.ts";
import { addConnectionOptions, type RunFlags } from "./run-options.ts";
import { readGround, withWorld } from "./world.ts";

type PruneFlags = RunFlags & {
  readonly keep: number;
  readonly evenUnreachable?: boolean;
};

/** `kmend prune`. */
export function pruneCommand(): Command {
  const command = new Command("prune")
    .description("Let go of old runs that are settled: their journals, and what they keep on their hosts")
    .option(
      "--keep <n>",
      "keep so many of the newest runs that changed hosts, and of those that only looked",
      count,
      30,
    )
    .option("-C, --check", "take nothing away; say what would go, and what is not settled")
    .option("-y, --yes", "do not ask")
    .option("--even-unreachable", "let go of a journal though a host of it could not be reached")
    .option("--state <dir>", "look here instead of $KMEND_STATE or the XDG state folder");
  addConnectionOptions(command)
    .options.find(({ long }) => long === "--limit")
    ?.hideHelp();
  return command
    .addHelpText(
      "after",
      `
Settled is a run that ended well, or of which all that has a way back was taken back. One that failed, stopped in the middle, is being
written or is damaged is never pruned. A run and the rollbacks of it go together. Afterwards nobody can take them back any more.

Examples:
  kmend prune --check
  kmend prune --keep 10 --yes

Exit codes: 0 well, 4 some host's folder is still there and so is its run, 5 bad options`,
    )
    .action(async (flags: PruneFlags) => {
      process.exitCode = await prune(flags);
    });
}

async function prune(flags: PruneFlags): Promise<number> {
  if (flags.limit !== undefined) throw onlyWhole();
  const store = createFileStore(stateFolder(flags.state, process.env));
  const { go, unsettled } = prunable(await allFacts(store), flags.keep);
  for (const { runs, why } of unsettled) console.log(`not settled: ${runs.join(", ")}: ${why}`);
  if (go.length === 0) console.log(`Nothing to prune: no more than ${flags.keep} settled runs of a kind`);
  if (flags.check || go.length === 0) {
    for (const family of go) console.log(`would go: ${family.join(", ")}`);
    return exitCodes.ok;
  }
  await confirm(go.flat().length, flags);
  let exitCode: number = exitCodes.ok;
  for (const run of go.flat()) {
    const left = await pruneRun(store, run, flags);
    if (left.length > 0) exitCode = exitCodes.hostsUnreachable;
  }
  return exitCode;
}

async function allFacts(store: Store): Promise<readonly RunFacts[]> {
  const facts: RunFacts[] = [];
  // One after the other: a journal can be large.
  for (const run of await store.ids()) facts.push(await readFacts(store, run));
  return facts;
}

/** A run whose journal can't even be read is never let go of: hosts may keep something of it. */
async function readFacts(store: Store, run: string): Promise<RunFacts> {
  try {
    return factsOf(await store.read(run));
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    return { ...factsOf({ run, folder: "", events: [], damage: [], writer: null }), isDamaged: true };
  }
}

/** What hosts keep goes first: without the journal nobody would know of it. */
async function pruneRun(store: Store, run: string, flags: PruneFlags): Promise<readonly LeftFolder[]> {
  const { events } = await store.read(run);
  const [first] = events;
  const changes = events.some((event) => event.type === "change:recorded");
  if (first?.type !== "run:started" || !changes) {
    await store.remove(run);
    console.log(`gone: ${run}`);
    return [];
  }
  const ground = await readGround("rollback", reachedAsBefore(first, flags));
  const { journal, recorded } = await store.reopen(run);
  return withWorld(
    ground,
    async (world) => {
      const left = await pruneHosts(recorded.events, world);
      for (const { host, folder, why } of left) console.log(`still there: ${host}: ${folder}: ${why}`);
      if (left.length > 0 && !flags.evenUnreachable) return left;
      await store.remove(run);
      console.log(`gone: ${run}`);
      return [];
    },
    async () => journal,
  );
}

async function confirm(runs: number, { yes }: PruneFlags): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new KmendError(
      {
        code: "needs-yes",
        message: `Cannot ask whether ${runs} runs may go for good: standard input is not a terminal`,
        hint: "See which with --check, then say --yes.",
      },
      exitCodes.badOptions,
    );
  const { confirm: ask } = await import("@inquirer/prompts");
  if (!(await ask({ message: `Let go of ${runs} runs for good?`, default: false })))
    throw new KmendError({ code: "interrupted", message: "Nothing was taken away" }, exitCodes.interrupted);
}

function onlyWhole(): KmendError {
  return new KmendError(
    { code: "bad-options", message: "Cannot prune a part of a run: leave out --limit" },
    exitCodes.badOptions,
  );
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is not a whole number.");
  return Number(text);
}
