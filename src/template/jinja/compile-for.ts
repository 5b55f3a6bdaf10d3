/** `for`, with its filter, its `else` and its recursion. */

import { templateError } from "../python/failure.ts";
import { asValue } from "../python/py-object.ts";
import { iterate } from "../python/sequence.ts";
import type { Value } from "../values.ts";
import { compileExpression } from "./compile-expression.ts";
import { compileTarget } from "./compile-target.ts";
import { compileTruth, type Execute, finished, type Left } from "./execute.ts";
import type { Frame } from "./frame.ts";
import { Loop } from "./loop.ts";
import { Output } from "./output.ts";
import { raisedAt } from "./syntax-error.ts";
import type { Statement } from "./tree.ts";

type For = Extract<Statement, { kind: "for" }>;
type CompileBody = (statements: readonly Statement[]) => Execute;

const maxDepth = 200;

export function compileFor(node: For, compileBody: CompileBody): Execute {
  const source = compileExpression(node.items);
  const assign = compileTarget(node.target);
  const holds = node.test && compileTruth(node.test.at, compileExpression(node.test));
  const body = compileBody(node.body);
  const otherwise = compileBody(node.otherwise);

  /** The items that the `if` behind the items lets through. */
  const picked = (value: Value, frame: Frame): readonly Value[] => {
    const items = iterate(value);
    if (!holds) return items;
    return items.filter((item) => {
      const inner = frame.child();
      assign(inner, item);
      return holds(inner);
    });
  };

  const run = (value: Value, frame: Frame, output: Output, depth: number): Left => {
    if (depth > maxDepth) throw templateError("the loop recurses too deeply");
    const items = picked(value, frame);
    if (items.length === 0) return otherwise(frame.child(), output);
    const recurse = (inner: Value): Value => {
      const captured = new Output();
      run(inner, frame, captured, depth + 1);
      return finished(captured, frame);
    };
    const loop = new Loop(items, depth, node.isRecursive ? recurse : undefined);
    for (const item of items) {
      const inner = frame.child();
      loop.advance();
      inner.set("loop", asValue(loop));
      assign(inner, item);
      if (body(inner, output) === "break") break;
    }
    return undefined;
  };

  return (frame, output) => {
    try {
      return run(source(frame), frame, output, 1);
    } catch (error) {
      throw raisedAt(error, node.at);
    }
  };
}
