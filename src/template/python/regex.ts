/** Python's regular expressions in JavaScript's. */

import { templateError } from "./failure.ts";

interface RegexOptions {
  readonly ignoreCase?: boolean;
  readonly multiline?: boolean;
  readonly dotAll?: boolean;
}

const maxKept = 2_000;
const compiled = new Map<string, RegExp>();

/** The pattern as a RegExp with the flags `g` and `d`; its `lastIndex` is the caller's to set. */
export function pythonRegex(pattern: string, options: RegexOptions = {}): RegExp {
  const key = `${options.ignoreCase ? "i" : ""}${options.multiline ? "m" : ""}${options.dotAll ? "s" : ""}:${pattern}`;
  let regex = compiled.get(key);
  if (!regex) {
    regex = translate(pattern, options);
    if (compiled.size >= maxKept) compiled.clear();
    compiled.set(key, regex);
  }
  regex.lastIndex = 0;
  return regex;
}

function translate(pattern: string, options: RegexOptions): RegExp {
  const inline = /^\(\?([aiLmsux]+)\)/.exec(pattern);
  const letters = inline?.[1] ?? "";
  const flags = new Set(["g"]);
  if (options.ignoreCase || letters.includes("i")) flags.add("i");
  if (options.multiline || letters.includes("m")) flags.add("m");
  if (options.dotAll || letters.includes("s")) flags.add("s");
  const body = inline ? pattern.slice(inline[0].length) : pattern;
  const source = new Translator(letters.includes("x") ? withoutComments(body) : body, flags.has("m")).run();
  for (const unicode of ["u", ""]) {
    try {
      return new RegExp(source, [...flags, unicode].join(""));
    } catch (error) {
      if (unicode === "")
        throw templateError(`the regular expression '${pattern}' is not valid: ${(error as Error).message}`);
    }
  }
  throw new Error("unreachable");
}

/** `(?x)`: blanks and comments count for nothing. */
function withoutComments(pattern: string): string {
  return pattern.replace(/(\\.|\[(?:\\.|[^\]])*\])|\s+|#[^\n]*/gs, (_whole, kept) => kept ?? "");
}

class Translator {
  readonly #pattern: string;
  readonly #isMultiline: boolean;
  #at = 0;

  constructor(pattern: string, isMultiline: boolean) {
    this.#pattern = pattern;
    this.#isMultiline = isMultiline;
  }

  run(): string {
    let result = "";
    while (this.#at < this.#pattern.length) result += this.#piece();
    return result;
  }

  #piece(): string {
    const char = this.#pattern[this.#at] as string;
    if (char === "\\") return this.#escape(false);
    if (char === "[") return this.#set();
    if (char === "(") return this.#group();
    this.#at++;
    // Python's $ also stands before a newline at the very end.
    if (char === "$") return this.#isMultiline ? "$" : "(?=\\n?(?![^]))";
    if (char === "{") return this.#brace();
    if (char === "}" || char === "]") return `\\${char}`;
    if ("*+?".includes(char)) return this.#quantifier(char);
    return char;
  }

  /** Possessive quantifiers (`a++`) backtrack here: the matches are the same but for rare patterns. */
  #quantifier(char: string): string {
    if (this.#pattern[this.#at] === "+") this.#at++;
    return char;
  }

  /** A brace that is no count is itself in Python. */
  #brace(): string {
    const count = /^(?:\d+(?:,\d*)?|,\d+)\}/.exec(this.#pattern.slice(this.#at))?.[0];
    if (!count) return "\\{";
    this.#at += count.length;
    return `{${count.startsWith(",") ? "0" : ""}${count}`;
  }

  #escape(inSet: boolean): string {
    const letter = this.#pattern[this.#at + 1];
    if (letter === undefined) throw templateError("the regular expression ends with a bare backslash");
    this.#at += 2;
    switch (letter) {
      case "A":
        return "(?<![^])";
      case "Z":
        return "(?![^])";
      case "a":
        return "\\x07";
      case "d":
        return inSet ? "\\p{Nd}" : "\\p{Nd}";
      case "D":
        return "\\P{Nd}";
      case "w":
        return inSet ? "\\p{L}\\p{N}_" : "[\\p{L}\\p{N}_]";
      case "W":
        return inSet ? "\\W" : "[^\\p{L}\\p{N}_]";
      case "b":
        return inSet ? "\\x08" : "\\b";
      case "x":
      case "u":
        return `\\${letter}`;
      default:
        return this.#plainEscape(letter);
    }
  }

  #plainEscape(letter: string): string {
    if (/[sSBnrtfv0-9]/.test(letter)) return letter === "0" ? "\\x00" : `\\${letter}`;
    if (/[\^$\\.*+?()[\]{}|/-]/.test(letter)) return `\\${letter}`;
    if (/[a-zA-Z]/.test(letter)) throw templateError(`the regular expression has a bad escape \\${letter}`);
    return letter;
  }

  #set(): string {
    this.#at++;
    let result = "[";
    if (this.#pattern[this.#at] === "^") {
      result += "^";
      this.#at++;
    }
    let isFirst = true;
    for (;;) {
      const char = this.#pattern[this.#at];
      if (char === undefined) throw templateError("the regular expression has an unterminated character set");
      if (char === "]" && !isFirst) break;
      isFirst = false;
      if (char === "\\") result += this.#escape(true);
      else {
        result += "[]".includes(char) ? `\\${char}` : char;
        this.#at++;
      }
      result += this.#hyphen();
    }
    this.#at++;
    return `${result}]`;
  }

  /** `[\w-.]`: a hyphen beside a class is itself. */
  #hyphen(): string {
    if (this.#pattern[this.#at] !== "-" || this.#pattern[this.#at + 1] === "]") {
      if (this.#pattern[this.#at] !== "-") return "";
      this.#at++;
      return "\\-";
    }
    const before = this.#pattern.slice(this.#at - 2, this.#at);
    const after = this.#pattern.slice(this.#at + 1, this.#at + 3);
    if (!/^\\[dDwWsS]$/.test(before) && !/^\\[dDwWsS]/.test(after)) return "";
    this.#at++;
    return "\\-";
  }

  #group(): string {
    const rest = this.#pattern.slice(this.#at);
    const named = /^\(\?P<(\w+)>/.exec(rest);
    if (named) return this.#take(named[0], `(?<${named[1]}>`);
    const back = /^\(\?P=(\w+)\)/.exec(rest);
    if (back) return this.#take(back[0], `\\k<${back[1]}>`);
    const comment = /^\(\?#[^)]*\)/.exec(rest);
    if (comment) return this.#take(comment[0], "");
    const other = /^\((?:\?(?:[:=!]|<[=!]|[ims]*(?:-[ims]+)?:))?/.exec(rest);
    if (/^\(\?>/.test(rest)) return this.#take("(?>", "(?:");
    if (/^\(\?/.test(rest) && other?.[0] === "(")
      throw templateError(`the regular expression has an unknown extension '${rest.slice(0, 4)}'`);
    return this.#take(other?.[0] ?? "(", other?.[0] ?? "(");
  }

  #take(source: string, result: string): string {
    this.#at += source.length;
    return result;
  }
}

/** A replacement as `re.sub` reads it: `\1`, `\g<1>`, `\g<name>`, `\n`. */
export function replacement(template: string): (match: RegExpExecArray) => string {
  const parts: (string | ((match: RegExpExecArray) => string))[] = [];
  let at = 0;
  for (const part of template.matchAll(/\\(?:g<(\w+)>|(\d{1,2})|(.))/gs)) {
    parts.push(template.slice(at, part.index));
    at = part.index + part[0].length;
    const [, name, number, char] = part;
    if (name !== undefined || number !== undefined) parts.push(groupReader((name ?? number) as string));
    else parts.push(escapedChar(char ?? ""));
  }
  parts.push(template.slice(at));
  return (match) => parts.map((part) => (typeof part === "string" ? part : part(match))).join("");
}

function groupReader(name: string): (match: RegExpExecArray) => string {
  return (match) => {
    const isNumber = /^\d+$/.test(name);
    if (isNumber && Number(name) >= match.length) throw templateError(`invalid group reference ${name}`);
    if (!isNumber && !(match.groups && name in match.groups))
      throw templateError(`unknown group name '${name}'`);
    return (isNumber ? match[Number(name)] : match.groups?.[name]) ?? "";
  };
}

function escapedChar(char: string): string {
  const letter = { n: "\n", t: "\t", r: "\r", a: "\x07", f: "\f", v: "\v", b: "\b", "\\": "\\" }[char];
  if (letter !== undefined) return letter;
  if (/[a-zA-Z]/.test(char)) throw templateError(`bad escape \\${char} in the replacement`);
  return `\\${char}`;
}
