/** Tests on the result of a task. */

import { type Test, test } from "../define.ts";
import { truthy } from "../python/compare.ts";
import { defined } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { toDict } from "../python/mapping.ts";
import { Dict, isList, type Value } from "../values.ts";

function result(value: Value, name: string): Dict {
  const dict = toDict(defined(value));
  if (!dict) throw templateError(`The '${name}' test expects a dictionary`);
  return dict;
}

function flag(value: Value, name: string, key: string): boolean {
  return truthy(result(value, name).get(key) ?? false);
}

function changed(value: Value): boolean {
  const dict = result(value, "changed");
  const own = dict.get("changed");
  if (own !== undefined) return truthy(own);
  const results = dict.get("results");
  return (
    results !== undefined &&
    isList(results) &&
    results.some((each) => each instanceof Dict && truthy(each.get("changed") ?? false))
  );
}

function named(
  names: readonly string[],
  summary: string,
  holds: (value: Value) => boolean,
): [string, Test][] {
  return names.map((name) => [name, test(summary, [], (value) => holds(value))]);
}

export const resultTests: Readonly<Record<string, Test>> = Object.fromEntries([
  ...named(["changed", "change"], "The task changed something", changed),
  ...named(["failed", "failure"], "The task failed", (value) => flag(value, "failed", "failed")),
  ...named(
    ["success", "succeeded", "successful"],
    "The task did not fail",
    (value) => !flag(value, "success", "failed"),
  ),
  ...named(["skipped", "skip"], "The task was skipped", (value) => flag(value, "skipped", "skipped")),
  ...named(["reachable"], "The host could be reached", (value) => !flag(value, "reachable", "unreachable")),
  ...named(["unreachable"], "The host could not be reached", (value) =>
    flag(value, "unreachable", "unreachable"),
  ),
  ...named(["started"], "The asynchronous task has started", (value) => flag(value, "started", "started")),
  ...named(["finished"], "The asynchronous task is done", (value) => flag(value, "finished", "finished")),
  ...named(["timedout"], "The task ran out of time", (value) => flag(value, "timedout", "timedout")),
]);
