import { Command, Option } from "commander";
import { createFileStore, damageLines, stateFolder } from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { accountOf, ansibleShape, type ReportFormat, writtenReport } from "../report/report.ts";
import { checkReports, formatByEnding, formatNames, writeReport } from "./report-file.ts";

interface ReportFlags {
  readonly format?: ReportFormat;
  readonly shape?: "kmend" | "ansible";
  readonly out?: string;
  readonly state?: string;
}

/** `kmend report RUN`. */
export function reportCommand(): Command {
  return new Command("report")
    .description(
      "Write what came of a run, a plan or a rollback, for people who were not there and for programs",
    )
    .argument("<run>", "a run's id, a unique beginning of it, or `last`")
    .addOption(
      new Option("--format <format>", "write it so (default: as the ending of --out says, else md)").choices(
        formatNames(),
      ),
    )
    .addOption(
      new Option("--shape <shape>", "of json: kmend's own, or that of Ansible's json callback")
        .choices(["kmend", "ansible"])
        .default("kmend"),
    )
    .option("--out <file>", "write it there, for you alone to read (0600), in place of showing it")
    .option("--state <dir>", "read runs here instead of $KMEND_STATE or the XDG state folder")
    .addHelpText(
      "after",
      "\nExamples:\n  kmend report last\n  kmend report last --out report.html\n\nExit codes: 0 well, 1 no such run, or its journal is damaged, 5 bad options",
    )
    .action(async (run: string, flags: ReportFlags) => {
      const format = flags.format ?? (flags.out === undefined ? "md" : formatByEnding(flags.out));
      if (flags.shape === "ansible" && format !== "json") throw shapeless(format);
      if (flags.out !== undefined) checkReports([`${format}=${flags.out}`]);
      const recorded = await createFileStore(stateFolder(flags.state, process.env)).read(run);
      const isLive = recorded.writer !== null;
      const text =
        flags.shape === "ansible"
          ? ansibleShape(recorded.events)
          : writtenReport(accountOf(recorded.events, { isLive }), format);
      if (flags.out === undefined) process.stdout.write(text);
      else writeReport(flags.out, text);
      for (const line of damageLines(recorded)) console.error(line);
      if (recorded.damage.some(({ kind }) => kind !== "torn")) process.exitCode = exitCodes.error;
    });
}

function shapeless(format: ReportFormat): KmendError {
  return new KmendError(
    {
      code: "shape-without-json",
      message: `Cannot write ${format} in Ansible's shape: only json has one`,
      hint: "Ask for it with\n    --format json --shape ansible",
    },
    exitCodes.badOptions,
  );
}
