/**
 * A run as spans: run, batch, host, task; rollback, host, revert; and what it waits for. They are made of events as they come.
 * Attributes are OpenTelemetry's where its semantic conventions have one (cicd, code, error, host, process), and `kmend.` otherwise.
 *
 * Must: what is kept does not grow with the run: only what is open now.
 */

import type { EndReason, Event, Events, TaskRef } from "../journal/journal.ts";
import { aboutTask, clean, end, note, type OpenSpans, type SpanStep, start, theRun } from "./open-spans.ts";
import { backKey, beginRevert, endRevert, endRollback, startRollback } from "./rollback-spans.ts";
import {
  endGate,
  endLockWait,
  endSoak,
  endWaitsIn,
  startGate,
  startLockWait,
  startSoak,
} from "./waiting-spans.ts";

/** @param past events of a run that goes on: no spans are made of them
 *  @returns what each event means, and what is to be done when no more come */
export function spanSteps(past: readonly Event[] = []): {
  take(event: Event): readonly SpanStep[];
  end(): readonly SpanStep[];
} {
  const spans: OpenSpans = {
    open: new Map(),
    begun: null,
    play: "",
    batch: null,
    rollbacks: 0,
    backs: new Map(),
    lastAt: 0,
  };
  for (const event of past) if (event.type === "run:started") spans.begun = event;
  return {
    take: (event) => stepsOf(spans, event),
    end: () => endAll(spans, spans.lastAt, "the run has no last event"),
  };
}

function stepsOf(spans: OpenSpans, event: Event): readonly SpanStep[] {
  const at = Date.parse(event.at);
  spans.lastAt = Math.max(spans.lastAt, at);
  return [...endSoak(spans, event, at), ...stepsAfterSoak(spans, event, at)];
}

function stepsAfterSoak(spans: OpenSpans, event: Event, at: number): readonly SpanStep[] {
  switch (event.type) {
    case "run:started":
      spans.begun = event;
      return startRun(spans, event.command, event.kmend, at);
    case "run:resumed":
      return startRun(spans, "resume", event.kmend, at);
    case "play:started":
      spans.play = clean(event.name);
      return [];
    case "batch:started":
      return startBatch(spans, event, at);
    case "task:started":
      return startGate(spans, event.task, at);
    case "host:started":
      return startTask(spans, event.host, event.task, at);
    case "task:ended":
      return endTask(spans, event, at);
    case "item:ended":
      return note(spans, taskKey(event.host, event.task), "item", at, {
        "kmend.item.label": clean(event.label),
        "kmend.item.outcome": event.outcome,
      });
    case "task:retrying":
      return note(spans, taskKey(event.host, event.task), "retry", at, {
        "kmend.retry.attempt": event.attempt,
      });
    case "change:recorded":
      if (event.task.kind === "rollback") beginRevert(spans, event.host, at);
      return note(spans, taskKey(event.for, event.task), "change recorded", at, {
        "kmend.change.id": event.change,
        "host.name": clean(event.host),
      });
    case "lock:waiting":
      return startLockWait(spans, event, at);
    case "host:locked":
      return endLockWait(spans, event.host, at);
    case "soak:started":
      return startSoak(spans, event, at);
    case "gate:ended":
      return endGate(spans, event, at);
    case "batch:ended":
      return endBatch(spans, event, at);
    case "rollback:started":
      return startRollback(spans, event, at);
    case "change:reverted":
      return endRevert(spans, event, at, null);
    case "change:revert-failed":
      return endRevert(spans, event, at, { type: event.kind, message: event.message });
    case "rollback:handler":
      return note(spans, backKey(event.host), "handler", at, {
        "kmend.handler.name": clean(event.name),
        ...(event.message === undefined ? {} : { "exception.message": clean(event.message) }),
      });
    case "rollback:ended":
      return endRollback(spans, event, at);
    case "run:interrupted":
      return note(spans, theRun, "interrupted", at, { "kmend.signal": event.signal });
    case "run:limit-reached":
      return note(spans, theRun, "limit reached", at, { "kmend.limit": event.keyword });
    case "run:ended":
      return endRun(spans, event, at);
    default:
      return [];
  }
}

function startRun(spans: OpenSpans, command: string, version: string, at: number): readonly SpanStep[] {
  const { run, playbooks = [], check = false, of } = spans.begun ?? {};
  return start(spans, theRun, null, `kmend ${command}`, at, {
    "cicd.pipeline.name": playbooks.length > 0 ? clean(playbooks.join(" ")) : command,
    ...(run === undefined ? {} : { "cicd.pipeline.run.id": run }),
    "cicd.pipeline.action.name": "RUN",
    "kmend.command": command,
    "kmend.version": version,
    "kmend.check": check,
    ...(of === undefined ? {} : { "kmend.rollback.of": of }),
  });
}

function startBatch(spans: OpenSpans, event: Events["batch:started"], at: number): readonly SpanStep[] {
  const key = `batch ${event.play}.${event.batch}`;
  spans.batch = key;
  return start(spans, key, theRun, `batch ${event.batch} of ${event.of}`, at, {
    "kmend.play.name": spans.play,
    "kmend.play.number": event.play,
    "kmend.batch.number": event.batch,
    "kmend.batch.count": event.of,
    "kmend.batch.hosts": event.hosts.length,
  });
}

/** A host's span begins with its first task of the batch. */
function startTask(spans: OpenSpans, host: string, task: TaskRef, at: number): readonly SpanStep[] {
  const key = taskKey(host, task);
  if (spans.open.has(key)) return [];
  const ofHost = `host ${host}`;
  const hostSteps = spans.open.has(ofHost)
    ? []
    : start(spans, ofHost, spans.batch ?? theRun, clean(host), at, { "host.name": clean(host) }, host);
  const taskSteps = start(
    spans,
    key,
    ofHost,
    clean(task.name),
    at,
    { ...aboutTask(host, task), "cicd.pipeline.task.run.id": `${task.id} ${clean(host)}` },
    host,
  );
  return [...hostSteps, ...taskSteps];
}

function endTask(spans: OpenSpans, event: Events["task:ended"], at: number): readonly SpanStep[] {
  const { host, task, outcome, ignored, rescued, durationMs } = event;
  const begun = startTask(spans, host, task, at - Math.max(0, durationMs));
  const isLost = outcome === "failed" || outcome === "unreachable";
  const attributes = {
    "kmend.task.outcome": outcome,
    "cicd.pipeline.task.run.result": taskResults[outcome],
    ...(isLost
      ? { "error.type": outcome, "kmend.task.ignored": ignored, "kmend.task.rescued": rescued }
      : {}),
  };
  const error = isLost && !ignored ? `${outcome}: ${messageOf(event.result)}` : null;
  const key = taskKey(host, task);
  return [...begun, ...endWaitsIn(spans, key, at), ...end(spans, key, at, attributes, error)];
}

const taskResults = {
  ok: "success",
  changed: "success",
  skipped: "skip",
  failed: "failure",
  unreachable: "error",
} as const;

function endBatch(spans: OpenSpans, event: Events["batch:ended"], at: number): readonly SpanStep[] {
  const lost = new Map([
    ...event.failed.map((host) => [host, "failed"] as const),
    ...event.unreachable.map((host) => [host, "unreachable"] as const),
  ]);
  const steps = [...spans.open]
    .filter(([, { host }]) => host !== null)
    .reverse()
    .flatMap(([key, { host }]) => {
      const how = key.startsWith("host ") ? lost.get(host ?? "") : undefined;
      return end(spans, key, at, how ? { "error.type": how } : {}, how ?? null);
    });
  const error = lost.size > 0 ? `${lost.size} of ${event.hosts} hosts were lost` : null;
  const attributes = {
    "kmend.batch.failed": event.failed.length,
    "kmend.batch.unreachable": event.unreachable.length,
    "kmend.batch.taken_back": event.takenBack,
  };
  const key = `batch ${event.play}.${event.batch}`;
  spans.batch = null;
  return [...steps, ...end(spans, key, at, attributes, error)];
}

function endRun(spans: OpenSpans, event: Events["run:ended"], at: number): readonly SpanStep[] {
  const { exitCode, reason } = event;
  const inner = [...spans.open.keys()]
    .filter((key) => key !== theRun)
    .reverse()
    .flatMap((key) => end(spans, key, at, {}, null));
  // A scan that found a leak ends with 3, and nothing went wrong with it.
  const isWell = exitCode === 0 || reason === "done";
  const attributes = {
    "process.exit.code": exitCode,
    ...(reason === undefined
      ? {}
      : { "kmend.run.reason": reason, "cicd.pipeline.result": runResults[reason] }),
    ...(isWell ? {} : { "error.type": reason ?? String(exitCode) }),
  };
  return [
    ...inner,
    ...end(spans, theRun, at, attributes, isWell ? null : `ended with exit code ${exitCode}`),
  ];
}

const runResults: Readonly<Record<EndReason, string>> = {
  done: "success",
  failed: "failure",
  unreachable: "failure",
  limit: "failure",
  window: "timeout",
  interrupted: "cancellation",
  error: "error",
  fault: "error",
};

function endAll(spans: OpenSpans, at: number, why: string): readonly SpanStep[] {
  return [...spans.open.keys()]
    .reverse()
    .flatMap((key) => end(spans, key, at, {}, key === theRun ? why : null));
}

function taskKey(host: string, task: TaskRef): string {
  return `task ${task.id} ${host}`;
}

function messageOf(result: unknown): string {
  const { msg, stderr } = (result ?? {}) as { msg?: unknown; stderr?: unknown };
  const said = [msg, stderr].filter((part) => typeof part === "string" && part !== "").join(": ");
  return clean(said || "no message");
}
