/** A play: its hosts, its batches, and what ends it. */

import { matchHosts } from "../inventory/inventory.ts";
import type { Node, Play, Role } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { Dict, isList, str, truthy, type Value } from "../template/template.ts";
import { runBatch } from "./batch.ts";
import { playFrame } from "./frame.ts";
import { collectHandlers } from "./handlers.ts";
import type { HostState } from "./host-state.ts";
import { knowVariables } from "./known-secrets.ts";
import { endAtLimit, limitsOf } from "./limits.ts";
import { durationMs } from "./located.ts";
import { failurePolicy } from "./on-failure.ts";
import { ordered } from "./order.ts";
import { type Keyword, playKeywords } from "./play-keywords.ts";
import { askPrompts } from "./prompts.ts";
import { hostState, type PlayState, type PlayVariables, type Run } from "./run.ts";
import { batches } from "./serial.ts";
import { endAfterWindow } from "./window.ts";

/** @returns whether later plays may run */
export async function runPlay(run: Run, play: Play, number: number): Promise<boolean> {
  const variables = await playVariables(run, play);
  const keyword = playKeywords(run.world, play, variables);
  const hosts = chooseHosts(run, play, keyword);
  const pattern = patternOf(keyword(play.hosts) ?? "all");
  const name = str(keyword(play.name) ?? pattern);
  const { journal } = run.world;
  journal.note("play:started", {
    play: number,
    name,
    place: play.place,
    hosts: hosts.map((host) => host.name),
  });
  run.play = playState(run, play, { number, name, hosts, variables, keyword });
  if (hosts.length === 0) {
    journal.note("message:said", { level: "info", text: "skipping: no hosts matched" });
    run.ahead.plays = run.ahead.plays.slice(1);
    return true;
  }
  for (const host of hosts) refresh(host);
  const serial = keyword(play.serial);
  const all = withPast(run, number, hosts, (each) => batches(each, serial, play.serial?.place ?? play.place));
  run.ahead.plays = run.ahead.plays.slice(1);
  for (const [index, batch] of all.entries()) {
    if (batch.length === 0) continue;
    run.play.batch = batch;
    run.ahead.batches = all.slice(index);
    const isNew = run.past.batches(number)?.[index] === undefined;
    if (endAtLimit(run) || (isNew && endAfterWindow(run))) return false;
    if (isNew)
      await run.world.betweenBatches?.({
        play: name,
        number: index + 1,
        of: all.length,
        hosts: batch.map((host) => host.name),
      });
    run.ahead.batches = all.slice(index + 1);
    run.ahead.open = batch;
    const goesOn = await runBatch(run, play, { batch, number: index + 1, of: all.length });
    if (!run.play.isBroken) run.ahead.open = [];
    if (!goesOn || run.play.isBroken) return false;
    if (run.play.isOver) break;
  }
  run.ahead.batches = [];
  return true;
}

/** The hosts of a play that has not begun, as far as its variables tell without asking for any. */
export function hostsToCome(run: Run, play: Play): string[] {
  const { inventory, options } = run.world;
  const keyword = playKeywords(run.world, play, { vars: play.vars ?? new Dict(), prompted: new Dict() });
  try {
    const pattern = keyword(play.hosts) ?? "all";
    const words = isList(pattern) ? pattern.map((each) => str(each)) : str(pattern);
    return [...matchHosts(inventory, words, { limit: options.limit }).hosts];
  } catch (error) {
    if (error instanceof KmendError) return []; // the play itself would say it
    throw error;
  }
}

function chooseHosts(run: Run, play: Play, keyword: Keyword): HostState[] {
  const { inventory, options, journal, random } = run.world;
  const pattern = keyword(play.hosts) ?? "all";
  const words = isList(pattern) ? pattern.map((each) => str(each)) : str(pattern);
  const { hosts, warnings } = matchHosts(inventory, words, { limit: options.limit });
  for (const { message } of warnings)
    journal.note("message:said", { level: "warning", text: message, place: play.hosts.place });
  return ordered(hosts, keyword(play.order), random)
    .map((name) => hostState(run, name))
    .filter((host) => !isLost(host));
}

/** In a run that goes on: the batches as they began, what was to follow them, and who has joined since. */
function withPast(
  run: Run,
  number: number,
  hosts: readonly HostState[],
  cut: (hosts: readonly HostState[]) => HostState[][],
): HostState[][] {
  const before = run.past.hosts(number);
  if (before === null) return cut(hosts);
  const planned = cut(before.map((name) => hostState(run, name)));
  const gone = before.find(
    (name) => !hosts.some((host) => host.name === name) && !isLost(hostState(run, name)),
  );
  if (gone !== undefined) throw noSuchHostNow(gone, run.play.name);
  const begun = (run.past.batches(number) ?? []).map((names) => names.map((name) => hostState(run, name)));
  const joined = hosts.filter((host) => !before.includes(host.name));
  const all = [...begun, ...planned.slice(begun.length), ...(joined.length > 0 ? cut(joined) : [])];
  // One that was tried again and lost in an earlier play takes no part, as in any run; the batches keep their numbers.
  return all.map((batch) => batch.filter((host) => !isLost(host)));
}

function isLost(host: HostState): boolean {
  return host.failure !== null || host.isUnreachable;
}

function noSuchHostNow(host: string, play: string): KmendError {
  return new KmendError({
    code: "resume-diverged",
    message: `Cannot go on: the play "${play}" had begun with ${host}, which is not among its hosts now`,
    hint: "Name the inventory that the run began with: -i SOURCE.",
  });
}

function patternOf(pattern: Value): string {
  return isList(pattern) ? pattern.map((each) => str(each)).join(",") : str(pattern);
}

async function playVariables(run: Run, play: Play): Promise<PlayVariables> {
  knowVariables(run.mask, play.vars ?? new Dict());
  const roles = [...new Set(play.roles.flatMap((block) => rolesIn(block)))];
  return {
    vars: play.vars ?? new Dict(),
    prompted: await askPrompts(run.world, run.mask, play),
    roleDefaults: roles.map((role) => role.defaults),
    roleVars: roles.map((role) => role.vars),
    roleNames: [...new Set(roles.map((role) => role.name))],
  };
}

/** The roles of a node, those that they depend on before them, each once. */
function rolesIn(node: Node): Role[] {
  const own = node.role ? [node.role] : [];
  return node.kind === "block" ? [...own, ...node.block.flatMap((each) => rolesIn(each))] : own;
}

function playState(
  run: Run,
  play: Play,
  given: {
    readonly number: number;
    readonly name: string;
    readonly hosts: readonly HostState[];
    readonly variables: PlayVariables;
    readonly keyword: Keyword;
  },
): PlayState {
  const { keyword } = given;
  return {
    number: given.number,
    name: given.name,
    all: given.hosts,
    batch: given.hosts,
    folder: play.baseDir,
    variables: given.variables,
    handlers: { all: collectHandlers(play.handlers, playFrame(play)) },
    forceHandlers: run.world.options.forceHandlers || truthy(keyword(play.forceHandlers) ?? false),
    limits: limitsOf(play, keyword),
    onFailure: failurePolicy(run, play),
    confirmWithinMs: play.confirmWithin
      ? durationMs(keyword(play.confirmWithin), play.confirmWithin.place)
      : 0,
    isOver: false,
    isBroken: false,
    kind: "task",
    flush: null,
  };
}

/** What a host forgets from play to play. */
function refresh(host: HostState): void {
  host.isEnded = false;
  host.varsFiles = null;
  host.publicRoles.length = 0;
  host.notified.clear();
  host.ranOnce.clear();
}
