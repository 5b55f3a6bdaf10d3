import { KmendError } from "../../problem/problem.ts";

/** What the error says is undefined, if that is what it is about. */
export function undefinedIn(error: unknown): string | undefined {
  return error instanceof KmendError && error.code === "undefined-variable"
    ? error.problems[0]?.message
    : undefined;
}
