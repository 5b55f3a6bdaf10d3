/**
 * Each line of a journal ends with a sum over itself and the sum of the line before it: a line that was changed, taken
 * out, moved or put in does not go with its neighbours any more. The first goes with the run's id.
 *
 * Sixteen hexadecimal digits of SHA-256: it is there to find what disks and editors do to a file. Whoever may write the
 * folder could make a new chain; against him the folder's rights are the guard.
 */

import { hash } from "node:crypto";

const tail = /,"sum":"([0-9a-f]{16})"\}$/;

/** @param body the event as JSON, an object with at least one key
 *  @param before the sum of the line before, or the run's id */
export function chained(body: string, before: string): { readonly line: string; readonly sum: string } {
  const sum = sumOf(body, before);
  return { line: `${body.slice(0, -1)},"sum":"${sum}"}`, sum };
}

/** A line's body and its sum as it was written; null: it has none. */
export function unchained(line: string): { readonly body: string; readonly sum: string } | null {
  const found = tail.exec(line);
  return found ? { body: `${line.slice(0, found.index)}}`, sum: found[1] ?? "" } : null;
}

export function sumOf(body: string, before: string): string {
  return hash("sha256", `${before}\n${body}`).slice(0, 16);
}
