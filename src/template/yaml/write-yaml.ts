/** Writes YAML as PyYAML does for Ansible's to_yaml and to_nice_yaml: same quotes, same folds, same indents. */

import { compare } from "../python/compare.ts";
import { templateError, undefinedError } from "../python/failure.ts";
import { floatText, typeName } from "../python/text.ts";
import { Dict, Encrypted, Float, isList, type Key, Tuple, Undefined, Unsafe, type Value } from "../values.ts";
import { scalarText } from "./scalar-text.ts";

export interface YamlLayout {
  /** Spaces a level. */
  readonly indent: number;
  /** Where long plain lines are folded. */
  readonly width: number;
  readonly sortKeys: boolean;
  /** Which collections are written in brackets: all, only those that hold no collections, or none. */
  readonly flow: "always" | "leaves" | "never";
  readonly allowUnicode: boolean;
  readonly explicitStart: boolean;
  readonly explicitEnd: boolean;
}

const usual: YamlLayout = {
  indent: 2,
  width: 80,
  sortKeys: true,
  flow: "never",
  allowUnicode: true,
  explicitStart: false,
  explicitEnd: false,
};

export function writeYaml(value: Value, chosen: Partial<YamlLayout> = {}): string {
  const layout = { ...usual, ...chosen };
  const start = layout.explicitStart ? "---" : "";
  const end = layout.explicitEnd ? "...\n" : "";
  const isScalar = !isCollection(value);
  const body = new YamlWriter(layout).document(value);
  if (isScalar)
    return `${start ? `${start} ` : ""}${body}
${end}`;
  return `${start ? `${start}\n` : ""}${body}\n${end}`;
}

class YamlWriter {
  readonly #layout: YamlLayout;
  constructor(layout: YamlLayout) {
    this.#layout = layout;
  }

  document(value: Value): string {
    if (!isCollection(value)) return this.#scalar(value, 0, this.#layout.indent, false);
    return this.#isFlow(value) ? this.#flow(value, 0).text : this.#block(value, 0).join("\n");
  }

  #isFlow(value: Value): boolean {
    if (items(value).length === 0 || this.#layout.flow === "always") return true;
    return this.#layout.flow === "leaves" && items(value).every((item) => !isCollection(item));
  }

  /** The lines of a block collection, each with its indent. */
  #block(value: Value, indent: number): string[] {
    const pad = " ".repeat(indent);
    if (isSequence(value)) return items(value).flatMap((item) => this.#item(`${pad}-`, item, indent));
    return this.#pairs(value as Dict).flatMap(([key, item]) => {
      const name = this.#scalar(key, indent, indent, true);
      return this.#pair(`${pad}${name}:`, item, indent);
    });
  }

  /** What a dash holds starts on its line: "-   - a", "-   key: value", as far in as the level's indent. */
  #item(head: string, value: Value, indent: number): string[] {
    if (this.#isInline(value)) return this.#inline(head, value, indent);
    const inner = this.#block(value, indent + this.#layout.indent);
    const gap = " ".repeat(this.#layout.indent - 1);
    return [`${head}${gap}${(inner[0] ?? "").trimStart()}`, ...inner.slice(1)];
  }

  /** PyYAML starts a list under a key in the key's own column. */
  #pair(head: string, value: Value, indent: number): string[] {
    if (this.#isInline(value)) return this.#inline(head, value, indent);
    return [head, ...this.#block(value, isSequence(value) ? indent : indent + this.#layout.indent)];
  }

  #isInline(value: Value): boolean {
    return !isCollection(value) || this.#isFlow(value);
  }

  #inline(head: string, value: Value, indent: number): string[] {
    const column = head.length + 1;
    const deeper = indent + this.#layout.indent;
    if (!isCollection(value)) return [`${head} ${this.#scalar(value, column, deeper, false)}`];
    return [`${head} ${this.#flow(value, column, deeper).text}`];
  }

  /** Brackets; a line that gets too long goes on below. */
  #flow(value: Value, column: number, indent = this.#layout.indent): { text: string; column: number } {
    const [open, close] = isSequence(value) ? ["[", "]"] : ["{", "}"];
    let text: string = open;
    let at = column + 1;
    const parts = isSequence(value)
      ? items(value).map((item) => ({ key: undefined as Value | undefined, item }))
      : this.#pairs(value as Dict).map(([key, item]) => ({ key: key as Value | undefined, item }));
    parts.forEach(({ key, item }, index) => {
      if (index > 0) {
        text += ",";
        at++;
      }
      if (at > this.#layout.width) {
        text += `\n${" ".repeat(indent)}`;
        at = indent;
      } else if (index > 0) {
        text += " ";
        at++;
      }
      if (key !== undefined) {
        const name = this.#scalar(key, at, indent, true, true);
        text += `${name}: `;
        at += name.length + 2;
      }
      const inner = isCollection(item)
        ? this.#flow(item, at, indent + this.#layout.indent)
        : this.#flowScalar(item, at, indent + this.#layout.indent);
      text += inner.text;
      at = inner.column;
    });
    return { text: text + close, column: at + 1 };
  }

  #flowScalar(item: Value, column: number, indent: number): { text: string; column: number } {
    const text = this.#scalar(item, column, indent, false, true);
    const lastLine = text.lastIndexOf("\n");
    return { text, column: lastLine < 0 ? column + text.length : text.length - lastLine - 1 };
  }

  #pairs(dict: Dict): [Key, Value][] {
    const pairs = dict.entries();
    return this.#layout.sortKeys && isSortable(pairs) ? pairs.sort(([a], [b]) => compare(a, b)) : pairs;
  }

  #scalar(value: Value, column: number, indent: number, isKey: boolean, inFlow = false): string {
    if (value === null) return "null";
    if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint")
      return String(value);
    if (value instanceof Float) return yamlFloat(value.value);
    if (value instanceof Undefined) throw undefinedError(value);
    const text = value instanceof Encrypted ? value.envelope : value instanceof Unsafe ? value.text : value;
    if (typeof text !== "string")
      throw templateError(`cannot represent an object of type ${typeName(value)} in YAML`);
    const { width, allowUnicode } = this.#layout;
    // What was encrypted is written encrypted, as Ansible writes it.
    if (value instanceof Encrypted && !inFlow) return `!vault |\n${indented(value.envelope, indent)}`;
    const tag = value instanceof Encrypted ? "!vault " : "";
    return tag + scalarText(text, { column, indent, width, allowUnicode, isKey, inFlow });
  }
}

function indented(text: string, indent: number): string {
  return text.trimEnd().replaceAll(/^/gm, " ".repeat(indent));
}

/** PyYAML sorts the keys when they can be sorted, and leaves them as they are when not. */
function isSortable(pairs: readonly [Key, Value][]): boolean {
  const isNumber = (key: Key) =>
    typeof key === "number" || typeof key === "bigint" || typeof key === "boolean" || key instanceof Float;
  return pairs.every(([key]) => typeof key === "string") || pairs.every(([key]) => isNumber(key));
}

function isSequence(value: Value): boolean {
  return isList(value) || value instanceof Tuple;
}

function isCollection(value: Value): boolean {
  return isSequence(value) || value instanceof Dict;
}

function items(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  return value instanceof Dict ? value.values() : [];
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = floatText(value);
  return text.includes(".") || !text.includes("e") ? text : text.replace("e", ".0e");
}
