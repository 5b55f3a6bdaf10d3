/** Turns an expression into a closure that evaluates it. */

import type { Arguments } from "../python/arguments.ts";
import { arithmetic, negate, positive } from "../python/arithmetic.ts";
import { asKey, compare, contains, equal, truthy } from "../python/compare.ts";
import { defined } from "../python/convert.ts";
import { templateError, undefinedError } from "../python/failure.ts";
import { isObject } from "../python/py-object.ts";
import { iterate, slice } from "../python/sequence.ts";
import { str, typeName } from "../python/text.ts";
import { Dict, LenientUndefined, Tuple, Undefined, type Value } from "../values.ts";
import { getAttribute, getItem } from "./access.ts";
import type { Frame } from "./frame.ts";
import { raisedAt } from "./syntax-error.ts";
import type { CallArguments, Comparison, Expression } from "./tree.ts";

export type Evaluate = (frame: Frame) => Value;
type Of<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

export function compileExpression(node: Expression): Evaluate {
  switch (node.kind) {
    case "constant": {
      const { value } = node;
      return () => value;
    }
    case "name": {
      const { name } = node;
      return (frame) => frame.get(name);
    }
    case "list": {
      const items = node.items.map(compileExpression);
      return (frame) => items.map((item) => item(frame));
    }
    case "tuple": {
      const items = node.items.map(compileExpression);
      return (frame) => new Tuple(items.map((item) => item(frame)));
    }
    case "dict":
      return compileDict(node);
    case "attribute": {
      const target = compileExpression(node.target);
      const { name } = node;
      return (frame) => getAttribute(target(frame), name);
    }
    case "item": {
      const target = compileExpression(node.target);
      const key = compileExpression(node.key);
      return (frame) => getItem(target(frame), key(frame));
    }
    case "slice":
      return compileSlice(node);
    case "call":
      return compileCall(node);
    case "filter":
      return compileFilter(node);
    case "test":
      return compileTest(node);
    case "not": {
      const operand = compileExpression(node.operand);
      return (frame) => !truthy(operand(frame));
    }
    case "sign": {
      const operand = compileExpression(node.operand);
      const apply = node.sign === "-" ? negate : positive;
      return located(node.at, (frame) => apply(operand(frame)));
    }
    case "binary":
      return compileBinary(node);
    case "and": {
      const left = compileExpression(node.left);
      const right = compileExpression(node.right);
      return (frame) => {
        const value = left(frame);
        return truthy(value) ? right(frame) : value;
      };
    }
    case "or": {
      const left = compileExpression(node.left);
      const right = compileExpression(node.right);
      return (frame) => {
        const value = left(frame);
        return truthy(value) ? value : right(frame);
      };
    }
    case "compare":
      return compileCompare(node);
    case "concat": {
      const parts = node.parts.map(compileExpression);
      return (frame) => parts.map((part) => str(part(frame))).join("");
    }
    case "conditional":
      return compileConditional(node);
  }
}

function located(at: number, evaluate: Evaluate): Evaluate {
  return (frame) => {
    try {
      return evaluate(frame);
    } catch (error) {
      throw raisedAt(error, at);
    }
  };
}

function compileDict(node: Of<"dict">): Evaluate {
  const entries = node.entries.map(
    ([key, value]) => [compileExpression(key), compileExpression(value)] as const,
  );
  return (frame) => Dict.from(entries.map(([key, value]) => [asKey(key(frame)), value(frame)]));
}

function compileSlice(node: Of<"slice">): Evaluate {
  const target = compileExpression(node.target);
  const bound = (part: Expression | undefined) => (part ? compileExpression(part) : () => null);
  const [start, stop, step] = [bound(node.start), bound(node.stop), bound(node.step)];
  return located(node.at, (frame) => slice(target(frame), start(frame), stop(frame), step(frame)));
}

function compileBinary(node: Of<"binary">): Evaluate {
  const left = compileExpression(node.left);
  const right = compileExpression(node.right);
  const { operator } = node;
  return located(node.at, (frame) => arithmetic(operator, left(frame), right(frame)));
}

function compileConditional(node: Of<"conditional">): Evaluate {
  const test = compileExpression(node.test);
  const then = compileExpression(node.then);
  const otherwise = node.otherwise ? compileExpression(node.otherwise) : () => noElse;
  return (frame) => (truthy(test(frame)) ? then(frame) : otherwise(frame));
}

const noElse = new LenientUndefined(
  "the inline if-expression",
  "the inline if-expression evaluated to false and no else section was defined.",
);

const comparisons: Readonly<Record<Comparison, (left: Value, right: Value) => boolean>> = {
  "==": equal,
  "!=": (left, right) => !equal(left, right),
  "<": (left, right) => compare(left, right, "<") < 0,
  "<=": (left, right) => compare(left, right, "<=") <= 0,
  ">": (left, right) => compare(left, right, ">") > 0,
  ">=": (left, right) => compare(left, right, ">=") >= 0,
  in: (left, right) => contains(right, left),
  "not in": (left, right) => !contains(right, left),
};

/** `a < b < c` is `a < b and b < c`, with b evaluated once. */
function compileCompare(node: Of<"compare">): Evaluate {
  const first = compileExpression(node.first);
  const rest = node.rest.map(
    ([operator, operand]) => [comparisons[operator], compileExpression(operand)] as const,
  );
  return located(node.at, (frame) => {
    let left = first(frame);
    for (const [holds, operand] of rest) {
      const right = operand(frame);
      if (!holds(left, right)) return false;
      left = right;
    }
    return true;
  });
}

function compileFilter(node: Of<"filter">): Evaluate {
  const target = compileExpression(node.target);
  const args = compileArguments(node.args);
  const { name } = node;
  return located(node.at, (frame) => frame.run.filter(name, target(frame), args(frame)));
}

function compileTest(node: Of<"test">): Evaluate {
  const target = compileExpression(node.target);
  const args = compileArguments(node.args);
  const { name } = node;
  return located(node.at, (frame) => frame.run.test(name, target(frame), args(frame)));
}

function compileCall(node: Of<"call">): Evaluate {
  const target = compileExpression(node.target);
  const args = compileArguments(node.args);
  return located(node.at, (frame) => callValue(target(frame), args(frame)));
}

export function callValue(callee: Value, given: Arguments): Value {
  if (isObject(callee) && callee.isCallable) return callee.call(given);
  if (callee instanceof Undefined) throw undefinedError(callee);
  throw templateError(`'${typeName(callee)}' object is not callable`);
}

const nothing: Arguments = { positional: [], named: new Map() };

export function compileArguments(args: CallArguments): (frame: Frame) => Arguments {
  const positional = args.positional.map(compileExpression);
  const named = args.named.map(([name, value]) => [name, compileExpression(value)] as const);
  const star = args.star && compileExpression(args.star);
  const doubleStar = args.doubleStar && compileExpression(args.doubleStar);
  if (positional.length === 0 && named.length === 0 && !star && !doubleStar) return () => nothing;
  return (frame) => {
    const values = positional.map((value) => value(frame));
    if (star) values.push(...iterate(star(frame)));
    const names = new Map(named.map(([name, value]) => [name, value(frame)]));
    if (doubleStar) spread(doubleStar(frame), names);
    return { positional: values, named: names };
  };
}

function spread(value: Value, names: Map<string, Value>): void {
  if (!(defined(value) instanceof Dict)) throw templateError("argument after ** must be a mapping");
  for (const [key, item] of (value as Dict).entries()) names.set(str(key), item);
}
