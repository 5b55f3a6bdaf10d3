/** Cuts a template into tokens: text, and the words of the expressions between delimiters. */

import { unescapeText } from "../python/string-literal.ts";
import type { Syntax } from "./syntax.ts";
import { syntaxError } from "./syntax-error.ts";

export type TokenKind =
  | "data"
  | "variable_begin"
  | "variable_end"
  | "block_begin"
  | "block_end"
  | "name"
  | "string"
  | "integer"
  | "float"
  | "operator"
  | "eof";

export interface Token {
  readonly kind: TokenKind;
  /** The text itself; a string's content with its escapes applied. */
  readonly text: string;
  readonly at: number;
}

const blanks = /\s+/y;
// Not behind a dot: `x.0.1` is an item of an item.
const float = /(?<!\.)(?:\d+_)*\d+(?:\.(?:\d+_)*\d+(?:[eE][+-]?(?:\d+_)*\d+)?|[eE][+-]?(?:\d+_)*\d+)/y;
const integer = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const name = /[\p{L}_][\p{L}\p{N}_]*/uy;
const simpleWords = [
  ["float", float],
  ["integer", integer],
  ["name", name],
] as const;
const escapedString = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy;
const plainString = /'[^']*'|"[^"]*"/y;
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+*/%~[\](){}<>=.:|,;]/y;
const brackets: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** The template's tokens; the last one is `eof`. */
export function tokenize(source: string, syntax: Syntax): Token[] {
  return new Lexer(source, syntax).run();
}

/** The tokens of a bare expression, as between `{{` and `}}`. */
export function tokenizeExpression(source: string, syntax: Syntax): Token[] {
  return new Lexer(source, syntax).expressionOnly();
}

class Lexer {
  readonly #source: string;
  readonly #syntax: Syntax;
  readonly #tokens: Token[] = [];
  readonly #forms: Forms;
  #at = 0;
  /** What the last delimiter said about the text behind it. */
  #trim: "none" | "newline" | "all" = "none";

  constructor(source: string, syntax: Syntax) {
    this.#source = source;
    this.#syntax = syntax;
    this.#forms = formsOf(syntax);
  }

  run(): Token[] {
    while (this.#at < this.#source.length) this.#text();
    this.#push("eof", "", this.#source.length);
    return this.#tokens;
  }

  expressionOnly(): Token[] {
    this.#words(undefined, "variable_end");
    this.#push("variable_end", "", this.#source.length);
    this.#push("eof", "", this.#source.length);
    return this.#tokens;
  }

  #push(kind: TokenKind, text: string, at: number): void {
    this.#tokens.push({ kind, text, at });
  }

  /** Text up to the next delimiter, then what the delimiter opens. */
  #text(): void {
    const { start } = this.#forms;
    start.lastIndex = this.#at;
    const match = start.exec(this.#source);
    if (!match) {
      this.#data(this.#source.length, "", false);
      this.#at = this.#source.length;
      return;
    }
    const opener = match[0];
    const sign = this.#source[match.index + opener.length] ?? "";
    const hasSign = sign === "-" || sign === "+";
    this.#data(match.index, hasSign ? sign : "", opener !== this.#syntax.variableStart);
    const inside = match.index + opener.length + (hasSign ? 1 : 0);
    this.#at = inside;
    if (opener === this.#syntax.commentStart) this.#comment(match.index);
    else if (opener === this.#syntax.variableStart) this.#expression("variable", match.index);
    else if (!this.#raw()) this.#expression("block", match.index);
  }

  /** Emits the text before `end`, trimmed as the delimiters on both of its sides ask. */
  #data(end: number, sign: string, isBlock: boolean): void {
    let text = this.#source.slice(this.#at, end);
    const start = this.#at;
    if (this.#trim === "all") text = text.trimStart();
    else if (this.#trim === "newline") text = text.replace(/^\r?\n/, "");
    if (sign === "-") text = text.trimEnd();
    else if (sign !== "+" && isBlock && this.#syntax.lstripBlocks) text = this.#withoutIndent(text, start);
    this.#trim = "none";
    if (text !== "") this.#push("data", text, start);
  }

  #withoutIndent(text: string, start: number): string {
    const lineStart = text.lastIndexOf("\n") + 1;
    const isLineStart =
      lineStart > 0 ||
      start === 0 ||
      this.#source[start - 1] === "\n" ||
      text !== this.#source.slice(start, start + text.length);
    return isLineStart && /^[ \t]*$/.test(text.slice(lineStart)) ? text.slice(0, lineStart) : text;
  }

  #comment(start: number): void {
    const end = this.#source.indexOf(this.#syntax.commentEnd, this.#at);
    if (end < 0) throw syntaxError("Missing end of comment tag", start);
    const sign = end > this.#at ? this.#source[end - 1] : "";
    this.#at = end + this.#syntax.commentEnd.length;
    this.#trimAfter(sign ?? "", true);
  }

  #trimAfter(sign: string, isBlock: boolean): void {
    if (sign === "-") this.#trim = "all";
    else this.#trim = isBlock && this.#syntax.trimBlocks && sign !== "+" ? "newline" : "none";
  }

  /** `{% raw %}` up to `{% endraw %}` is text. */
  #raw(): boolean {
    const { raw, endRaw } = this.#forms;
    raw.lastIndex = this.#at;
    const match = raw.exec(this.#source);
    if (!match) return false;
    endRaw.lastIndex = raw.lastIndex;
    const end = endRaw.exec(this.#source);
    if (!end) throw syntaxError("Missing end of raw directive", this.#at);
    this.#trimAfter(match[1] ?? "", false);
    this.#at = raw.lastIndex;
    this.#data(end.index, end[1] ?? "", true);
    this.#at = endRaw.lastIndex;
    this.#trimAfter(end[2] ?? "", true);
    return true;
  }

  #expression(kind: "variable" | "block", start: number): void {
    this.#push(`${kind}_begin`, "", start);
    const end = kind === "variable" ? this.#syntax.variableEnd : this.#syntax.blockEnd;
    this.#words(end, `${kind}_end`);
  }

  #words(end: string | undefined, endKind: "variable_end" | "block_end"): void {
    const open: string[] = [];
    while (this.#at < this.#source.length) {
      if (this.#match(blanks) !== undefined) continue;
      if (end !== undefined && open.length === 0 && this.#end(end, endKind)) return;
      this.#word(open);
    }
    if (end !== undefined) {
      const wanted = endKind === "variable_end" ? "end of print statement" : "end of statement block";
      throw syntaxError(`unexpected end of template, expected '${wanted}'.`, this.#at);
    }
  }

  #end(end: string, kind: "variable_end" | "block_end"): boolean {
    const sign = this.#source[this.#at] ?? "";
    const hasSign =
      (sign === "-" || (sign === "+" && kind === "block_end")) && this.#source.startsWith(end, this.#at + 1);
    if (!hasSign && !this.#source.startsWith(end, this.#at)) return false;
    this.#push(kind, "", this.#at);
    this.#at += end.length + (hasSign ? 1 : 0);
    this.#trimAfter(hasSign ? sign : "", kind === "block_end");
    return true;
  }

  #word(open: string[]): void {
    const at = this.#at;
    for (const [kind, form] of simpleWords) {
      const text = this.#match(form);
      if (text === undefined) continue;
      this.#push(kind, text, at);
      return;
    }
    const quoted = this.#match(this.#syntax.plainBackslashes ? plainString : escapedString);
    if (quoted !== undefined) {
      this.#push("string", this.#content(quoted), at);
      return;
    }
    const symbol = this.#match(operator);
    if (symbol === undefined)
      throw syntaxError(
        `unexpected char ${JSON.stringify(this.#source[at]).replaceAll('"', "'")} at ${at}`,
        at,
      );
    this.#balance(symbol, open, at);
    this.#push("operator", symbol, at);
  }

  #content(quoted: string): string {
    const body = quoted.slice(1, -1).replaceAll(/\r\n|\r|\n/g, this.#syntax.newlineSequence);
    return this.#syntax.plainBackslashes ? body : unescapeText(body);
  }

  #balance(symbol: string, open: string[], at: number): void {
    const closer = brackets[symbol];
    if (closer) open.push(closer);
    if (symbol !== ")" && symbol !== "]" && symbol !== "}") return;
    const wanted = open.pop();
    if (wanted === undefined) throw syntaxError(`unexpected '${symbol}'`, at);
    if (wanted !== symbol) throw syntaxError(`unexpected '${symbol}', expected '${wanted}'`, at);
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const match = form.exec(this.#source);
    if (!match || match[0] === "") return undefined;
    this.#at = form.lastIndex;
    return match[0];
  }
}

/** The patterns of a syntax's delimiters. */
interface Forms {
  readonly start: RegExp;
  readonly raw: RegExp;
  readonly endRaw: RegExp;
}

const known = new WeakMap<Syntax, Forms>();

function formsOf(syntax: Syntax): Forms {
  const found = known.get(syntax);
  if (found) return found;
  const { blockStart, blockEnd, variableStart, commentStart } = syntax;
  const starts = [blockStart, variableStart, commentStart].sort((a, b) => b.length - a.length);
  const [open, close] = [literally(blockStart), literally(blockEnd)];
  const forms: Forms = {
    start: new RegExp(starts.map(literally).join("|"), "g"),
    raw: new RegExp(`\\s*raw\\s*([-+]?)${close}`, "y"),
    endRaw: new RegExp(`${open}([-+]?)\\s*endraw\\s*([-+]?)${close}`, "g"),
  };
  known.set(syntax, forms);
  return forms;
}

/** The text as a pattern that matches just it. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
