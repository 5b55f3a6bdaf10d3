/** Python's `json.dumps` to the letter. */

import { Dict, Float, isList, type Key, Tuple, Undefined, Unsafe, type Value } from "../values.ts";
import { compare } from "./compare.ts";
import { templateError, undefinedError } from "./failure.ts";
import { floatText, typeName } from "./text.ts";

export interface JsonLayout {
  /** Spaces a level; absent: one line. */
  readonly indent?: number;
  readonly sortKeys?: boolean;
  /** Escapes everything beyond ASCII (the default). */
  readonly ensureAscii?: boolean;
  readonly separators?: readonly [item: string, key: string];
}

/** `{"a": 1, "b": [true, null]}`: `json.dumps` with its defaults. */
export function toJsonText(value: Value, layout: JsonLayout = {}): string {
  const separators = layout.separators ?? [layout.indent === undefined ? ", " : ",", ": "];
  return write(value, { ...layout, separators }, 0);
}

type Layout = JsonLayout & { readonly separators: readonly [string, string] };

function write(value: Value, layout: Layout, level: number): string {
  if (typeof value === "string") return quoted(value, layout);
  if (value === null) return "null";
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint")
    return String(value);
  if (value instanceof Float) return jsonFloat(value.value);
  if (value instanceof Unsafe) return quoted(value.text, layout);
  if (isList(value))
    return bracketed(
      "[",
      "]",
      value.map((item) => write(item, layout, level + 1)),
      layout,
      level,
    );
  if (value instanceof Tuple) return write([...value.items], layout, level);
  if (value instanceof Dict) return bracketed("{", "}", pairs(value, layout, level), layout, level);
  if (value instanceof Undefined) throw undefinedError(value);
  throw templateError(`Object of type ${typeName(value)} is not JSON serializable`);
}

function pairs(value: Dict, layout: Layout, level: number): string[] {
  const entries = value.entries();
  if (layout.sortKeys) entries.sort(([a], [b]) => compare(a, b));
  return entries.map(
    ([key, item]) => quoted(keyText(key), layout) + layout.separators[1] + write(item, layout, level + 1),
  );
}

function bracketed(
  open: string,
  close: string,
  items: readonly string[],
  layout: Layout,
  level: number,
): string {
  if (items.length === 0) return open + close;
  if (layout.indent === undefined) return open + items.join(layout.separators[0]) + close;
  const outer = `\n${" ".repeat(layout.indent * level)}`;
  const inner = `\n${" ".repeat(layout.indent * (level + 1))}`;
  return open + inner + items.join(layout.separators[0] + inner) + outer + close;
}

function keyText(key: Key): string {
  if (typeof key === "string") return key;
  if (key === null) return "null";
  if (key instanceof Float) return jsonFloat(key.value);
  if (key instanceof Tuple) throw templateError("keys must be str, int, float, bool or None, not tuple");
  return String(key);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return floatText(value);
}

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

function quoted(text: string, layout: JsonLayout): string {
  const toEscape =
    layout.ensureAscii === false ? /["\\\u0000-\u001f]/g : /["\\\u0000-\u001f]|[^\u0000-\u007e]/g;
  const escaped = text.replace(
    toEscape,
    (char) => short[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}
