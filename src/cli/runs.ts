import { Command, Option } from "commander";
import { createFileStore, stateFolder } from "../journal/journal.ts";
import { runsTable } from "../report/report.ts";

/** `kmend runs`. */
export function runsCommand(): Command {
  return new Command("runs")
    .description("List the runs, newest first: what ran, on how many hosts, how it ended")
    .option("--state <dir>", "look here instead of $KMEND_STATE or the XDG state folder")
    .addOption(
      new Option("--output <kind>", "show as plain or json").choices(["plain", "json"]).default("plain"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  kmend runs\n  kmend runs --output json\n\nExit codes: 0 well, 1 error",
    )
    .action(async (flags: { state?: string; output: string }) => {
      const runs = await createFileStore(stateFolder(flags.state, process.env)).list();
      if (flags.output === "json") console.log(JSON.stringify(runs, null, 2));
      else
        console.log(
          runs.length > 0
            ? runsTable(runs)
            : "No run has been recorded yet. Start one with\n    kmend run PLAYBOOK",
        );
    });
}
