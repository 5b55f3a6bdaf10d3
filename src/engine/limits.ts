/** `max_fail_percentage:` of a batch, `max_fail_hosts:` of the whole run: when so many have failed, nothing new begins. */

import type { Located, Play } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { str, truthy, type Value } from "../template/template.ts";
import { type HostState, hasFailed } from "./host-state.ts";
import type { Run } from "./run.ts";

export interface Limits {
  /** Of a batch, as Ansible counts it; null: none. */
  readonly percentage: number | null;
  /** Of all hosts of the run, over its batches and plays; null: none. */
  readonly hosts: number | null;
  /** Hosts that cannot be reached count for both. */
  readonly countsUnreachable: boolean;
}

export const noLimits: Limits = { percentage: null, hosts: null, countsUnreachable: false };

/** @throws KmendError `invalid-limit` where a template gave no whole number */
export function limitsOf(play: Play, keyword: (value: Located | undefined) => Value | undefined): Limits {
  const percentage = keyword(play.maxFailPercentage) ?? null;
  return {
    percentage: percentage === null ? null : Number.parseFloat(str(percentage)),
    hosts: hostsOf(play, keyword(play.maxFailHosts) ?? null),
    countsUnreachable: isTrue(keyword(play.unreachableIsFailure) ?? false),
  };
}

function hostsOf({ maxFailHosts, place }: Play, value: Value): number | null {
  if (value === null) return null;
  const text = str(value).trim();
  if (/^\d+$/.test(text)) return Number(text);
  throw new KmendError({
    code: "invalid-limit",
    message: `Cannot read max_fail_hosts: "${text}" is no whole number, wanted how many hosts may fail`,
    place: maxFailHosts?.place ?? place,
  });
}

function isTrue(value: Value): boolean {
  return typeof value === "string" ? /^(true|yes|on|1|t|y)$/i.test(value.trim()) : truthy(value);
}

/** Ends the play, and the run with it, where too many hosts have failed by now. @returns whether it did */
export function endAtLimit(run: Run): boolean {
  const reached = reachedLimit(run);
  if (!reached) return false;
  const { play } = run;
  if (!play.isBroken) run.world.journal.note("run:limit-reached", reached);
  play.isOver = true;
  play.isBroken = true;
  run.cut = reached.keyword === "max_fail_hosts" ? "max_fail_hosts" : "limit";
  return true;
}

function reachedLimit({ play, hosts }: Run) {
  const { percentage, hosts: most, countsUnreachable } = play.limits;
  const isLost = (host: HostState): boolean => hasFailed(host) || (countsUnreachable && host.isUnreachable);
  const names = (all: Iterable<HostState>): string[] => [...all].filter(isLost).map((host) => host.name);
  const ofRun = most === null ? [] : names(hosts.values());
  if (most !== null && ofRun.length > most)
    return { keyword: "max_fail_hosts", allowed: most, failed: ofRun, of: hosts.size } as const;
  const ofBatch = percentage === null ? [] : names(play.batch);
  if (percentage !== null && (100 * ofBatch.length) / play.batch.length > percentage)
    return {
      keyword: "max_fail_percentage",
      allowed: percentage,
      failed: ofBatch,
      of: play.batch.length,
    } as const;
  return null;
}
