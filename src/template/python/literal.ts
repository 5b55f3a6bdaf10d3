/** Python's `ast.literal_eval`: text that is written like a literal becomes its value. */

import { Dict, Float, int, type Key, Tuple, type Value } from "../values.ts";
import { asKey } from "./compare.ts";
import { unescapeText } from "./string-literal.ts";

interface LiteralWords {
  /** Names besides True, False and None that stand for values. */
  readonly words?: ReadonlyMap<string, Value>;
}

/** The value that the text writes, or undefined when it is not a literal. */
export function literal(text: string, { words }: LiteralWords = {}): Value | undefined {
  if (/^[ \t]/.test(text)) return undefined;
  try {
    return new LiteralReader(text, words).whole();
  } catch (error) {
    if (error instanceof NotLiteral) return undefined;
    throw error;
  }
}

class NotLiteral extends Error {}

const numberForm =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*\.(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*|\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?)/y;
const wordForm = /[\p{L}_][\p{L}\p{N}_]*/uy;
const textForm =
  /([uU]?|[rR])('''(?:[^\\]|\\.)*?'''|"""(?:[^\\]|\\.)*?"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/sy;
const maxDepth = 200;

class LiteralReader {
  readonly #text: string;
  readonly #words: ReadonlyMap<string, Value> | undefined;
  #at = 0;

  constructor(text: string, words: ReadonlyMap<string, Value> | undefined) {
    this.#text = text;
    this.#words = words;
  }

  whole(): Value {
    const value = this.#tuple(undefined, 0);
    this.#skip(false);
    while (this.#text[this.#at] === "\n") this.#at++;
    if (this.#at < this.#text.length) throw new NotLiteral();
    return value;
  }

  /** Values with commas between them; one value without a comma is itself. */
  #tuple(close: string | undefined, depth: number): Value {
    const items: Value[] = [];
    let hasComma = false;
    for (;;) {
      this.#skip(close !== undefined);
      const isEnd =
        close === undefined
          ? this.#at >= this.#text.length || this.#text[this.#at] === "\n"
          : this.#text[this.#at] === close;
      if (isEnd && (items.length > 0 || close !== undefined)) break;
      items.push(this.#value(depth, close !== undefined));
      this.#skip(close !== undefined);
      hasComma = this.#take(",");
      if (!hasComma) break;
    }
    if (items.length === 1 && !hasComma) return items[0] as Value;
    return new Tuple(items);
  }

  #value(depth: number, isInside: boolean): Value {
    if (depth > maxDepth) throw new NotLiteral();
    this.#skip(isInside);
    const char = this.#text[this.#at] ?? "";
    if (char === "(") return this.#parenthesis(depth);
    if (char === "[") return this.#list(depth);
    if (char === "{") return this.#dict(depth);
    if (char === "-" || char === "+") return this.#signed(char, depth, isInside);
    const text = this.#match(textForm);
    if (text) return this.#texts(text, isInside);
    const number = this.#match(numberForm);
    if (number) return toNumber(number[0]);
    const word = this.#match(wordForm);
    if (word) return this.#word(word[0]);
    throw new NotLiteral();
  }

  #parenthesis(depth: number): Value {
    this.#at++;
    const value = this.#tuple(")", depth + 1);
    if (!this.#take(")")) throw new NotLiteral();
    return value;
  }

  #list(depth: number): Value {
    this.#at++;
    const items: Value[] = [];
    for (;;) {
      this.#skip(true);
      if (this.#take("]")) return items;
      items.push(this.#value(depth + 1, true));
      this.#skip(true);
      if (this.#take(",")) continue;
      if (this.#take("]")) return items;
      throw new NotLiteral();
    }
  }

  #dict(depth: number): Value {
    this.#at++;
    const dict = new Dict();
    for (;;) {
      this.#skip(true);
      if (this.#take("}")) return dict;
      const key = this.#key(depth);
      this.#skip(true);
      if (!this.#take(":")) throw new NotLiteral();
      dict.set(key, this.#value(depth + 1, true));
      this.#skip(true);
      if (this.#take(",")) continue;
      if (this.#take("}")) return dict;
      throw new NotLiteral();
    }
  }

  #key(depth: number): Key {
    const key = this.#value(depth + 1, true);
    if (Array.isArray(key) || key instanceof Dict) throw new NotLiteral();
    return asKey(key);
  }

  #signed(sign: string, depth: number, isInside: boolean): Value {
    this.#at++;
    const value = this.#value(depth + 1, isInside);
    if (typeof value !== "number" && typeof value !== "bigint" && !(value instanceof Float))
      throw new NotLiteral();
    if (sign === "+") return value;
    return value instanceof Float ? new Float(-value.value) : int(-BigInt(value));
  }

  /** Adjacent literals are one text. */
  #texts(first: RegExpExecArray, isInside: boolean): string {
    let text = "";
    let match: RegExpExecArray | undefined = first;
    while (match) {
      const body = match[2] ?? "";
      const quotes = body.startsWith("'''") || body.startsWith('"""') ? 3 : 1;
      const raw = body.slice(quotes, -quotes);
      text += /r/i.test(match[1] ?? "") ? raw : unescapeText(raw);
      this.#skip(isInside);
      match = this.#match(textForm);
    }
    return text;
  }

  #word(word: string): Value {
    if (word === "True") return true;
    if (word === "False") return false;
    if (word === "None") return null;
    const value = this.#words?.get(word);
    if (value === undefined) throw new NotLiteral();
    return value;
  }

  #match(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at;
    const match = form.exec(this.#text);
    if (!match) return undefined;
    this.#at = form.lastIndex;
    return match;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skip(isInside: boolean): void {
    const space = isInside ? " \t\n\r\f" : " \t";
    while (space.includes(this.#text[this.#at] ?? "x")) this.#at++;
  }
}

/** A number as Python reads it; `0755` is not one. */
function toNumber(text: string): Value {
  const digits = text.replaceAll("_", "");
  if (/^0[xXoObB]/.test(digits)) return int(BigInt(digits.toLowerCase()));
  if (/[.eE]/.test(digits)) return new Float(Number(digits));
  if (/^0\d*[1-9]/.test(digits)) throw new NotLiteral();
  return int(BigInt(digits));
}
