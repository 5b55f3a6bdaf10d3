import { Command } from "commander";
import { runPlaybooks } from "../engine/engine.ts";
import { checkLimit } from "../inventory/inventory.ts";
import type { LoadedPlaybook } from "../playbook/playbook.ts";
import { type Follow, followedBy } from "./followers.ts";
import { isListing, listing } from "./listing.ts";
import { loadAll } from "./load-all.ts";
import { addReportOption, checkReports } from "./report-file.ts";
import {
  addConnectionOptions,
  addListingOptions,
  addLockOption,
  addOutputOptions,
  addPreFlightOption,
  addRefusedOptions,
  addStepOption,
  addTaskOptions,
  addUnattendedOptions,
  type RunFlags,
} from "./run-options.ts";
import { checkSummaryFile } from "./summary-file.ts";
import { checkTelemetry } from "./telemetry.ts";
import { type Ground, readGround, withWorld } from "./world.ts";

/** `kmend run PLAYBOOK...`. */
export function runCommand(): Command {
  const command = new Command("run")
    .description("Run playbooks across the inventory, and be able to take it back")
    .argument("<playbook...>", "playbooks, run one after the other")
    .option("-C, --check", "change nothing; say what would change")
    .option("-D, --diff", "show the diffs of what changes");
  addTaskOptions(addStepOption(addConnectionOptions(command)));
  addUnattendedOptions(addPreFlightOption(addLockOption(command)));
  addRefusedOptions(addReportOption(addOutputOptions(addListingOptions(command))));
  return command
    .addHelpText(
      "after",
      `
Examples:
  kmend run -i inventory/example.yml kmend.playbooks.kmem
  kmend run -i inventory/example.yml kmend.playbooks.detect --limit app_nodes

Exit codes: 0 well, 2 some host failed, 4 some host unreachable or a playbook that does not load, 5 bad options,
            6 max_fail_hosts was reached, 75 --not-after came with hosts left to do, 76 the same and some host is lost,
            99 interrupted`,
    )
    .action(async (paths: string[], flags: RunFlags) => {
      const playbooks = await loadAll(paths, flags);
      if (isListing(flags)) console.log(await listing(paths, playbooks, flags));
      else if (flags.syntaxCheck) console.log(paths.map((path) => `\nplaybook: ${path}`).join("\n"));
      if (isListing(flags) || flags.syntaxCheck) return;
      const ground = await readGround("run", flags);
      process.exitCode = await runOver(playbooks, ground, flags);
    });
}

/** @param follow how it is shown; as the flags ask for, by default */
export async function runOver(
  playbooks: readonly LoadedPlaybook[],
  ground: Ground,
  flags: RunFlags,
  follow: Follow = followedBy(flags),
): Promise<number> {
  checkLimit(ground.inventory, ground.options.limit);
  checkSummaryFile(flags.summary);
  await checkTelemetry(flags);
  checkReports(flags.report);
  return withWorld(ground, (world, journal) =>
    follow(world, journal, async (followed) => {
      const { exitCode } = await runPlaybooks(playbooks, followed);
      return exitCode;
    }),
  );
}
