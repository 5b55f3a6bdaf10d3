/** `meta`: tasks for the engine itself. They are not counted. */

import type { Task } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { str } from "../template/template.ts";
import { countAndJournal } from "./count.ts";
import { flushHandlers } from "./flush-handlers.ts";
import { conditions, type Frame } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { holds } from "./judge.ts";
import { planTask } from "./plan.ts";
import { failedResult } from "./result.ts";
import type { Run } from "./run.ts";
import { placeInRun } from "./task-place.ts";
import { viewOf } from "./variables.ts";

/** Actions that each host decides on for itself; the others go by the first host. */
const perHost = new Set(["noop", "reset_connection", "end_host", "flush_handlers"]);

export async function runMeta(
  run: Run,
  task: Task,
  frame: Frame,
  hosts: readonly HostState[],
): Promise<void> {
  const [first] = hosts;
  if (!first) return;
  const action = actionOf(task, viewOf(run, first, frame));
  const asked = perHost.has(action) ? hosts : [first];
  const meant = asked.filter((host) => isMeant(run, task, frame, host));
  if (meant.length > 0) await act(run, { task, frame, action }, meant);
}

/** A condition that cannot be evaluated fails the host, as any task's does. */
function isMeant(run: Run, task: Task, frame: Frame, host: HostState): boolean {
  const view = viewOf(run, host, frame);
  try {
    return holds(conditions(frame), view);
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    const { ref } = planTask(run, task, frame, view);
    run.world.journal.note("task:started", { task: ref, hosts: [host.name] });
    countAndJournal(run, { frame, task, ref }, host, {
      result: failedResult(error.message),
      view,
      durationMs: 0,
    });
    return false;
  }
}

function actionOf({ args }: Task, view: ReturnType<typeof viewOf>): string {
  const given = args.free?.value ?? args.options.values()[0] ?? "noop";
  return str(view.templar.render(given)).trim();
}

async function act(
  run: Run,
  { task, frame, action }: { readonly task: Task; readonly frame: Frame; readonly action: string },
  hosts: readonly HostState[],
): Promise<void> {
  const { play } = run;
  switch (action) {
    case "noop":
      return;
    case "flush_handlers":
      return flushHandlers(run, hosts, placeInRun(run, task, frame).at);
    case "end_host":
      for (const host of hosts) host.isEnded = true;
      return;
    case "end_batch":
      for (const host of play.batch) host.isEnded = true;
      return;
    case "end_play":
      play.isOver = true;
      return;
    case "clear_host_errors":
      for (const host of play.all) {
        // It takes part again from the next play on: this one is over for it.
        host.isEnded ||= host.failure !== null || host.isUnreachable;
        host.failure = null;
        host.isUnreachable = false;
      }
      return;
    case "clear_facts":
      for (const host of play.batch) for (const key of host.facts.keys()) host.facts.delete(key);
      return;
    case "reset_connection":
      for (const host of hosts) await run.connections.reset(host.name);
      return;
    default:
      throw new KmendError({
        code: "unknown-meta",
        message: `Cannot do \`meta: ${action}\`: kmend has noop, flush_handlers, end_host, end_batch, end_play, clear_host_errors, clear_facts and reset_connection`,
        place: task.place,
      });
  }
}
