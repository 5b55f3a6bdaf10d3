/** What a task or one of its items came to, before it is counted. */

import type { WayBack } from "../journal/journal.ts";
import type { Diff, Effect } from "../modules/modules.ts";
import { Dict, truthy, type Value } from "../template/template.ts";
import type { Seen } from "./foretell.ts";

export interface Result {
  /** What `register` keeps. */
  readonly values: Dict;
  readonly isFailed: boolean;
  readonly isChanged: boolean;
  readonly isSkipped: boolean;
  readonly isUnreachable: boolean;
  readonly diff?: readonly Diff[];
  readonly wayBack?: WayBack;
  readonly effects?: readonly Effect[];
  readonly delegate?: string;
  /** The changes it recorded, whose `rollback:` tasks are filled in afterwards. */
  readonly changes?: readonly string[];
  /** In a plan: why nobody can know what it will come to. */
  readonly unsure?: string;
  /** In a plan: what the host module saw, and what it would make of it. */
  readonly seen?: Seen;
  /** The item's or the whole task's output stays out of the journal. */
  readonly isSecret?: boolean;
}

export function resultOf(values: Dict, more: Partial<Omit<Result, "values">> = {}): Result {
  return {
    isFailed: isSet(values, "failed"),
    isChanged: isSet(values, "changed"),
    isSkipped: isSet(values, "skipped"),
    isUnreachable: false,
    ...more,
    values,
  };
}

export function failedResult(msg: string, more: Readonly<Record<string, Value>> = {}): Result {
  return resultOf(Dict.of({ msg, ...more, failed: true }));
}

export function unreachableResult(msg: string): Result {
  return resultOf(Dict.of({ changed: false, msg, unreachable: true }), { isUnreachable: true });
}

export function skippedResult(reason: string, more: Readonly<Record<string, Value>> = {}): Result {
  return resultOf(Dict.of({ changed: false, skipped: true, skip_reason: reason, ...more }));
}

function isSet(values: Dict, key: string): boolean {
  const value = values.get(key);
  return value !== undefined && truthy(value);
}
