/** Python's `json.loads`: ints without a limit, `1.0` stays a float, NaN and Infinity are read. */

import { Dict, Float, int, type Value } from "../values.ts";
import { templateError } from "./failure.ts";

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const words: Readonly<Record<string, Value>> = {
  true: true,
  false: false,
  null: null,
  NaN: new Float(Number.NaN),
  Infinity: new Float(Number.POSITIVE_INFINITY),
  "-Infinity": new Float(Number.NEGATIVE_INFINITY),
};
const maxDepth = 1000;

export function fromJsonText(source: string): Value {
  const reader = new Reader(source);
  reader.skip();
  const value = reader.value(0);
  reader.skip();
  if (!reader.isAtEnd) throw reader.wrong("Extra data");
  return value;
}

class Reader {
  readonly #source: string;
  #at = 0;
  constructor(source: string) {
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#source.length;
  }

  wrong(what: string, at = this.#at): Error {
    const before = this.#source.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n");
    return templateError(`${what}: line ${line} column ${column} (char ${at})`);
  }

  skip(): void {
    while (" \t\n\r".includes(this.#source[this.#at] ?? "x")) this.#at++;
  }

  value(depth: number): Value {
    if (depth > maxDepth) throw this.wrong("Nested too deeply");
    const char = this.#source[this.#at];
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === '"') return this.#text();
    for (const [word, value] of Object.entries(words)) {
      if (this.#source.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #number(): Value {
    number.lastIndex = this.#at;
    const match = number.exec(this.#source);
    if (!match) throw this.wrong("Expecting value");
    this.#at = number.lastIndex;
    return match[1] || match[2] ? new Float(Number(match[0])) : int(BigInt(match[0]));
  }

  #text(): string {
    const start = this.#at;
    const body = /"(?:[^"\\]|\\.)*"/sy;
    body.lastIndex = start;
    const match = body.exec(this.#source);
    if (!match) throw this.wrong("Unterminated string starting at", start);
    this.#at = body.lastIndex;
    try {
      return JSON.parse(match[0]) as string;
    } catch {
      throw this.wrong("Invalid control character or escape in a string", start);
    }
  }

  #array(depth: number): Value {
    const items: Value[] = [];
    this.#at++;
    this.skip();
    if (this.#take("]")) return items;
    for (;;) {
      this.skip();
      items.push(this.value(depth + 1));
      this.skip();
      if (this.#take("]")) return items;
      if (!this.#take(",")) throw this.wrong("Expecting ',' delimiter");
    }
  }

  #object(depth: number): Value {
    const dict = new Dict();
    this.#at++;
    this.skip();
    if (this.#take("}")) return dict;
    for (;;) {
      this.skip();
      if (this.#source[this.#at] !== '"')
        throw this.wrong("Expecting property name enclosed in double quotes");
      const key = this.#text();
      this.skip();
      if (!this.#take(":")) throw this.wrong("Expecting ':' delimiter");
      this.skip();
      dict.set(key, this.value(depth + 1));
      this.skip();
      if (this.#take("}")) return dict;
      if (!this.#take(",")) throw this.wrong("Expecting ',' delimiter");
    }
  }

  #take(char: string): boolean {
    if (this.#source[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}
