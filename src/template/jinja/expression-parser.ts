/** Parses expressions, with Jinja's precedence: filters and tests bind tighter than any operator. */

import type { Operator } from "../python/arithmetic.ts";
import { Float, int } from "../values.ts";
import { syntaxError } from "./syntax-error.ts";
import { describe, type TokenStream } from "./token-stream.ts";
import type { CallArguments, Comparison, Expression } from "./tree.ts";

/** Deep enough for any expression that a person wrote; bounds the recursion for the others. */
const maxDepth = 200;

export class ExpressionParser {
  readonly stream: TokenStream;
  #depth = 0;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  /** `a if b else c` and everything below it. */
  expression(withConditional = true): Expression {
    if (++this.#depth > maxDepth)
      throw syntaxError("the expression is nested too deeply", this.stream.current.at);
    const result = withConditional ? this.#conditional() : this.#or();
    this.#depth--;
    return result;
  }

  /** One expression, or a tuple without parentheses: `a, b`. */
  tuple(
    options: { withConditional?: boolean; endNames?: readonly string[]; isExplicit?: boolean } = {},
  ): Expression {
    const at = this.stream.current.at;
    const items: Expression[] = [];
    let isTuple = false;
    while (!this.#isTupleEnd(options.endNames ?? [])) {
      items.push(this.expression(options.withConditional ?? true));
      if (!this.stream.isOperator(",")) break;
      isTuple = true;
      this.stream.next();
    }
    if (isTuple || (items.length === 0 && options.isExplicit)) return { kind: "tuple", items, at };
    const [only] = items;
    if (!only) throw syntaxError(`Expected an expression, got '${describe(this.stream.current)}'`, at);
    return only;
  }

  #isTupleEnd(endNames: readonly string[]): boolean {
    const { kind } = this.stream.current;
    return (
      kind === "variable_end" ||
      kind === "block_end" ||
      kind === "eof" ||
      this.stream.isOperator(")") ||
      this.stream.isName(...endNames)
    );
  }

  #conditional(): Expression {
    let then = this.#or();
    while (this.stream.isName("if")) {
      const { at } = this.stream.next();
      const test = this.#or();
      const otherwise = this.stream.skipName("else") ? this.#conditional() : undefined;
      then = { kind: "conditional", test, then, at, ...(otherwise ? { otherwise } : {}) };
    }
    return then;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.stream.isName("or")) {
      const { at } = this.stream.next();
      left = { kind: "or", left, right: this.#and(), at };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.stream.isName("and")) {
      const { at } = this.stream.next();
      left = { kind: "and", left, right: this.#not(), at };
    }
    return left;
  }

  #not(): Expression {
    if (!this.stream.isName("not")) return this.#compare();
    if (++this.#depth > maxDepth)
      throw syntaxError("the expression is nested too deeply", this.stream.current.at);
    const { at } = this.stream.next();
    const operand = this.#not();
    this.#depth--;
    return { kind: "not", operand, at };
  }

  #compare(): Expression {
    const first = this.#sum();
    const rest: (readonly [Comparison, Expression])[] = [];
    const at = this.stream.current.at;
    for (let operator = this.#comparison(); operator; operator = this.#comparison())
      rest.push([operator, this.#sum()]);
    return rest.length === 0 ? first : { kind: "compare", first, rest, at };
  }

  #comparison(): Comparison | undefined {
    if (this.stream.isOperator("==", "!=", "<", "<=", ">", ">="))
      return this.stream.next().text as Comparison;
    if (this.stream.skipName("in")) return "in";
    const { following } = this.stream;
    if (this.stream.isName("not") && following.kind === "name" && following.text === "in") {
      this.stream.next();
      this.stream.next();
      return "not in";
    }
    return undefined;
  }

  #sum(): Expression {
    return this.#binary(["+", "-"], () => this.#concat());
  }

  #concat(): Expression {
    const { at } = this.stream.current;
    const parts = [this.#product()];
    while (this.stream.skipOperator("~")) parts.push(this.#product());
    return parts.length === 1 ? (parts[0] as Expression) : { kind: "concat", parts, at };
  }

  #product(): Expression {
    return this.#binary(["*", "/", "//", "%"], () => this.#power());
  }

  #power(): Expression {
    return this.#binary(["**"], () => this.#unary(true));
  }

  #binary(operators: readonly Operator[], operand: () => Expression): Expression {
    let left = operand();
    while (this.stream.isOperator(...operators)) {
      const { text, at } = this.stream.next();
      left = { kind: "binary", operator: text as Operator, left, right: operand(), at };
    }
    return left;
  }

  #unary(withFilter: boolean): Expression {
    const { at } = this.stream.current;
    let node: Expression;
    if (this.stream.isOperator("-", "+")) {
      if (++this.#depth > maxDepth) throw syntaxError("the expression is nested too deeply", at);
      const sign = this.stream.next().text as "-" | "+";
      node = { kind: "sign", sign, operand: this.#unary(false), at };
      this.#depth--;
    } else {
      node = this.#postfix(this.#primary());
    }
    return withFilter ? this.#filters(this.#postfix(node)) : node;
  }

  #primary(): Expression {
    const token = this.stream.current;
    const { at } = token;
    if (token.kind === "name") return this.#word();
    if (token.kind === "string") return { kind: "constant", value: this.#strings(), at };
    if (token.kind === "integer") {
      this.stream.next();
      return { kind: "constant", value: int(BigInt(token.text.replaceAll("_", ""))), at };
    }
    if (token.kind === "float") {
      this.stream.next();
      return { kind: "constant", value: new Float(Number(token.text.replaceAll("_", ""))), at };
    }
    if (this.stream.skipOperator("(")) {
      const node = this.tuple({ isExplicit: true });
      this.stream.expectOperator(")");
      return node;
    }
    if (this.stream.isOperator("[")) return this.#list();
    if (this.stream.isOperator("{")) return this.#dict();
    throw syntaxError(`unexpected '${describe(token)}'`, at);
  }

  #word(): Expression {
    const { text, at } = this.stream.next();
    if (text === "true" || text === "True") return { kind: "constant", value: true, at };
    if (text === "false" || text === "False") return { kind: "constant", value: false, at };
    if (text === "none" || text === "None") return { kind: "constant", value: null, at };
    return { kind: "name", name: text, at };
  }

  /** Adjacent strings are one. */
  #strings(): string {
    let text = "";
    while (this.stream.current.kind === "string") text += this.stream.next().text;
    return text;
  }

  #list(): Expression {
    const { at } = this.stream.expectOperator("[");
    const items: Expression[] = [];
    while (!this.stream.isOperator("]")) {
      if (items.length > 0) this.stream.expectOperator(",");
      if (this.stream.isOperator("]")) break;
      items.push(this.expression());
    }
    this.stream.expectOperator("]");
    return { kind: "list", items, at };
  }

  #dict(): Expression {
    const { at } = this.stream.expectOperator("{");
    const entries: [Expression, Expression][] = [];
    while (!this.stream.isOperator("}")) {
      if (entries.length > 0) this.stream.expectOperator(",");
      if (this.stream.isOperator("}")) break;
      const key = this.expression();
      this.stream.expectOperator(":");
      entries.push([key, this.expression()]);
    }
    this.stream.expectOperator("}");
    return { kind: "dict", entries, at };
  }

  #postfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.isOperator(".")) node = this.#dot(node);
      else if (this.stream.isOperator("[")) node = this.#subscript(node);
      else if (this.stream.isOperator("("))
        node = { kind: "call", target: node, at: node.at, args: this.arguments() };
      else return node;
    }
  }

  #dot(target: Expression): Expression {
    const { at } = this.stream.expectOperator(".");
    const token = this.stream.next();
    if (token.kind === "name") return { kind: "attribute", target, name: token.text, at };
    if (token.kind !== "integer") throw syntaxError("expected name or number", token.at);
    return { kind: "item", target, key: { kind: "constant", value: int(BigInt(token.text)), at }, at };
  }

  #subscript(target: Expression): Expression {
    const { at } = this.stream.expectOperator("[");
    const node = this.#subscribed(target, at);
    if (!this.stream.isOperator(",")) {
      this.stream.expectOperator("]");
      return node;
    }
    const keys = [node.kind === "item" ? node.key : node];
    while (this.stream.skipOperator(",")) {
      if (this.stream.isOperator("]")) break;
      keys.push(this.expression());
    }
    this.stream.expectOperator("]");
    return { kind: "item", target, key: { kind: "tuple", items: keys, at }, at };
  }

  #subscribed(target: Expression, at: number): Expression {
    const isEdge = () => this.stream.isOperator("]", ",", ":");
    const start = isEdge() ? undefined : this.expression();
    if (!this.stream.skipOperator(":")) {
      if (!start) throw syntaxError(`Expected an expression, got '${describe(this.stream.current)}'`, at);
      return { kind: "item", target, key: start, at };
    }
    const stop = isEdge() ? undefined : this.expression();
    const step = this.stream.skipOperator(":") && !isEdge() ? this.expression() : undefined;
    return {
      kind: "slice",
      target,
      at,
      ...(start ? { start } : {}),
      ...(stop ? { stop } : {}),
      ...(step ? { step } : {}),
    };
  }

  /** Filters, tests and calls behind an operand. */
  #filters(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.isOperator("|")) node = this.#filter(node);
      else if (this.stream.isName("is")) node = this.#test(node);
      else if (this.stream.isOperator("("))
        node = { kind: "call", target: node, at: node.at, args: this.arguments() };
      else return node;
    }
  }

  #filter(target: Expression): Expression {
    this.stream.expectOperator("|");
    const { at } = this.stream.current;
    const name = this.dottedName();
    const args = this.stream.isOperator("(") ? this.arguments() : noArguments;
    return { kind: "filter", name, target, args, at };
  }

  dottedName(): string {
    let name = this.stream.expectName().text;
    while (this.stream.skipOperator(".")) name += `.${this.stream.expectName().text}`;
    return name;
  }

  #test(target: Expression): Expression {
    this.stream.expectName("is");
    const isNegated = this.stream.skipName("not");
    const { at } = this.stream.current;
    const name = this.dottedName();
    const node: Expression = { kind: "test", name, target, args: this.#testArguments(), at };
    return isNegated ? { kind: "not", operand: node, at } : node;
  }

  /** `is divisibleby(3)`, or without parentheses: `is divisibleby 3`. */
  #testArguments(): CallArguments {
    if (this.stream.isOperator("(")) return this.arguments();
    const { kind } = this.stream.current;
    const startsOperand =
      kind === "string" ||
      kind === "integer" ||
      kind === "float" ||
      this.stream.isOperator("[", "{") ||
      (kind === "name" && !this.stream.isName("else", "or", "and", "if", "not", "in"));
    if (!startsOperand) return noArguments;
    if (this.stream.isName("is"))
      throw syntaxError("You cannot chain multiple tests with is", this.stream.current.at);
    return { positional: [this.#postfix(this.#primary())], named: [] };
  }

  arguments(): CallArguments {
    this.stream.expectOperator("(");
    const positional: Expression[] = [];
    const named: [string, Expression][] = [];
    const stars: { star?: Expression; doubleStar?: Expression } = {};
    let count = 0;
    while (!this.stream.isOperator(")")) {
      if (count++ > 0) this.stream.expectOperator(",");
      if (this.stream.isOperator(")")) break;
      const { following, current } = this.stream;
      if (this.stream.skipOperator("*")) stars.star = this.expression();
      else if (this.stream.skipOperator("**")) stars.doubleStar = this.expression();
      else if (current.kind === "name" && following.kind === "operator" && following.text === "=") {
        this.stream.next();
        this.stream.next();
        named.push([current.text, this.expression()]);
      } else {
        if (named.length > 0 || stars.doubleStar)
          throw syntaxError("invalid syntax for function call expression", current.at);
        positional.push(this.expression());
      }
    }
    this.stream.expectOperator(")");
    return { positional, named, ...stars };
  }
}

const noArguments: CallArguments = { positional: [], named: [] };
