/** An error that knows where in its template it happened; whoever holds the template turns that into a place. */

import { KmendError, type Place, type Problem } from "../../problem/problem.ts";

export class ErrorAt extends KmendError {
  readonly offset: number;
  constructor(problem: Problem, offset: number) {
    super(problem);
    this.offset = offset;
  }
}

export function syntaxError(message: string, offset: number, hint?: string): ErrorAt {
  return new ErrorAt({ code: "template-error", message, ...(hint ? { hint } : {}) }, offset);
}

/** Gives an error that has neither a place nor an offset yet the offset of the expression that raised it. */
export function raisedAt(error: unknown, offset: number): unknown {
  if (!(error instanceof KmendError) || error instanceof ErrorAt) return error;
  const problem = error.problems[0];
  return problem && !problem.place ? new ErrorAt(problem, offset) : error;
}

/** Line and column of an offset in the template's source. */
export function placeAt(source: string, offset: number, file: string): Place {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { file, line: before.split("\n").length, column: offset - lineStart + 1 };
}
