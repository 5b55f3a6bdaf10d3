/** Tokens, one after the other, and what is said when the wrong one comes. */

import type { Token, TokenKind } from "./lexer.ts";
import { type ErrorAt, syntaxError } from "./syntax-error.ts";

const descriptions: Partial<Record<TokenKind, string>> = {
  data: "template data / text",
  variable_begin: "begin of print statement",
  variable_end: "end of print statement",
  block_begin: "begin of statement block",
  block_end: "end of statement block",
  eof: "end of template",
};

export function describe(token: Token): string {
  return (
    descriptions[token.kind] ?? (token.kind === "name" || token.kind === "operator" ? token.text : token.kind)
  );
}

export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  get following(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.current;
    this.#at++;
    return token;
  }

  isOperator(...symbols: string[]): boolean {
    return this.current.kind === "operator" && symbols.includes(this.current.text);
  }

  isName(...names: string[]): boolean {
    return this.current.kind === "name" && names.includes(this.current.text);
  }

  skipOperator(symbol: string): boolean {
    if (!this.isOperator(symbol)) return false;
    this.#at++;
    return true;
  }

  skipName(name: string): boolean {
    if (!this.isName(name)) return false;
    this.#at++;
    return true;
  }

  expectOperator(symbol: string): Token {
    if (!this.isOperator(symbol)) throw this.wanted(symbol);
    return this.next();
  }

  expectName(name?: string): Token {
    if (this.current.kind !== "name" || (name !== undefined && this.current.text !== name))
      throw this.wanted(name ?? "name");
    return this.next();
  }

  expect(kind: TokenKind): Token {
    if (this.current.kind !== kind) throw this.wanted(descriptions[kind] ?? kind);
    return this.next();
  }

  wanted(what: string): ErrorAt {
    return syntaxError(`expected token '${what}', got '${describe(this.current)}'`, this.current.at);
  }
}
