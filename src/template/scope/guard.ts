/** Whatever goes wrong in a template leaves the room as a KmendError, with a place and a way out. */

import { KmendError, type Place, type Problem } from "../../problem/problem.ts";
import { nearest } from "./nearest.ts";
import type { Scope } from "./scope.ts";

export function guarded<Result>(scope: Scope, place: Place | undefined, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw told(error, scope, place);
  }
}

function told(error: unknown, scope: Scope, place: Place | undefined): unknown {
  if (error instanceof RangeError || isTooMuchRecursion(error))
    return new KmendError({
      code: "template-error",
      message: `too large or too deep to evaluate (${(error as Error).message})`,
      ...(place ? { place } : {}),
    });
  if (!(error instanceof KmendError)) return error;
  return new KmendError(
    error.problems.map((problem) => completed(problem, scope, place)),
    error.exitCode,
  );
}

function isTooMuchRecursion(error: unknown): boolean {
  return error instanceof SyntaxError && error.message.includes("regular expression");
}

function completed(problem: Problem, scope: Scope, place: Place | undefined): Problem {
  const hint = problem.hint ?? meant(problem, scope);
  const where = problem.place ?? place;
  return { ...problem, ...(where ? { place: where } : {}), ...(hint ? { hint } : {}) };
}

function meant(problem: Problem, scope: Scope): string | undefined {
  const name =
    problem.code === "undefined-variable" ? /^'(\w+)' is undefined/.exec(problem.message)?.[1] : undefined;
  const known = name === undefined ? undefined : nearest(name, scope.names());
  return known === undefined ? undefined : `Did you mean '${known}'?`;
}
