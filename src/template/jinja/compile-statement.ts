/** Turns statements into closures that run them. */

import type { Value } from "../values.ts";
import { compileArguments, compileExpression, type Evaluate } from "./compile-expression.ts";
import { compileFor } from "./compile-for.ts";
import { compileFrom, compileImport, compileInclude } from "./compile-import.ts";
import { compileCallBlock, compileMacro } from "./compile-macro.ts";
import { compileTarget } from "./compile-target.ts";
import { compileTruth, type Execute, finished } from "./execute.ts";
import type { Frame } from "./frame.ts";
import { Output } from "./output.ts";
import { raisedAt } from "./syntax-error.ts";
import type { FilterCall, Statement } from "./tree.ts";

type Of<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

export function compileBody(statements: readonly Statement[]): Execute {
  const steps = statements.map(compileStatement);
  if (steps.length === 1) return steps[0] as Execute;
  return (frame, output) => {
    for (const step of steps) {
      const left = step(frame, output);
      if (left) return left;
    }
    return undefined;
  };
}

function compileStatement(node: Statement): Execute {
  switch (node.kind) {
    case "data":
      return (_frame, output) => {
        output.text(node.text);
        return undefined;
      };
    case "print":
      return compilePrint(node);
    case "if":
      return compileIf(node);
    case "for":
      return compileFor(node, compileBody);
    case "set": {
      const assign = compileTarget(node.target);
      const value = compileExpression(node.value);
      return quietly(node.at, (frame) => assign(frame, value(frame)));
    }
    case "setBlock": {
      const assign = compileTarget(node.target);
      const capture = compileCapture(node.body, node.filters);
      return quietly(node.at, (frame) => assign(frame, capture(frame)));
    }
    case "macro":
      return compileMacro(node, compileBody);
    case "callBlock":
      return compileCallBlock(node, compileBody);
    case "filterBlock": {
      const capture = compileCapture(node.body, node.filters);
      return printing(node.at, capture);
    }
    case "with":
      return compileWith(node);
    case "include":
      return compileInclude(node);
    case "import":
      return compileImport(node);
    case "from":
      return compileFrom(node);
    case "group":
      return compileBody(node.body);
    case "do":
      return quietly(node.at, compileExpression(node.value));
    case "break":
    case "continue":
      return () => node.kind;
  }
}

function compilePrint(node: Of<"print">): Execute {
  return printing(node.at, compileExpression(node.value));
}

function printing(at: number, evaluate: Evaluate): Execute {
  return (frame, output) => {
    try {
      output.value(evaluate(frame));
    } catch (error) {
      throw raisedAt(error, at);
    }
    return undefined;
  };
}

function quietly(at: number, act: (frame: Frame) => unknown): Execute {
  return (frame) => {
    try {
      act(frame);
    } catch (error) {
      throw raisedAt(error, at);
    }
    return undefined;
  };
}

function compileIf(node: Of<"if">): Execute {
  const branches = node.branches.map(
    ([test, body]) => [compileTruth(test.at, compileExpression(test)), compileBody(body)] as const,
  );
  const otherwise = compileBody(node.otherwise);
  return (frame, output) => {
    for (const [holds, body] of branches) if (holds(frame)) return body(frame, output);
    return otherwise(frame, output);
  };
}

/** What the body prints, through the filters, as one value. */
function compileCapture(body: readonly Statement[], filters: readonly FilterCall[]): Evaluate {
  const run = compileBody(body);
  const calls = filters.map(({ name, args }) => ({ name, args: compileArguments(args) }));
  return (frame) => {
    const output = new Output();
    run(frame.child(), output);
    let value = finished(output, frame);
    for (const { name, args } of calls) value = frame.run.filter(name, value, args(frame));
    return value;
  };
}

function compileWith(node: Of<"with">): Execute {
  const bindings = node.bindings.map(
    ([target, value]) => [compileTarget(target), compileExpression(value)] as const,
  );
  const body = compileBody(node.body);
  return (frame, output) => {
    const inner = frame.child();
    const values = bindings.map(([, value]) => value(frame));
    bindings.forEach(([assign], index) => {
      assign(inner, values[index] as Value);
    });
    return body(inner, output);
  };
}
