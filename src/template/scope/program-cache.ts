/** Compiled templates, kept by their source: a task that runs on 200 hosts is compiled once. */

import { compileExpression, type Evaluate } from "../jinja/compile-expression.ts";
import { Program } from "../jinja/program.ts";
import { parseExpression } from "../jinja/statement-parser.ts";
import { fileSyntax, playbookSyntax, type Syntax } from "../jinja/syntax.ts";

const maxKept = 20_000;
const programs = new Map<string, Program>();
const expressions = new Map<string, Evaluate>();

export function program(source: string, syntax: Syntax = playbookSyntax): Program {
  const key = keyOf(source, syntax);
  return kept(programs, key, () => new Program(source, syntax));
}

export function expression(source: string, syntax: Syntax = playbookSyntax): Evaluate {
  const key = keyOf(source, syntax);
  return kept(expressions, key, () => compileExpression(parseExpression(source, syntax)));
}

function keyOf(source: string, syntax: Syntax): string {
  if (syntax === playbookSyntax) return source;
  return `${syntax === fileSyntax ? "" : JSON.stringify(syntax)}\0${source}`;
}

function kept<Item>(store: Map<string, Item>, key: string, make: () => Item): Item {
  const found = store.get(key);
  if (found) return found;
  const made = make();
  if (store.size >= maxKept) store.clear();
  store.set(key, made);
  return made;
}
