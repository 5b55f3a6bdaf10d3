import { readFileSync } from "node:fs";
import { Command } from "commander";
import { runPlaybooks } from "../engine/engine.ts";
import type { Journal } from "../journal/journal.ts";
import {
  checkOptions,
  checkTime,
  checkUnchanged,
  driftBetween,
  holding,
  isDefinite,
  type PlanFile,
  predictionsOf,
  readPlan,
  sourcesOf,
  unforeseen,
} from "../plan/plan.ts";
import type { LoadedPlaybook } from "../playbook/playbook.ts";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import { heldText } from "../report/report.ts";
import { askedAside } from "./asking.ts";
import { asBefore } from "./flags-before.ts";
import { withFollowers } from "./followers.ts";
import { foretell } from "./foretell.ts";
import { loadAll } from "./load-all.ts";
import { here, sumOfInventory } from "./plan-out.ts";
import { checkPlace } from "./plan-place.ts";
import { extraVarsSum } from "./plan-sums.ts";
import { addReportOption, checkReports } from "./report-file.ts";
import {
  addFollowerOptions,
  addGivenAgainOptions,
  addLockOption,
  addOutputOptions,
  addPreFlightOption,
  type RunFlags,
} from "./run-options.ts";
import { checkSummaryFile } from "./summary-file.ts";
import { checkTelemetry } from "./telemetry.ts";
import { type Ground, readGround, withWorld } from "./world.ts";

type ApplyFlags = RunFlags & { readonly allowDrift?: boolean };

/** `kmend apply PLANFILE`. */
export function applyCommand(): Command {
  const command = new Command("apply")
    .description("Do what a plan said, where all is still as it was when the plan was made")
    .argument("<plan>", "a file that `kmend plan --out` wrote")
    .option("--allow-drift", "go on where hosts are otherwise than the plan saw them; says what it accepts")
    .option("-D, --diff", "show the diffs of what changes");
  return addReportOption(
    addOutputOptions(addFollowerOptions(addGivenAgainOptions(addPreFlightOption(addLockOption(command))))),
  )
    .addHelpText(
      "after",
      `
Hosts, limit, tags and all other options are the plan's. Passwords and the values of -e are in no plan: give them again.

Examples:
  kmend apply plan.json
  kmend apply plan.json --allow-drift --report junit=applied.xml

Exit codes: as those of \`kmend run\`; 5 where the plan cannot be applied`,
    )
    .action(async (file: string, flags: ApplyFlags) => {
      process.exitCode = await apply(file, flags);
    });
}

async function apply(file: string, given: ApplyFlags): Promise<number> {
  const plan = readPlan(readText(file), file);
  checkTime(plan, file, Date.now());
  checkPlace(plan, file);
  const window = plan.notAfter === null ? {} : { notAfter: Date.parse(plan.notAfter) };
  const began = { options: plan.options, inventories: plan.inventory.sources, diff: false };
  const { extraVars: _, ...others } = given;
  const flags: ApplyFlags = {
    ...asBefore(withoutExtraVars(began), others),
    ...(given.extraVars === undefined ? {} : { extraVars: given.extraVars }),
    lockWait: given.lockWait ?? plan.locks.waitMs,
    ...window,
  };
  const ground = await readGround("apply", flags);
  checkOptions(plan, file, extraVarsSum(ground.options.extraVars, plan.extraVars.salt));
  const playbooks = await loadAll(plan.playbooks, flags);
  checkUnchanged(plan, file, {
    sources: sourcesOf({ sources: Object.assign({}, ...playbooks.map((each) => each.sources)) }, here()),
    inventorySum: sumOfInventory(ground, playbooks),
  });
  checkSummaryFile(flags.summary);
  await checkTelemetry(flags);
  checkReports(flags.report);
  const again = await lookAgain(plan, playbooks, ground);
  if (again.exitCode !== null) return again.exitCode;
  if (again.drift.length > 0 && !flags.allowDrift) throw drifted(file, again.drift);
  // The dry run may have added hosts and groups to the inventory.
  return carryOut(plan, playbooks, await readGround("apply", flags), { flags, drift: again.drift });
}

/** What `-e` gave is asked for by the plan's own words. */
function withoutExtraVars<Began extends { readonly options: PlanFile["options"] }>(began: Began): Began {
  return { ...began, options: { ...(began.options as object), extraVars: [] } };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new KmendError(
      {
        code: "missing-file",
        message: `Cannot read the plan ${file}: ${fileReason(cause as NodeJS.ErrnoException)}`,
        hint: "Make one:\n    kmend plan PLAYBOOK --out FILE",
      },
      exitCodes.badOptions,
      cause,
    );
  }
}

/** @returns an exit code where that already ends it: Ctrl-C, or something that is no host's */
async function lookAgain(
  plan: PlanFile,
  playbooks: readonly LoadedPlaybook[],
  ground: Ground,
): Promise<{ readonly drift: readonly string[]; readonly exitCode: number | null }> {
  const { events, exitCode } = await foretell(playbooks, ground);
  const isOfHosts = [exitCodes.ok, exitCodes.hostsFailed, exitCodes.hostsUnreachable].some(
    (code) => code === exitCode,
  );
  if (!isOfHosts && exitCode !== plan.exitCode) return { drift: [], exitCode };
  return { drift: driftBetween(plan.predictions, predictionsOf(events, here())), exitCode: null };
}

function drifted(file: string, drift: readonly string[]): KmendError {
  const hint =
    "No host was changed. Make the plan again, and have it read again; or accept what is named here with --allow-drift.";
  return new KmendError(
    drift.map((what, n) => ({
      code: "plan-drifted",
      message: `Cannot apply ${file}: ${what}`,
      ...(n === drift.length - 1 ? { hint } : {}),
    })),
    exitCodes.badOptions,
  );
}

async function carryOut(
  plan: PlanFile,
  playbooks: readonly LoadedPlaybook[],
  ground: Ground,
  { flags, drift }: { readonly flags: ApplyFlags; readonly drift: readonly string[] },
): Promise<number> {
  return withWorld(ground, async (world, journal) => {
    const { lines } = follow(plan, journal, drift);
    const exitCode = await withFollowers(flags, journal, async (reader) => {
      const ask = askedAside(world.ask, () => reader);
      return (await runPlaybooks(playbooks, { ...world, ask })).exitCode;
    });
    if (flags.output !== "json" && flags.output !== "ndjson") console.log(`${lines()}\n`);
    return exitCode;
  });
}

/** Writes into the run's own journal which plan it carries out, what became of each prediction, and which change there was none of. */
function follow(
  plan: PlanFile,
  journal: Journal,
  drift: readonly string[],
): { readonly lines: () => string } {
  const { take, tally } = holding(plan.predictions, here());
  const beyond = unforeseen(plan.predictions, here());
  const definite = plan.predictions.filter(isDefinite).length;
  const { sum, madeAt, validUntil } = plan;
  journal.subscribe((event) => {
    // A line is written after the one that it is about: readers are called before that has its sum.
    if (event.type === "run:started")
      queueMicrotask(() =>
        journal.note("plan:opened", { sum, plan: plan.run, madeAt, validUntil, definite, drift }),
      );
    const change = beyond.take(event);
    if (change) queueMicrotask(() => journal.note("change:unforeseen", change));
    const held = take(event);
    if (!held) return;
    const { isKept, ...what } = held;
    queueMicrotask(() => journal.note(isKept ? "prediction:kept" : "prediction:broken", what));
  });
  return { lines: () => heldText({ definite, ...tally(), unforeseen: beyond.found() }) };
}
