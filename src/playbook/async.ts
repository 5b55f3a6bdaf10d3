/** `async` and `poll`: how long a task may take. */

import { truthy } from "../template/template.ts";
import { type Fields, located } from "./fields.ts";
import type { Loading } from "./loading.ts";
import type { Located, Task } from "./playbook-types.ts";

/** Reads both. `poll: 0`, which leaves the task running while others begin, is refused. */
export function readAsync(fields: Fields, loading: Loading): Pick<Task, "async" | "poll"> {
  const [async, poll] = [located(fields, "async"), located(fields, "poll")];
  if (async && !isZero(async) && poll && isZero(poll))
    loading.error("refused-keyword", `Cannot use "poll: 0": ${unattended}`, poll.place, withPoll);
  return { ...(async ? { async } : {}), ...(poll ? { poll } : {}) };
}

/** Why, and what to do instead: for the run, too, where a template gives the 0. */
export const unattended =
  "kmend does not let a task run on while others begin: its change would have no end, and no way back";
export const withPoll =
  "Leave out `poll`: the task has the seconds of `async` to end, and nothing is asked meanwhile.";

function isZero({ value }: Located): boolean {
  return typeof value === "string" ? /^\s*0+\s*$/.test(value) : !truthy(value);
}
