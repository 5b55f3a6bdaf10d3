/** Macros, and `call` blocks that hand one a body. */

import { orElse } from "../python/absent.ts";
import type { Arguments } from "../python/arguments.ts";
import { templateError } from "../python/failure.ts";
import { asValue, PyObject } from "../python/py-object.ts";
import { Dict, Tuple, Undefined, type Value } from "../values.ts";
import { callValue, compileArguments, compileExpression, type Evaluate } from "./compile-expression.ts";
import { type Execute, finished } from "./execute.ts";
import type { Frame } from "./frame.ts";
import { Output } from "./output.ts";
import { raisedAt } from "./syntax-error.ts";
import type { Parameter, Statement } from "./tree.ts";

type MacroNode = Extract<Statement, { kind: "macro" }>;
type CallBlock = Extract<Statement, { kind: "callBlock" }>;
type CompileBody = (statements: readonly Statement[]) => Execute;

export function compileMacro(node: MacroNode, compileBody: CompileBody): Execute {
  const shape = macroShape(node.name, node.parameters, node.body, compileBody);
  return (frame) => {
    frame.set(node.name, asValue(new Macro(shape, frame)));
    return undefined;
  };
}

export function compileCallBlock(node: CallBlock, compileBody: CompileBody): Execute {
  const shape = macroShape("caller", node.parameters, node.body, compileBody);
  const { call } = node;
  if (call.kind !== "call") throw templateError("expected call");
  const callee = compileExpression(call.target);
  const args = compileArguments(call.args);
  return (frame, output) => {
    try {
      const given = args(frame);
      const named = new Map(given.named).set("caller", asValue(new Macro(shape, frame)));
      output.value(callValue(callee(frame), { positional: given.positional, named }));
    } catch (error) {
      throw raisedAt(error, node.at);
    }
    return undefined;
  };
}

interface MacroShape {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback: Evaluate | undefined }[];
  readonly body: Execute;
  /** Special names that the body uses; only then may a call give more than the parameters. */
  readonly takes: { readonly varargs: boolean; readonly kwargs: boolean; readonly caller: boolean };
}

function macroShape(
  name: string,
  parameters: readonly Parameter[],
  body: readonly Statement[],
  compileBody: CompileBody,
): MacroShape {
  const used = namesIn(body);
  return {
    name,
    parameters: parameters.map(({ name, fallback }) => ({
      name,
      fallback: fallback && compileExpression(fallback),
    })),
    body: compileBody(body),
    takes: { varargs: used.has("varargs"), kwargs: used.has("kwargs"), caller: used.has("caller") },
  };
}

const maxDepth = 200;
let depth = 0;

class Macro extends PyObject {
  readonly typeName = "Macro";
  readonly #shape: MacroShape;
  readonly #outer: Frame;

  constructor(shape: MacroShape, outer: Frame) {
    super();
    this.#shape = shape;
    this.#outer = outer;
  }

  override get isCallable(): boolean {
    return true;
  }

  override attribute(name: string): Value | undefined {
    if (name === "name") return this.#shape.name;
    if (name === "arguments") return new Tuple(this.#shape.parameters.map((parameter) => parameter.name));
    if (name === "catch_varargs") return this.#shape.takes.varargs;
    if (name === "catch_kwargs") return this.#shape.takes.kwargs;
    if (name === "caller") return this.#shape.takes.caller;
    return undefined;
  }

  override call(given: Arguments): Value {
    if (depth >= maxDepth) throw templateError(`the macro '${this.#shape.name}' calls itself too deeply`);
    depth++;
    try {
      const frame = this.#outer.child();
      this.#bind(given, frame);
      const output = new Output();
      this.#shape.body(frame, output);
      return finished(output, frame);
    } finally {
      depth--;
    }
  }

  #bind(given: Arguments, frame: Frame): void {
    const { parameters, takes, name } = this.#shape;
    const named = new Map(given.named);
    parameters.forEach((parameter, index) => {
      const positional = given.positional[index];
      if (positional !== undefined && named.has(parameter.name))
        throw templateError(`macro '${name}' got multiple values for argument '${parameter.name}'`);
      const value = orElse(positional, () => named.get(parameter.name));
      named.delete(parameter.name);
      frame.set(
        parameter.name,
        orElse(value, () => this.#fallback(parameter, frame)),
      );
    });
    if (takes.caller) {
      frame.set("caller", named.get("caller") ?? new Undefined("caller", "No caller defined"));
      named.delete("caller");
    }
    const extra = given.positional.slice(parameters.length);
    if (takes.varargs) frame.set("varargs", new Tuple(extra));
    else if (extra.length > 0)
      throw templateError(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
    if (takes.kwargs) frame.set("kwargs", Dict.from(named));
    else if (named.has("caller"))
      throw templateError(`macro '${name}' was called with a body, but does not use caller()`);
    else if (named.size > 0)
      throw templateError(`macro '${name}' takes no keyword argument '${[...named.keys()][0]}'`);
  }

  #fallback(parameter: { name: string; fallback: Evaluate | undefined }, frame: Frame): Value {
    if (parameter.fallback) return parameter.fallback(frame);
    return new Undefined(parameter.name, `parameter '${parameter.name}' was not provided`);
  }

  text(): string {
    return `<Macro '${this.#shape.name}'>`;
  }
}

/** Every name that the statements read. */
function namesIn(body: unknown, names = new Set<string>()): Set<string> {
  if (Array.isArray(body)) for (const item of body) namesIn(item, names);
  else if (typeof body === "object" && body !== null) {
    const node = body as { kind?: string; name?: string };
    if (node.kind === "name" && node.name) names.add(node.name);
    for (const part of Object.values(body)) if (typeof part === "object") namesIn(part, names);
  }
  return names;
}
