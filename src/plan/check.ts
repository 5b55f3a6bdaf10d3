/** Whether a plan may still be carried out: its time, its files, its inventory, its variables. Asked before a host is reached. */

import { exitCodes, KmendError, type Problem } from "../problem/problem.ts";
import type { PlanFile } from "./plan-file.ts";

/** @throws KmendError `plan-expired` */
export function checkTime({ validUntil, madeAt }: PlanFile, name: string, nowMs: number): void {
  if (nowMs <= Date.parse(validUntil)) return;
  throw new KmendError(
    {
      code: "plan-expired",
      message: `Cannot apply ${name}: it was made at ${madeAt} and valid until ${validUntil}`,
      hint: "Make the plan again; --valid-for says for how long it holds:\n    kmend plan PLAYBOOK --out FILE --valid-for 24h",
    },
    exitCodes.badOptions,
  );
}

/** The playbooks' files and the inventory as they are now. */
export interface Now {
  readonly sources: Readonly<Record<string, string>>;
  readonly inventorySum: string;
}

/** @throws KmendError `plan-outdated`, one for each file that is otherwise */
export function checkUnchanged(plan: PlanFile, name: string, now: Now): void {
  const files = [...new Set([...Object.keys(plan.sources), ...Object.keys(now.sources)])].sort();
  const problems = files.flatMap((file): Problem[] => {
    const [was, is] = [plan.sources[file], now.sources[file]];
    if (was === is) return [];
    const what = was === undefined ? "is new" : is === undefined ? "is not read any more" : "was changed";
    return [outdated(name, `${file} ${what} since`)];
  });
  if (plan.inventory.sha256 !== now.inventorySum) {
    const sources = plan.inventory.sources.join(", ");
    problems.push(
      outdated(name, `the inventory (${sources}) has other hosts, groups or variables than it had`),
    );
  }
  if (problems.length > 0) throw new KmendError(problems, exitCodes.badOptions);
}

/** @param sum of the values that are given now, made with the plan's salt
 *  @throws KmendError `missing-extra-vars`, `plan-outdated` */
export function checkOptions(
  { extraVars }: PlanFile,
  name: string,
  given: { readonly names: readonly string[]; readonly sum: string },
): void {
  const missing = extraVars.names.filter((each) => !given.names.includes(each));
  if (missing.length > 0)
    throw new KmendError(
      {
        code: "missing-extra-vars",
        message: `Cannot apply ${name}: it was made with variables of -e whose values are in no plan: ${missing.join(", ")}`,
        hint: "Give them again: -e NAME=VALUE, or -e @FILE.",
      },
      exitCodes.badOptions,
    );
  const added = given.names.filter((each) => !extraVars.names.includes(each));
  if (added.length > 0)
    throw new KmendError(
      outdated(name, `it was made without the variables ${added.join(", ")}`),
      exitCodes.badOptions,
    );
  if (given.sum !== extraVars.sum)
    throw new KmendError(
      outdated(name, `a variable of -e (${extraVars.names.join(", ")}) has another value than it had`),
      exitCodes.badOptions,
    );
}

function outdated(name: string, why: string): Problem {
  return {
    code: "plan-outdated",
    message: `Cannot apply ${name}: ${why}`,
    hint: "Make the plan again, and have it read again.",
  };
}
