/** In a plan: what is said of each task on each host, and what that was made from. */

import { createHash } from "node:crypto";
import type { Act, Events, Json, Said } from "../journal/journal.ts";
import type { AnyChange, HostModule } from "../modules/modules.ts";
import { isList, str } from "../template/template.ts";
import type { Doing } from "./doing.ts";
import { located } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import type { Result } from "./result.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

/** What a host module saw before it was told. */
export interface Seen {
  /** A sum of the state and of the change; absent where nothing would change, or it is secret. */
  readonly from?: string;
  readonly act?: Act;
}

/** Where a module looked and what it would do, for the plan. */
export function seenBy(
  module: HostModule,
  doing: Doing,
  { state, change }: { readonly state: unknown; readonly change: AnyChange | null },
): Seen {
  if (change === null) return {};
  const act = actOf(module.name, change);
  return {
    ...(doing.isSecret ? {} : { from: sumOf(module, doing, state, change) }),
    ...(act ? { act } : {}),
  };
}

/** With stars for its secrets: a sum of a short one would give it away. Times are left out: they move by themselves. */
function sumOf(module: HostModule, { run }: Doing, state: unknown, change: AnyChange): string {
  const before = module.restored && state !== null ? module.restored(state, change) : state;
  const json = JSON.parse(JSON.stringify({ before, after: change.after })) as Json;
  const told = JSON.stringify(run.mask.json(json), (key, value) => (isTime(key) ? undefined : value));
  return createHash("sha256").update(`${module.name}\n${told}`).digest("hex");
}

function isTime(key: string): boolean {
  return /^[acm]time$/.test(key);
}

function actOf(module: string, change: AnyChange & { readonly verbs?: readonly string[] }): Act | undefined {
  if (module === "reboot") return "reboots";
  if (module === "kubernetes.core.k8s_drain") return "drains";
  if (change.verbs?.includes("restart")) return "restarts";
  return change.verbs?.includes("stop") ? "stops" : undefined;
}

/** A loop's rounds are foretold one by one. */
export function hasRounds({ values }: Result): boolean {
  const rounds = values.get("results");
  return rounds !== undefined && isList(rounds) && rounds.length > 0;
}

/** Writes down what this task, or this round of its loop, will come to. */
export function foretell(
  run: Run,
  plan: PlannedTask,
  view: View,
  result: Result,
  round: Pick<Events["prediction:made"], "index" | "label"> = {},
): void {
  if (!run.world.options.foretells) return;
  const says = saidOf(result);
  const why = says === "unknown" || says === "fail" || says === "unreachable" ? reasonOf(result) : undefined;
  const mayNotify = says === "unknown" ? notified(plan, view) : [];
  const { isSecret, seen, diff, wayBack } = result;
  run.world.journal.note("prediction:made", {
    host: view.host.name,
    task: plan.ref,
    ...round,
    says,
    ...(why === undefined || isSecret ? {} : { why }),
    ...(says === "change" || says === "unknown" ? seen : {}),
    ...(diff && !isSecret ? { diff } : {}),
    ...(wayBack && (says === "change" || says === "unknown") ? { wayBack } : {}),
    ...(mayNotify.length > 0 ? { mayNotify } : {}),
  });
}

function saidOf(result: Result): Said {
  if (result.isUnreachable) return "unreachable";
  if (result.unsure !== undefined) return "unknown";
  if (result.isFailed) return "fail";
  if (result.isSkipped) return isKnownSkip(result) ? "skip" : "unknown";
  return result.isChanged ? "change" : "right";
}

/** A condition did not hold, or there was no item. What check mode skips is another matter: nobody knows what it would do. */
export function isKnownSkip({ values }: Result): boolean {
  return values.get("skip_reason") === "Conditional result was False" || values.has("skipped_reason");
}

function reasonOf({ values, unsure }: Result): string {
  if (unsure !== undefined) return unsure;
  const said = values.get("msg") ?? values.get("skip_reason");
  return typeof said === "string" ? said : "no reason was given";
}

function notified(plan: PlannedTask, view: View): string[] {
  try {
    return plan.task.notify.flatMap((each) => {
      const names = located(each, view) ?? null;
      return isList(names) ? names.map((name) => str(name)) : names === null ? [] : [str(names)];
    });
  } catch {
    return []; // the task itself says that its template fails
  }
}
