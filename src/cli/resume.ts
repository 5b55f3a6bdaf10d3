import { Command, Option } from "commander";
import { type InFlight, resumeRun } from "../engine/engine.ts";
import {
  checkNotPruned,
  createFileStore,
  type Events,
  type RecordedRun,
  stateFolder,
} from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { asBefore } from "./flags-before.ts";
import { type Follow, followedBy } from "./followers.ts";
import { loadAll } from "./load-all.ts";
import { addReportOption, checkReports } from "./report-file.ts";
import {
  addConnectionOptions,
  addLockOption,
  addOnFailureOption,
  addOutputOptions,
  addPreFlightOption,
  addStepOption,
  addUnattendedOptions,
  type RunFlags,
} from "./run-options.ts";
import { sayLimit } from "./said-limit.ts";
import { checkSummaryFile } from "./summary-file.ts";
import { checkTelemetry } from "./telemetry.ts";
import { readGround, withWorld } from "./world.ts";

type ResumeFlags = RunFlags & {
  readonly inFlight?: InFlight;
  readonly retryFailed?: boolean;
  readonly allowChanges?: boolean;
};

/** `kmend resume RUN`. */
export function resumeCommand(): Command {
  const command = new Command("resume")
    .description("Go on with a run that stopped: after a crash, a lost link or Ctrl-C")
    .argument("<run>", "a run's id, a unique beginning of it, or `last`")
    .optionsGroup("Going on:")
    .addOption(
      new Option(
        "--in-flight <what>",
        "a command that was under way, of which nobody knows whether it ran: retry, skip or fail it",
      ).choices(["retry", "skip", "fail"]),
    )
    .option("--retry-failed", "try tasks again that hosts failed at")
    .option("--allow-changes", "go on though the playbook's files were changed since");
  addConnectionOptions(addPreFlightOption(addLockOption(command)));
  return addReportOption(addOutputOptions(addUnattendedOptions(addOnFailureOption(addStepOption(command)))))
    .addHelpText(
      "after",
      `
What the run recorded as done is not done again. Options are those that it began with, unless given anew; variables of -e are
in no journal: give them again. --limit @unreachable or @failed takes up only the hosts that the run lost or that failed.

Examples:
  kmend resume last
  kmend resume last --limit @unreachable

Exit codes: as those of \`kmend run\`; 5 where the run cannot be gone on with`,
    )
    .action(async (run: string, flags: ResumeFlags) => {
      process.exitCode = await resume(run, flags);
    });
}

/** @param follow how it is shown; as its flags ask for, by default */
export async function resume(run: string, given: ResumeFlags, follow?: Follow): Promise<number> {
  const store = createFileStore(stateFolder(given.state, process.env));
  const recorded = await store.read(run);
  const first = firstOf(recorded);
  checkNotPruned(recorded);
  const { limit: narrowed, ...others } = given;
  const flags = asBefore(first, others);
  const playbooks = await loadAll(first.playbooks, flags);
  const ground = await readGround(first.command, flags);
  if (narrowed !== "@unreachable" && narrowed !== "@failed") sayLimit(ground.inventory, narrowed);
  checkSummaryFile(flags.summary);
  await checkTelemetry(flags);
  checkReports(flags.report);
  const { journal, recorded: before } = await store.reopen(recorded.run);
  return withWorld(
    ground,
    (world) =>
      (follow ?? followedBy(flags))(
        world,
        journal,
        async (followed) => {
          const { exitCode } = await resumeRun(playbooks, before.events, followed, {
            ...(narrowed === undefined ? {} : { limit: narrowed }),
            retryFailed: given.retryFailed ?? false,
            allowChanges: given.allowChanges ?? false,
            blob: (sha256) => store.blob(recorded.run, sha256),
          });
          return exitCode;
        },
        before.events,
      ),
    async () => journal,
  );
}

function firstOf({ run, events }: RecordedRun): Events["run:started"] {
  const [first] = events;
  if (first?.type === "run:started") return first;
  throw new KmendError(
    {
      code: "nothing-to-resume",
      message: `Cannot go on with ${run}: its journal has no beginning, so no host was touched`,
      hint: "Start it again.",
    },
    exitCodes.badOptions,
  );
}
