/** What a run waits for, as spans: a soak, a gate, and a lock that another run has. */

import type { Event, Events, TaskRef } from "../journal/journal.ts";
import { clean, end, type OpenSpans, type SpanStep, start, theRun } from "./open-spans.ts";

const theSoak = "soak";
const theGate = "gate";

export function startSoak(spans: OpenSpans, event: Events["soak:started"], at: number): readonly SpanStep[] {
  const attributes = { "kmend.soak.seconds": event.seconds, "kmend.soak.until": event.until };
  return start(spans, theSoak, spans.batch ?? theRun, "soak", at, attributes);
}

/** Whatever comes next says that it is over; only an interrupt says so before its time. */
export function endSoak(spans: OpenSpans, { type }: Event, at: number): readonly SpanStep[] {
  return end(spans, theSoak, at, { "kmend.soak.cut_short": type === "run:interrupted" }, null);
}

/** It begins with the first task of its own. Its tasks are in their hosts' spans, as others are. */
export function startGate(spans: OpenSpans, { kind }: TaskRef, at: number): readonly SpanStep[] {
  if (kind !== "gate" || spans.open.has(theGate)) return [];
  return start(spans, theGate, spans.batch ?? theRun, "gate", at, {});
}

export function endGate(spans: OpenSpans, { held }: Events["gate:ended"], at: number): readonly SpanStep[] {
  return end(spans, theGate, at, { "kmend.gate.held": held }, held ? null : "the gate did not hold");
}

/** In the task that the host is at, or in the rollback that wants the lock. */
export function startLockWait(
  spans: OpenSpans,
  { host, holder }: Events["lock:waiting"],
  at: number,
): readonly SpanStep[] {
  const attributes = { "host.name": clean(host), "kmend.lock.holder": holder.run };
  const parent = taskOf(spans, host) ?? spans.backs.get(host)?.rollback ?? spans.batch ?? theRun;
  return start(spans, lockKey(host), parent, "wait for a lock", at, attributes, host);
}

export function endLockWait(spans: OpenSpans, host: string, at: number): readonly SpanStep[] {
  return end(spans, lockKey(host), at, {}, null);
}

/** What was waited for in it came to nothing: the task, or the rollback, is over without it. */
export function endWaitsIn(spans: OpenSpans, parent: string, at: number): readonly SpanStep[] {
  return [...spans.open]
    .filter(([key, of]) => of.parent === parent && key.startsWith("lock "))
    .flatMap(([key]) => end(spans, key, at, {}, "another run kept the lock"));
}

function taskOf({ open }: OpenSpans, name: string): string | undefined {
  return [...open].findLast(([key, { host }]) => host === name && key.startsWith("task "))?.[0];
}

function lockKey(host: string): string {
  return `lock ${host}`;
}
