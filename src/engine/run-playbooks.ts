/** A run from its first event to its last. */

import { checkLimit } from "../inventory/inventory.ts";
import { type LoadedPlaybook, listPlays } from "../playbook/playbook.ts";
import { didYouMean } from "../template/template.ts";
import { linear } from "./linear.ts";
import { runPlay } from "./plays.ts";
import { newRun, type Run } from "./run.ts";
import { wholeRun } from "./whole-run.ts";
import { endAfterWindow } from "./window.ts";
import type { RunOutcome, World } from "./world.ts";

/** Runs the playbooks' plays in order. Never throws for what a host or a playbook does: the outcome says it. */
export async function runPlaybooks(playbooks: readonly LoadedPlaybook[], world: World): Promise<RunOutcome> {
  const run = newRun(world, { strategy: linear, isRollback: false });
  const paths = playbooks.map((playbook) => playbook.path);
  const sources = Object.assign({}, ...playbooks.map((playbook) => playbook.sources));
  return wholeRun(run, { kind: "started", playbooks: paths, sources }, () => actOn(run, playbooks));
}

/** Plays the playbooks from the beginning; in a run that goes on, what lies behind it is passed through. */
export async function actOn(run: Run, playbooks: readonly LoadedPlaybook[]): Promise<boolean> {
  warnings(run, playbooks);
  noteLimit(run);
  await runPlays(run, playbooks);
  if (run.startAt !== null) noSuchStart(run, run.startAt, playbooks);
  return true;
}

async function runPlays(run: Run, playbooks: readonly LoadedPlaybook[]): Promise<void> {
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  run.ahead.plays = plays;
  for (const [index, play] of plays.entries()) {
    if (run.past.hosts(index + 1) === null && endAfterWindow(run)) return;
    if (!(await runPlay(run, play, index + 1))) return;
  }
}

function warnings(run: Run, playbooks: readonly LoadedPlaybook[]): void {
  for (const { message, place } of playbooks.flatMap((playbook) => playbook.warnings))
    run.world.journal.note("message:said", { level: "warning", text: message, ...(place ? { place } : {}) });
}

/** Said once, whatever many plays it narrows. */
function noteLimit({ world: { inventory, journal, options } }: Run): void {
  for (const { message, hint } of checkLimit(inventory, options.limit))
    journal.note("message:said", { level: "warning", text: hint ? `${message}. ${hint}` : message });
}

/** `--start-at-task` named a task that never came: nothing ran. Ansible counts that as no error. */
function noSuchStart(run: Run, name: string, playbooks: readonly LoadedPlaybook[]): void {
  const tasks = playbooks.flatMap((playbook) => listPlays(playbook)).flatMap((play) => play.tasks);
  const meant = didYouMean(
    name,
    tasks.map((task) => task.name),
  );
  const text = [
    `No matching task "${name}" found: nothing was run.`,
    meant ?? [],
    "The tasks there are:",
  ].flat();
  run.world.journal.note("message:said", {
    level: "error",
    text: `${text.join(" ")}\n    kmend run --list-tasks PLAYBOOK`,
  });
}
