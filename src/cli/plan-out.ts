/** `kmend plan --out`: what stands in the file beside what the dry run said. */

import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import type { Event, Store } from "../journal/journal.ts";
import { shippedNames } from "../package/package.ts";
import { type From, type PlanFile, planFrom, type Timing, timings } from "../plan/plan.ts";
import type { LoadedPlaybook, Play } from "../playbook/playbook.ts";
import { howMany } from "../report/report.ts";
import { toJson } from "../template/template.ts";
import { extraVarsSum, inventorySum } from "./plan-sums.ts";
import type { Ground } from "./world.ts";
import { checkWritable, type Writing, writeWhole } from "./written-file.ts";

/** How many earlier runs are read for an estimate: enough to have met each task, few enough to be read at once. */
const runsRead = 20;

/** @param sum of the inventory before the dry run, which may have added hosts and groups to it */
export async function makePlan(
  events: readonly Event[],
  given: {
    readonly playbooks: readonly LoadedPlaybook[];
    readonly ground: Ground;
    readonly validForMs: number;
    readonly inventorySum: string;
  },
): Promise<PlanFile> {
  const { playbooks, ground, validForMs } = given;
  const { options, store } = ground;
  const salt = randomBytes(16).toString("hex");
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  return planFrom(events, {
    from: here(),
    validForMs,
    inventorySum: given.inventorySum,
    extraVars: { salt, ...extraVarsSum(options.extraVars, salt) },
    keywords: (play) => keywordsOf(plays[play - 1]),
    lockWaitMs: options.lockWaitMs ?? 0,
    notAfterMs: options.notAfter ?? null,
    forks: options.forks,
    timings: await earlierTimings(store),
  });
}

/** What a plan tells paths by. What the package ships lies elsewhere for whoever carries the plan out. */
export function here(): From {
  const { playbooks, roles } = shippedNames();
  return { folder: process.cwd(), names: new Map([...playbooks, ...roles]) };
}

/** The inventory's sum, with what stands beside the playbooks. */
export function sumOfInventory({ inventory }: Ground, playbooks: readonly LoadedPlaybook[]): string {
  return inventorySum(inventory, [...new Set(playbooks.map(({ path }) => dirname(path)))]);
}

/** Asked before the hosts are. @throws KmendError `plan-unwritable` */
export function checkPlanFile(file: string | undefined): void {
  if (file !== undefined) checkWritable(file, writing);
}

/** @throws KmendError `plan-unwritable` */
export function writePlan(file: string, plan: PlanFile): void {
  writeWhole(file, `${JSON.stringify(plan, null, 1)}\n`, writing, 0o600);
}

const writing: Writing = {
  code: "plan-unwritable",
  noun: "plan",
  hint: "Name a file in a folder that you may write with --out FILE.",
};

function keywordsOf(play: Play | undefined): Readonly<Record<string, string>> {
  if (!play) return {};
  const { serial, soak, confirmWithin, onFailure, maxFailPercentage, maxFailHosts, gate } = play;
  const said = {
    serial,
    soak,
    confirm_within: confirmWithin,
    on_failure: onFailure,
    max_fail_percentage: maxFailPercentage,
    max_fail_hosts: maxFailHosts,
  };
  const given = Object.entries(said).flatMap(([name, each]) =>
    each ? [[name, shown(toJson(each.value))]] : [],
  );
  return { ...Object.fromEntries(given), ...(gate.length > 0 ? { gate: howMany(gate.length, "task") } : {}) };
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A run that cannot be read says nothing. */
async function earlierTimings(store: Store): Promise<readonly Timing[]> {
  const all = await Promise.all(
    (await store.ids()).slice(0, runsRead).map(async (id) => {
      const run = await store.read(id).catch(() => null);
      const first = run?.events[0];
      return run && first?.type === "run:started" && !first.check ? timings(run.events) : [];
    }),
  );
  return all.flat();
}
