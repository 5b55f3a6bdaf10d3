/** One batch of a play, from its facts to its gate. */

import type { Events } from "../journal/journal.ts";
import type { Node, Play } from "../playbook/playbook.ts";
import { confirmBatch, noteUnconfirmed } from "./dead-man.ts";
import { flushHandlers } from "./flush-handlers.ts";
import { playFrame } from "./frame.ts";
import { gatherFacts } from "./gather-facts.ts";
import { type HostState, isActive } from "./host-state.ts";
import { checkStop } from "./interrupted.ts";
import { locatedDurationMs } from "./located.ts";
import { takeBackAfterFailure } from "./on-failure.ts";
import { pool } from "./pool.ts";
import type { Run } from "./run.ts";
import { viewOf } from "./variables.ts";
import { readVarsFiles } from "./vars-files.ts";

/** @returns whether the next batch, or the next play, may start */
export async function runBatch(
  run: Run,
  play: Play,
  given: { readonly batch: readonly HostState[]; readonly number: number; readonly of: number },
): Promise<boolean> {
  checkStop(run);
  const { batch, number, of } = given;
  // Who said to go on without asking said so of a batch, as under Ansible.
  run.isStepping = run.world.options.step ?? false;
  const names = batch.map((host) => host.name);
  run.world.journal.note("batch:started", { play: run.play.number, batch: number, of, hosts: names });
  await runSections(run, play, batch);
  const held = await askGate(run, play, given);
  await confirmBatch(run, batch, held);
  const lost = batch.filter((host) => host.failure !== null || host.isUnreachable);
  const policy = run.play.onFailure;
  const isLost = lost.length > 0 || !held;
  const isTakenBack = isLost && (await takeBackAfterFailure(run, policy, { lost, batch }));
  noteUnconfirmed(run, held ? "its host failed" : "the gate did not hold");
  noteEnd(run, given, isTakenBack);
  if (isTakenBack && policy !== "rollback_host") return false;
  return held && lost.length < batch.length;
}

function noteEnd(
  run: Run,
  {
    batch,
    number,
    of,
  }: { readonly batch: readonly HostState[]; readonly number: number; readonly of: number },
  takenBack: boolean,
): void {
  const names = (hosts: readonly HostState[]): string[] => hosts.map((host) => host.name);
  run.world.journal.note("batch:ended", {
    play: run.play.number,
    batch: number,
    of,
    hosts: batch.length,
    failed: names(batch.filter((host) => host.failure !== null && !host.isUnreachable)),
    unreachable: names(batch.filter((host) => host.isUnreachable)),
    takenBack,
    toCome: run.ahead.batches.flat().length,
  });
}

async function runSections(run: Run, play: Play, batch: readonly HostState[]): Promise<void> {
  const files = (isEarly: boolean): Promise<void> =>
    pool(batch.filter(isActive), run.world.options.forks, (host) => readVarsFiles(run, play, host, isEarly));
  await files(true);
  await gatherFacts(run, play, batch);
  await files(false);
  const { preTasks, roles, tasks, postTasks } = play;
  await runSection(run, play, { name: "pre_tasks", nodes: preTasks }, batch);
  await runSection(run, play, { name: "tasks", nodes: [...roles, ...tasks] }, batch);
  await runSection(run, play, { name: "post_tasks", nodes: postTasks }, batch);
}

/** Handlers run at the end of each section. */
async function runSection(
  run: Run,
  play: Play,
  { name, nodes }: { readonly name: string; readonly nodes: readonly Node[] },
  batch: readonly HostState[],
): Promise<void> {
  await run.strategy(run, nodes, playFrame(play), batch);
  await flushHandlers(run, batch, name);
}

async function askGate(
  run: Run,
  play: Play,
  {
    batch,
    number,
    of,
  }: { readonly batch: readonly HostState[]; readonly number: number; readonly of: number },
): Promise<boolean> {
  const standing = batch.filter(isActive);
  const [first] = standing;
  if (!first || run.play.isBroken) return true;
  const { options } = run.world;
  // A dry run changed nothing that could go wrong by and by.
  const soakMs = options.check ? 0 : locatedDurationMs(play.soak, viewOf(run, first, playFrame(play)));
  if (soakMs > 0 && (play.gate.length > 0 || number < of) && !run.past.isPastSoak(run.play.number, number))
    await soak(run, { play: run.play.number, batch: number, of }, soakMs);
  if (play.gate.length === 0) return true;
  run.play.kind = "gate";
  await run.strategy(run, play.gate, playFrame(play), standing);
  run.play.kind = "task";
  const held = standing.every((host) => host.failure === null && !host.isUnreachable);
  run.world.journal.note("gate:ended", { play: run.play.number, batch: number, held });
  return held;
}

async function soak(
  { world: { clock, journal, stop } }: Run,
  where: Pick<Events["soak:started"], "play" | "batch" | "of">,
  ms: number,
): Promise<void> {
  const until = new Date(clock.now() + ms).toISOString();
  journal.note("soak:started", { ...where, seconds: ms / 1000, until });
  await clock.sleep(ms, stop.soft);
}
