/** Parses whole templates: text, prints and statements. */

import { ExpressionParser } from "./expression-parser.ts";
import { tokenize, tokenizeExpression } from "./lexer.ts";
import type { Syntax } from "./syntax.ts";
import { syntaxError } from "./syntax-error.ts";
import { describe, TokenStream } from "./token-stream.ts";
import type { Expression, FilterCall, Parameter, Statement, Target } from "./tree.ts";

export function parseTemplate(source: string, syntax: Syntax): readonly Statement[] {
  return new StatementParser(new TokenStream(tokenize(source, syntax)), syntax).whole();
}

/** A bare expression, as `when:` holds it. */
export function parseExpression(source: string, syntax: Syntax): Expression {
  const stream = new TokenStream(tokenizeExpression(source, syntax));
  const expression = new ExpressionParser(stream).expression();
  if (stream.current.kind !== "variable_end")
    throw syntaxError(
      `expected token 'end of expression', got '${describe(stream.current)}'`,
      stream.current.at,
    );
  return expression;
}

const maxDepth = 200;

class StatementParser {
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;
  readonly #syntax: Syntax;
  /** The statements that are open, innermost last. */
  readonly #open: { readonly tag: string; readonly at: number }[] = [];

  constructor(stream: TokenStream, syntax: Syntax) {
    this.#stream = stream;
    this.#expressions = new ExpressionParser(stream);
    this.#syntax = syntax;
  }

  whole(): readonly Statement[] {
    return this.#body([]);
  }

  /** Statements up to a tag of `ends`; the tag's name is the current token then. */
  #body(ends: readonly string[]): readonly Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      const token = this.#stream.current;
      if (token.kind === "eof") {
        if (ends.length > 0) throw this.#unclosed(ends);
        return statements;
      }
      this.#stream.next();
      if (token.kind === "data") statements.push({ kind: "data", text: token.text, at: token.at });
      else if (token.kind === "variable_begin") statements.push(this.#print(token.at));
      else {
        if (this.#stream.isName(...ends)) return statements;
        statements.push(this.#statement(token.at, ends));
      }
    }
  }

  #print(at: number): Statement {
    const value = this.#expressions.tuple();
    this.#stream.expect("variable_end");
    return { kind: "print", value, at };
  }

  #unclosed(ends: readonly string[]): Error {
    const wanted = ends.map((end) => `'${end}'`).join(" or ");
    const innermost = this.#open.at(-1);
    return syntaxError(
      `Unexpected end of template. Jinja was looking for the following tags: ${wanted}. The innermost block that needs to be closed is '${innermost?.tag}'.`,
      innermost?.at ?? this.#stream.current.at,
    );
  }

  #statement(at: number, ends: readonly string[]): Statement {
    const token = this.#stream.current;
    if (token.kind !== "name") throw syntaxError("tag name expected", token.at);
    const parse = this.#statements[token.text];
    if (!parse || !Object.hasOwn(this.#statements, token.text) || !this.#isAllowed(token.text))
      throw this.#unknownTag(token.text, token.at, ends);
    if (this.#open.length > maxDepth) throw syntaxError("the statements are nested too deeply", token.at);
    this.#stream.next();
    this.#open.push({ tag: token.text, at });
    const statement = parse(at);
    this.#open.pop();
    return statement;
  }

  #isAllowed(tag: string): boolean {
    if (tag === "do") return this.#syntax.extensions.includes("do");
    if (tag === "break" || tag === "continue") return this.#syntax.extensions.includes("loopcontrols");
    return true;
  }

  #unknownTag(name: string, at: number, ends: readonly string[]): Error {
    const wanted = ends.map((end) => `'${end}'`).join(" or ");
    const looking = ends.length > 0 ? ` Jinja was looking for the following tags: ${wanted}.` : "";
    const extension = name === "do" ? "jinja2.ext.do" : "jinja2.ext.loopcontrols";
    const hint = ["do", "break", "continue"].includes(name)
      ? `Set jinja2_extensions to ${extension}.`
      : undefined;
    return syntaxError(`Encountered unknown tag '${name}'.${looking}`, at, hint);
  }

  readonly #statements: Readonly<Record<string, (at: number) => Statement>> = {
    if: (at) => this.#if(at),
    for: (at) => this.#for(at),
    set: (at) => this.#set(at),
    macro: (at) => this.#macro(at),
    call: (at) => this.#call(at),
    filter: (at) => this.#filter(at),
    with: (at) => this.#with(at),
    include: (at) => this.#include(at),
    import: (at) => this.#import(at),
    from: (at) => this.#from(at),
    block: (at) => this.#block(at),
    autoescape: (at) => this.#autoescape(at),
    do: (at) => this.#do(at),
    break: (at) => this.#control("break", at),
    continue: (at) => this.#control("continue", at),
    extends: (at) => this.#extends(at),
  };

  #end(): void {
    this.#stream.expect("block_end");
  }

  #closed(...ends: string[]): readonly Statement[] {
    this.#end();
    return this.#body(ends);
  }

  #bodyTo(end: string): readonly Statement[] {
    const body = this.#closed(end);
    this.#stream.expectName(end);
    this.#end();
    return body;
  }

  #if(at: number): Statement {
    const branches: [Expression, readonly Statement[]][] = [];
    do {
      const test = this.#expressions.tuple({ withConditional: false });
      branches.push([test, this.#closed("elif", "else", "endif")]);
    } while (this.#stream.skipName("elif"));
    const otherwise = this.#stream.skipName("else") ? this.#closed("endif") : [];
    this.#stream.expectName("endif");
    this.#end();
    return { kind: "if", branches, otherwise, at };
  }

  #for(at: number): Statement {
    const target = this.#target(["in"]);
    this.#stream.expectName("in");
    const items = this.#expressions.tuple({ withConditional: false, endNames: ["recursive"] });
    const test = this.#stream.skipName("if") ? this.#expressions.expression() : undefined;
    const isRecursive = this.#stream.skipName("recursive");
    const body = this.#closed("endfor", "else");
    const otherwise = this.#stream.skipName("else") ? this.#closed("endfor") : [];
    this.#stream.expectName("endfor");
    this.#end();
    return { kind: "for", target, items, body, otherwise, isRecursive, at, ...(test ? { test } : {}) };
  }

  #target(endNames: readonly string[] = []): Target {
    const items: Target[] = [];
    let isTuple = false;
    while (!this.#stream.isOperator("=", ")") && !this.#stream.isName(...endNames)) {
      items.push(this.#oneTarget());
      if (!this.#stream.skipOperator(",")) break;
      isTuple = true;
    }
    if (isTuple) return { kind: "tuple", items };
    const [only] = items;
    if (!only) throw this.#stream.wanted("name");
    return only;
  }

  #oneTarget(): Target {
    if (this.#stream.skipOperator("(")) {
      const inner = this.#target();
      this.#stream.expectOperator(")");
      return inner;
    }
    const { text: name, at } = this.#stream.expectName();
    if (["true", "false", "none", "True", "False", "None"].includes(name))
      throw syntaxError(`can't assign to '${name}'`, at);
    if (!this.#stream.skipOperator(".")) return { kind: "name", name };
    return { kind: "namespace", name, attribute: this.#stream.expectName().text };
  }

  #set(at: number): Statement {
    const target = this.#target();
    if (this.#stream.skipOperator("=")) {
      const value = this.#expressions.tuple();
      this.#end();
      return { kind: "set", target, value, at };
    }
    const filters = this.#filterChain(this.#stream.isOperator("|"));
    return { kind: "setBlock", target, filters, body: this.#bodyTo("endset"), at };
  }

  #filterChain(hasMore: boolean): FilterCall[] {
    const filters: FilterCall[] = [];
    let more = hasMore;
    while (more) {
      if (filters.length > 0 || this.#stream.isOperator("|")) this.#stream.expectOperator("|");
      const { at } = this.#stream.current;
      const name = this.#expressions.dottedName();
      const args = this.#stream.isOperator("(")
        ? this.#expressions.arguments()
        : { positional: [], named: [] };
      filters.push({ name, args, at });
      more = this.#stream.isOperator("|");
    }
    return filters;
  }

  #parameters(): Parameter[] {
    const parameters: Parameter[] = [];
    this.#stream.expectOperator("(");
    while (!this.#stream.isOperator(")")) {
      if (parameters.length > 0) this.#stream.expectOperator(",");
      const { text: name } = this.#stream.expectName();
      const fallback = this.#stream.skipOperator("=") ? this.#expressions.expression() : undefined;
      if (!fallback && parameters.at(-1)?.fallback)
        throw syntaxError("non-default argument follows default argument", this.#stream.current.at);
      parameters.push({ name, ...(fallback ? { fallback } : {}) });
    }
    this.#stream.expectOperator(")");
    return parameters;
  }

  #macro(at: number): Statement {
    const { text: name } = this.#stream.expectName();
    const parameters = this.#parameters();
    return { kind: "macro", name, parameters, body: this.#bodyTo("endmacro"), at };
  }

  #call(at: number): Statement {
    const parameters = this.#stream.isOperator("(") ? this.#parameters() : [];
    const call = this.#expressions.expression();
    if (call.kind !== "call") throw syntaxError("expected call", at);
    return { kind: "callBlock", call, parameters, body: this.#bodyTo("endcall"), at };
  }

  #filter(at: number): Statement {
    const filters = this.#filterChain(true);
    return { kind: "filterBlock", filters, body: this.#bodyTo("endfilter"), at };
  }

  #with(at: number): Statement {
    const bindings: [Target, Expression][] = [];
    while (this.#stream.current.kind !== "block_end") {
      if (bindings.length > 0) this.#stream.expectOperator(",");
      const target = this.#oneTarget();
      this.#stream.expectOperator("=");
      bindings.push([target, this.#expressions.expression()]);
    }
    return { kind: "with", bindings, body: this.#bodyTo("endwith"), at };
  }

  #context(fallback: boolean): boolean {
    const { following } = this.#stream;
    if (!this.#stream.isName("with", "without") || following.kind !== "name" || following.text !== "context")
      return fallback;
    const isWith = this.#stream.next().text === "with";
    this.#stream.next();
    return isWith;
  }

  #include(at: number): Statement {
    const template = this.#expressions.expression();
    const ignoreMissing = this.#stream.skipName("ignore");
    if (ignoreMissing) this.#stream.expectName("missing");
    const withContext = this.#context(true);
    this.#end();
    return { kind: "include", template, ignoreMissing, withContext, at };
  }

  #import(at: number): Statement {
    const template = this.#expressions.expression();
    this.#stream.expectName("as");
    const { text: name } = this.#stream.expectName();
    const withContext = this.#context(false);
    this.#end();
    return { kind: "import", template, name, withContext, at };
  }

  #from(at: number): Statement {
    const template = this.#expressions.expression();
    this.#stream.expectName("import");
    const names: [string, string][] = [];
    while (this.#stream.current.kind === "name" && !this.#isContext()) {
      const { text: name } = this.#stream.expectName();
      names.push([name, this.#stream.skipName("as") ? this.#stream.expectName().text : name]);
      if (!this.#stream.skipOperator(",")) break;
    }
    const withContext = this.#context(false);
    this.#end();
    return { kind: "from", template, names, withContext, at };
  }

  #isContext(): boolean {
    const { following } = this.#stream;
    return (
      this.#stream.isName("with", "without") && following.kind === "name" && following.text === "context"
    );
  }

  /** Without inheritance a block is just its body. */
  #block(at: number): Statement {
    this.#stream.expectName();
    this.#stream.skipName("scoped");
    const body = this.#closed("endblock");
    this.#stream.expectName("endblock");
    if (this.#stream.current.kind === "name") this.#stream.next();
    this.#end();
    return { kind: "with", bindings: [], body, at };
  }

  #autoescape(at: number): Statement {
    this.#expressions.expression();
    return { kind: "group", body: this.#bodyTo("endautoescape"), at };
  }

  #do(at: number): Statement {
    const value = this.#expressions.tuple();
    this.#end();
    return { kind: "do", value, at };
  }

  #control(kind: "break" | "continue", at: number): Statement {
    this.#end();
    if (!this.#open.some(({ tag }) => tag === "for")) throw syntaxError(`'${kind}' outside of a loop`, at);
    return { kind, at };
  }

  #extends(at: number): never {
    throw syntaxError(
      "template inheritance ({% extends %}) is not supported",
      at,
      "Use {% include %} or macros.",
    );
  }
}
