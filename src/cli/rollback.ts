import { Command } from "commander";
import { type RollbackOptions, rollbackRun } from "../engine/engine.ts";
import {
  checkNotPruned,
  checkWhole,
  createFileStore,
  isLive,
  type Store,
  stateFolder,
} from "../journal/journal.ts";
import { reachedAsBefore } from "./flags-before.ts";
import { type Follow, followedBy } from "./followers.ts";
import { addReportOption, checkReports } from "./report-file.ts";
import {
  addConnectionOptions,
  addFollowerOptions,
  addLockOption,
  addOutputOptions,
  type RunFlags,
} from "./run-options.ts";
import { sayLimit } from "./said-limit.ts";
import { checkSummaryFile } from "./summary-file.ts";
import { checkTelemetry } from "./telemetry.ts";
import { readGround, withWorld } from "./world.ts";

type RollbackFlags = RunFlags & {
  readonly to?: string;
  readonly evenDamaged?: boolean;
  readonly force?: boolean;
  readonly handlers?: boolean;
};

/** `kmend rollback RUN`. */
export function rollbackCommand(): Command {
  const command = new Command("rollback")
    .description("Take back what a run changed, newest change first, and compare with what was recorded")
    .argument("<run>", "a run's id, a unique beginning of it, or `last`")
    .option("--to <task>", "go back only to just before this task, by its name")
    .option("--even-damaged", "take back what can be read of a journal that is not as it was written")
    .option("--force", "take back also what somebody else changed since; theirs is kept on the host first")
    .option("--no-handlers", "leave out the handlers that the changes had notified")
    .option("-C, --check", "change nothing; say what would be taken back");
  return addReportOption(addOutputOptions(addFollowerOptions(addConnectionOptions(addLockOption(command)))))
    .addHelpText(
      "after",
      `
Examples:
  kmend rollback last --check
  kmend rollback last --limit app-1

Exit codes: 0 taken back and compared, 2 some change could not be, 4 some host unreachable, 5 bad options`,
    )
    .action(async (run: string, flags: RollbackFlags) => {
      process.exitCode = await rollback(run, flags);
    });
}

/** Scans and plans are runs too, and change nothing: `last` is the last one that there is something to take back of. */
async function lastThatChanged(store: Store): Promise<string> {
  const runs = await store.list();
  return runs.find((each) => each.recorded > 0 && each.command !== "rollback")?.run ?? "last";
}

/** Reverting twice would not restore: what stands there now may be somebody's newer work. */
async function rollbacksBefore(store: Store, run: string): Promise<RollbackOptions["earlier"]> {
  const rollbacks = (await store.list()).filter((each) => each.of === run).reverse();
  const journals = await Promise.all(rollbacks.map((each) => store.read(each.run)));
  return journals.map(({ events }) => events);
}

/** @param follow how it is shown; as the flags ask for, by default */
export async function rollback(
  run: string,
  flags: RollbackFlags,
  follow: Follow = followedBy(flags),
): Promise<number> {
  const store = createFileStore(stateFolder(flags.state, process.env));
  const recorded = await store.read(run === "last" ? await lastThatChanged(store) : run);
  if (recorded.writer) throw isLive(recorded.run, recorded.writer);
  if (!flags.evenDamaged) checkWhole(recorded);
  checkNotPruned(recorded);
  const earlier = await rollbacksBefore(store, recorded.run);
  const [begun] = recorded.events;
  // The run knows its own inventory and how it reached its hosts: only what has changed since must be said again.
  const ground = await readGround(
    "rollback",
    begun?.type === "run:started" ? reachedAsBefore(begun, flags) : flags,
  );
  sayLimit(ground.inventory, flags.limit);
  checkSummaryFile(flags.summary);
  await checkTelemetry(flags);
  checkReports(flags.report);
  return withWorld(ground, (world, journal) =>
    follow(world, journal, async (followed) => {
      const { exitCode } = await rollbackRun(recorded.events, followed, {
        ...(flags.limit === undefined ? {} : { limit: flags.limit }),
        ...(flags.to === undefined ? {} : { to: flags.to }),
        ...(earlier ? { earlier } : {}),
        force: flags.force ?? false,
        handlers: flags.handlers ?? true,
        blob: (sha256) => store.blob(recorded.run, sha256),
      });
      return exitCode;
    }),
  );
}
