/** A rollback as spans: its hosts, and each change of theirs that is taken back. */

import type { Events } from "../journal/journal.ts";
import { aboutTask, clean, end, type OpenSpans, type SpanStep, start, theRun } from "./open-spans.ts";
import { endWaitsIn } from "./waiting-spans.ts";

export function startRollback(
  spans: OpenSpans,
  event: Events["rollback:started"],
  at: number,
): readonly SpanStep[] {
  spans.rollbacks += 1;
  const key = `rollback ${spans.rollbacks}`;
  for (const host of event.hosts) spans.backs.set(host, { rollback: key, since: at });
  return start(spans, key, spans.batch ?? theRun, "rollback", at, {
    "kmend.rollback.scope": event.scope,
    "kmend.rollback.hosts": event.hosts.length,
    "kmend.rollback.reason": clean(event.reason),
  });
}

export function beginRevert({ backs }: OpenSpans, host: string, at: number): void {
  const back = backs.get(host);
  if (back) back.since = at;
}

/** A host's changes are taken back one after the other: where nothing says when one began, it was when the one before had ended. */
export function endRevert(
  spans: OpenSpans,
  { host, task, change }: Pick<Events["change:reverted"], "host" | "task" | "change">,
  at: number,
  wrong: { readonly type: string; readonly message: string } | null,
): readonly SpanStep[] {
  const back = spans.backs.get(host);
  if (!back) return [];
  const { rollback, since } = back;
  back.since = at;
  const ofHost = backKey(host);
  const hostSteps = spans.open.has(ofHost)
    ? []
    : start(spans, ofHost, rollback, clean(host), since, { "host.name": clean(host) }, host);
  const key = `revert ${host}`;
  const attributes = { ...aboutTask(host, task), "kmend.change.id": change };
  return [
    ...hostSteps,
    ...start(spans, key, ofHost, `take back ${clean(task.name)}`, since, attributes, host),
    ...end(
      spans,
      key,
      at,
      wrong ? { "error.type": wrong.type } : {},
      wrong && clean(`${wrong.type}: ${wrong.message}`),
    ),
  ];
}

export function endRollback(
  spans: OpenSpans,
  event: Events["rollback:ended"],
  at: number,
): readonly SpanStep[] {
  const hosts = Object.entries(event.hosts);
  const [key] = hosts.flatMap(([host]) => spans.backs.get(host)?.rollback ?? []);
  if (key === undefined) return [];
  for (const [host, { rollback }] of spans.backs) if (rollback === key) spans.backs.delete(host);
  const isFailed = (how: string): boolean => how === "rollback failed";
  const failed = hosts.filter(([, how]) => isFailed(how)).length;
  return [
    ...hosts.flatMap(([host, how]) => end(spans, backKey(host), at, {}, isFailed(how) ? how : null)),
    ...endWaitsIn(spans, key, at),
    ...end(spans, key, at, {}, failed > 0 ? `${failed} hosts could not be taken back` : null),
  ];
}

export function backKey(host: string): string {
  return `back ${host}`;
}
