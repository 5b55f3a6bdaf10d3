/** `async`, waited for. Ansible starts the module apart from its connection and asks for it every `poll` seconds; here the connection
 *  is kept open, and what is left of it is how long the task may take, and what its result tells. */

import { type Module, TaskFailed } from "../modules/modules.ts";
import { unattended, withPoll } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { Dict, type Value } from "../template/template.ts";
import type { Doing } from "./doing.ts";
import { keyword } from "./frame.ts";
import { locatedBoolean, locatedNumber } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import type { Result } from "./result.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

/** How many seconds the task has by its `async`; 0: as many as it needs. @throws TaskFailed where it may have none, as under Ansible */
export function asyncSeconds(run: Run, plan: PlannedTask, module: Module, view: View): number {
  const { async, poll, action } = plan.task;
  const seconds = Math.trunc(locatedNumber(async, view) ?? 0);
  if (!(seconds > 0)) return 0;
  if (locatedNumber(poll, view) === 0)
    throw new TaskFailed(`Cannot use "poll: 0": ${unattended}\n  ${withPoll}`, {}, poll?.place);
  if (module.kind === "controller" || cannot.has(module.name) || action?.endsWith("gather_facts"))
    throw new TaskFailed(
      `Cannot use async: ${plan.task.module} does not have it, here and under Ansible\n  Leave it out: a task may take as long as it needs.`,
      { changed: false },
      async?.place,
    );
  // A plan asks what the run will do: that one is no dry run.
  const { check, foretells } = run.world.options;
  if (locatedBoolean(keyword(plan.frame, "checkMode"), view, check && !foretells))
    throw new TaskFailed(
      "Cannot use async in check mode: it has none, as under Ansible\n  `kmend plan` tells what the task would do.",
      { changed: false },
      async?.place,
    );
  return seconds;
}

/** Beside those that act on the controller; what ansible-core 2.14 says of each. */
const cannot: ReadonlySet<string> = new Set(["copy", "fetch", "raw", "reboot", "script", "template"]);

/** What the task comes to, told as that of a job which has ended. @param seconds of its `async`; 0: it has none */
export async function toldAsJob(
  { run, plan, timeoutMs }: Pick<Doing, "run" | "plan" | "timeoutMs">,
  seconds: number,
  act: () => Promise<Result>,
): Promise<Result> {
  if (seconds === 0) return act();
  const job = { ansible_job_id: `${run.world.journal.run}.${plan.ref.id}`, results_file: "" };
  const ended = (finished: 0 | 1): Record<string, Value> => ({ started: 1, finished, ...said, ...job });
  try {
    const result = await act();
    return { ...result, values: Dict.from([...Dict.of(ended(1)).entries(), ...result.values.entries()]) };
  } catch (error) {
    if (error instanceof TaskFailed)
      throw new TaskFailed(error.message, { ...ended(1), ...error.result }, error.place);
    const isLate = error instanceof KmendError && error.code === "timeout" && timeoutMs === seconds * 1000;
    if (!isLate) throw error;
    throw new TaskFailed(
      `Cannot finish the task: it ran longer than the ${seconds} s of its async\n  What it had started on the host was ended.`,
      { changed: false, async_result: Dict.of(ended(0)) },
    );
  }
}

const said: Readonly<Record<string, Value>> = { stdout: "", stderr: "", stdout_lines: [], stderr_lines: [] };
