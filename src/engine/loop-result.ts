import { Dict, type Value } from "../template/template.ts";
import { type Result, resultOf } from "./result.ts";

/** What a loop as a whole registers, made from its rounds. */
export function combined(results: readonly Result[]): Result {
  const isUnreachable = results.some((result) => result.isUnreachable);
  const isFailed = results.some((result) => result.isFailed);
  const isChanged = results.some((result) => result.isChanged);
  const isSkipped = results.every((result) => result.isSkipped);
  const values = Dict.of({
    results: results.map((result): Value => result.values),
    changed: isChanged,
    skipped: isSkipped,
  });
  if (results.length === 0) values.set("skipped_reason", "No items in the list");
  else if (isFailed) values.set("failed", true).set("msg", "One or more items failed");
  else values.set("msg", isSkipped ? "All items skipped" : "All items completed");
  const diff = results.flatMap((result) => [...(result.diff ?? [])]);
  const wayBack =
    results.find((result) => result.wayBack?.kind === "none")?.wayBack ??
    results.find((result) => result.wayBack)?.wayBack;
  const unsure = results.find((result) => result.unsure !== undefined)?.unsure;
  const seen = results.find((result) => result.seen)?.seen;
  const delegate = results.find((result) => result.delegate)?.delegate;
  return resultOf(values, {
    isFailed,
    isChanged,
    isSkipped,
    isUnreachable,
    effects: results.flatMap((result) => [...(result.effects ?? [])]),
    isSecret: results.some((result) => result.isSecret),
    ...(diff.length > 0 ? { diff } : {}),
    ...(wayBack ? { wayBack } : {}),
    ...(delegate ? { delegate } : {}),
    ...(unsure === undefined ? {} : { unsure }),
    ...(seen ? { seen } : {}),
  });
}
