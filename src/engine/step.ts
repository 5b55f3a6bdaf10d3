/** `--step`: before each task somebody at the terminal says whether it runs, as under Ansible. */

import { relative } from "node:path";
import type { TaskRef } from "../journal/journal.ts";
import { formatPlace } from "../problem/problem.ts";
import type { HostState } from "./host-state.ts";
import type { Run } from "./run.ts";

/** Asks, where it is to be asked. What was declined once, in a run that goes on, stays so without a question.
 *  @param on hosts that come to the task
 *  @param others whom it stands for too, where it runs once
 *  @returns those that go into it */
export async function stepInto(
  run: Run,
  task: TaskRef,
  on: readonly HostState[],
  others: readonly HostState[] = [],
): Promise<readonly HostState[]> {
  const { past } = run;
  const declined = on.filter((host) => past.isDeclined(task.id, host.name));
  stayNotified(run, task, declined);
  const left = on.filter((host) => !declined.includes(host));
  const toDo = isAsked(run, task) ? left.filter((host) => past.ended(task.id, host.name) === null) : [];
  if (toDo.length === 0 || (await isToRun(run, task, toDo))) return left;
  const without = [...new Set([...toDo, ...others])];
  // On disk before anything else happens: a resume that nobody watches must not run it after all.
  await run.world.journal.write("task:declined", { task, hosts: without.map((host) => host.name) });
  stayNotified(run, task, without);
  return left.filter((host) => !without.includes(host));
}

/** A gate is what the next batch depends on: it is no task to be left out. */
function isAsked({ isStepping }: Run, { kind }: TaskRef): boolean {
  return isStepping && kind !== "gate";
}

async function isToRun(run: Run, task: TaskRef, hosts: readonly HostState[]): Promise<boolean> {
  const { ask } = run.world;
  if (!ask) return true;
  const said = (await ask({ text: question(run, task, hosts), secret: false })).trim().toLowerCase();
  if (said === "c" || said === "continue") run.isStepping = false;
  return ["y", "yes", "c", "continue"].includes(said);
}

/** A handler that is declined is asked about again with the handlers of the next section. */
function stayNotified({ play }: Run, { kind, place }: TaskRef, hosts: readonly HostState[]): void {
  if (kind !== "handler") return;
  const handler = play.handlers.all.find(({ node }) => node.place === place);
  if (handler) for (const host of hosts) host.notified.add(handler);
}

/** So many are named; the rest are counted. */
const mostNamed = 4;

function question({ play }: Run, task: TaskRef, on: readonly HostState[]): string {
  const names = on.slice(0, mostNamed).map((host) => host.name);
  const more = on.length > mostNamed ? ` and ${on.length - mostNamed} more` : "";
  const what = task.kind === "handler" ? "HANDLER" : "TASK";
  const place = formatPlace({ ...task.place, file: relative(play.folder, task.place.file) });
  return `${names.join(", ")}${more}: ${task.module}, ${place}
Perform task: ${what}: ${task.name} (N)o/(y)es/(c)ontinue:`;
}
