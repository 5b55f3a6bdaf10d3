import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { runPlaybooks } from "../engine/engine.ts";
import type { Event } from "../journal/journal.ts";
import { planSummary } from "../report/report.ts";
import { warn } from "./followers.ts";
import { loadAll } from "./load-all.ts";
import { stdoutPaper } from "./paper.ts";
import { chooseReader, withReader } from "./reader.ts";
import { addReportOption, checkReports, withReports } from "./report-file.ts";
import {
  addConnectionOptions,
  addOutputOptions,
  addRefusedOptions,
  addTaskOptions,
  type RunFlags,
} from "./run-options.ts";
import { readGround, withWorld } from "./world.ts";

/** `kmend plan PLAYBOOK...`: `run --check --diff`, and a summary that says what with which way back. */
export function planCommand(): Command {
  const command = new Command("plan")
    .description("Show what playbooks would change, on which host, with what way back; changes nothing")
    .argument("<playbook...>", "playbooks, asked one after the other")
    .option("--out <file>", "write the plan there: the events of the dry run, a JSON line each");
  addRefusedOptions(addReportOption(addOutputOptions(addTaskOptions(addConnectionOptions(command)))));
  return command
    .addHelpText(
      "after",
      `
Examples:
  kmend plan -i inventory/example.yml playbooks/kmem.yml
  kmend plan -i inventory/example.yml playbooks/kmem.yml --limit app_nodes --out plan.ndjson

Exit codes: 0 well, 2 some host would fail, 4 some host unreachable or a playbook that does not load, 5 bad options`,
    )
    .action(async (paths: string[], flags: RunFlags & { readonly out?: string }) => {
      const playbooks = await loadAll(paths, flags);
      checkReports(flags.report);
      const ground = await readGround("plan", flags, { check: true, diff: true });
      const events: Event[] = [];
      process.exitCode = await withWorld(ground, async (world, journal) => {
        journal.subscribe((event) => events.push(event));
        const ask = async () => (await runPlaybooks(playbooks, world)).exitCode;
        const show = () => withReader(chooseReader({ ...flags, diff: true }, stdoutPaper()), journal, ask);
        return withReports(flags.report, journal, show, { warn });
      });
      if (flags.output !== "json" && flags.output !== "ndjson") console.log(`${planSummary(events)}\n`);
      if (flags.out !== undefined)
        await writeFile(flags.out, events.map((event) => `${JSON.stringify(event)}\n`).join(""), {
          mode: 0o600,
        });
    });
}
