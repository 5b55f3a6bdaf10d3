import { Command, Option } from "commander";
import { checkLimit } from "../inventory/inventory.ts";
import { planTerms } from "../plan/plan.ts";
import { planSummary, wrapAll } from "../report/report.ts";
import { durationMs } from "./duration.ts";
import { foretell } from "./foretell.ts";
import { loadAll } from "./load-all.ts";
import { stdoutPaper } from "./paper.ts";
import { checkPlanFile, makePlan, sumOfInventory, writePlan } from "./plan-out.ts";
import { chooseReader } from "./reader.ts";
import { addReportOption, checkReports } from "./report-file.ts";
import {
  addConnectionOptions,
  addLockOption,
  addOutputOptions,
  addRefusedOptions,
  addTaskOptions,
  addWindowOption,
  addYesOption,
  type RunFlags,
} from "./run-options.ts";
import { addTelemetryOptions, checkTelemetry } from "./telemetry.ts";
import { readGround } from "./world.ts";

type PlanFlags = RunFlags & { readonly out?: string; readonly validFor: number };

/** `kmend plan PLAYBOOK...`: a dry run that says what will come of each task, with which way back; kept as a file, it can be applied. */
export function planCommand(): Command {
  const command = new Command("plan")
    .description("Show what playbooks would change, on which host, with what way back; changes nothing")
    .argument("<playbook...>", "playbooks, asked one after the other")
    .option("--out <file>", "write the plan there, for `kmend apply`")
    .addOption(
      new Option("--valid-for <duration>", "how long the written plan may be applied, e.g. 2h")
        .argParser(durationMs)
        .default(durationMs("24h"), "24h"),
    );
  addTelemetryOptions(
    addYesOption(addWindowOption(addLockOption(addTaskOptions(addConnectionOptions(command))))),
  );
  addRefusedOptions(addReportOption(addOutputOptions(command)));
  return command
    .addHelpText(
      "after",
      `
Examples:
  kmend plan -i inventory/example.yml kmend.playbooks.kmem
  kmend plan -i inventory/example.yml kmend.playbooks.kmem --out plan.json

Exit codes: 0 well, 2 some host would fail, 4 some host unreachable or a playbook that does not load, 5 bad options`,
    )
    .action(async (paths: string[], flags: PlanFlags) => {
      const playbooks = await loadAll(paths, flags);
      checkReports(flags.report);
      checkPlanFile(flags.out);
      await checkTelemetry(flags);
      const ground = await readGround("plan", flags);
      checkLimit(ground.inventory, ground.options.limit);
      const sum = sumOfInventory(ground, playbooks);
      const { events, exitCode } = await foretell(
        playbooks,
        ground,
        chooseReader({ ...flags, diff: true }, stdoutPaper()),
        flags.report,
        flags,
      );
      process.exitCode = exitCode;
      const isRead = flags.output !== "json" && flags.output !== "ndjson";
      if (isRead) say(planSummary(events));
      if (flags.out === undefined) return;
      const plan = await makePlan(events, {
        playbooks,
        ground,
        validForMs: flags.validFor,
        inventorySum: sum,
      });
      writePlan(flags.out, plan);
      if (isRead) say(planTerms(plan, flags.out));
    });
}

/** On a terminal no word is cut in two; in a log a line stays one. */
function say(text: string): void {
  const { isTTY, columns } = process.stdout;
  console.log(`${isTTY ? wrapAll(text.split("\n"), columns || 80).join("\n") : text}\n`);
}
