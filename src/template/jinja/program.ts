/** A compiled template. */

import { KmendError } from "../../problem/problem.ts";
import { changingMethods } from "../python/methods.ts";
import { compileBody } from "./compile-statement.ts";
import { Frame } from "./frame.ts";
import type { Output } from "./output.ts";
import { printsText } from "./prints-text.ts";
import type { Run } from "./run.ts";
import { parseTemplate } from "./statement-parser.ts";
import type { Syntax } from "./syntax.ts";
import { ErrorAt, placeAt } from "./syntax-error.ts";

const changing = new RegExp(`\\.\\s*(?:${[...changingMethods].join("|")})\\s*\\(`);

export class Program {
  readonly #source: string;
  readonly #file: string | undefined;
  /** Whether it calls `append` and the like: it must not reach the variables that others see. */
  readonly #changesValues: boolean;
  /** Its result is text whatever it looks like: it prints what a filter wrote that is meant to be text. */
  readonly isText: boolean;
  readonly #body: (frame: Frame, output: Output) => unknown;

  /** With a `file`, errors say where in it they happened. */
  constructor(source: string, syntax: Syntax, file?: string) {
    this.#source = source;
    this.#file = file;
    this.#changesValues = changing.test(source);
    const statements = this.#placed(() => parseTemplate(source, syntax));
    this.isText = printsText(statements);
    this.#body = compileBody(statements);
  }

  /** Runs the template; what it printed is in `output`, what it set in the frame that is returned. */
  render(run: Run, output: Output, given?: Frame): Frame {
    const frame = given ?? new Frame(this.#changesValues ? run.changing() : run);
    output.copiesValues ||= this.#changesValues;
    this.#placed(() => this.#body(frame, output));
    return frame;
  }

  #placed<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof ErrorAt) || this.#file === undefined) throw error;
      const place = placeAt(this.#source, error.offset, this.#file);
      throw new KmendError(
        error.problems.map((problem) => ({ place, ...problem })),
        error.exitCode,
      );
    }
  }
}
