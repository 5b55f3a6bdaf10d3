/** Spans that are open, and the steps that begin, note on and end one. */

import type { Events, TaskRef } from "../journal/journal.ts";
import { harmless } from "../problem/problem.ts";

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What is to be done with the span of a key. Times are milliseconds since 1970. */
export type SpanStep =
  | {
      readonly kind: "start";
      readonly key: string;
      /** null: none of this run. */
      readonly parent: string | null;
      readonly name: string;
      readonly at: number;
      readonly attributes: Attributes;
    }
  | {
      readonly kind: "event";
      readonly key: string;
      readonly name: string;
      readonly at: number;
      readonly attributes: Attributes;
    }
  | {
      readonly kind: "end";
      readonly key: string;
      readonly at: number;
      readonly attributes: Attributes;
      /** What went wrong; null: nothing did. */
      readonly error: string | null;
    };

/** What is known of a run between two events. */
export interface OpenSpans {
  /** By key, each with its parent's. */
  readonly open: Map<string, { readonly parent: string | null; readonly host: string | null }>;
  begun: Pick<Events["run:started"], "run" | "command" | "playbooks" | "check" | "of"> | null;
  play: string;
  batch: string | null;
  /** How many rollbacks there were: each has a span. */
  rollbacks: number;
  /** Hosts that are being taken back: in which rollback, and since when the next revert is under way. */
  readonly backs: Map<string, { readonly rollback: string; since: number }>;
  lastAt: number;
}

/** The key of the run's own span. */
export const theRun = "run";

/** A message may be a host's whole output. */
const longestText = 1024;

export function start(
  spans: OpenSpans,
  key: string,
  parent: string | null,
  name: string,
  at: number,
  attributes: Attributes,
  host: string | null = null,
): readonly SpanStep[] {
  // A batch that a resume goes on with is told again.
  const again = spans.open.has(key) ? end(spans, key, at, {}, null) : [];
  const known = parent !== null && spans.open.has(parent) ? parent : null;
  spans.open.set(key, { parent: known, host });
  return [...again, { kind: "start", key, parent: known, name, at, attributes }];
}

export function note(
  spans: OpenSpans,
  key: string,
  name: string,
  at: number,
  attributes: Attributes,
): readonly SpanStep[] {
  return spans.open.has(key) ? [{ kind: "event", key, name, at, attributes }] : [];
}

export function end(
  spans: OpenSpans,
  key: string,
  at: number,
  attributes: Attributes,
  error: string | null,
): readonly SpanStep[] {
  if (!spans.open.delete(key)) return [];
  return [{ kind: "end", key, at, attributes, error }];
}

/** Of a task, or of what took it back. */
export function aboutTask(host: string, { name, module, kind, place }: TaskRef): Attributes {
  return {
    "host.name": clean(host),
    "cicd.pipeline.task.name": clean(name),
    "kmend.task.module": module,
    "kmend.task.kind": kind,
    "code.file.path": clean(place.file),
    "code.line.number": place.line,
    "code.column.number": place.column,
  };
}

export function clean(text: string): string {
  const whole = harmless(text).toWellFormed();
  return whole.length <= longestText ? whole : `${whole.slice(0, longestText - 1).toWellFormed()}…`;
}
