/** What the playbook makes of a result: `changed_when`, `failed_when`, `until`, and `when` before them. */

import type { Located } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { str } from "../template/template.ts";
import { at } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import { type Result, resultOf } from "./result.ts";
import type { View } from "./variables.ts";

/** All of them hold. @throws KmendError naming the condition that cannot be evaluated */
export function holds(conditions: readonly Located[], view: View): boolean {
  return conditions.every((condition) => {
    try {
      return at(condition.place, () => view.templar.test(condition.value));
    } catch (error) {
      if (!(error instanceof KmendError)) throw error;
      throw new KmendError(
        error.problems.map((problem) => ({
          ...problem,
          message: `The conditional check '${str(condition.value)}' failed. The error was: ${problem.message}`,
        })),
        error.exitCode,
        error,
      );
    }
  });
}

/** The result as `changed_when` and `failed_when` see it. @param view one in which the result has its registered name */
export function judged(plan: PlannedTask, result: Result, view: View): Result {
  const { changedWhen, failedWhen } = plan.task;
  if (result.isSkipped || result.isUnreachable || (!changedWhen && !failedWhen)) return result;
  const values = result.values;
  if (changedWhen) values.set("changed", holds(changedWhen, view));
  if (failedWhen) {
    const isFailed = holds(failedWhen, view);
    values.set("failed", isFailed).set("failed_when_result", isFailed);
  }
  const { values: _, isFailed: __, isChanged: ___, ...rest } = result;
  return {
    ...resultOf(values),
    ...rest,
    isFailed: values.get("failed") === true,
    isChanged: values.get("changed") === true,
  };
}
