/** Python's `str` and `repr` of every value. */

import {
  Dict,
  Encrypted,
  Float,
  isList,
  LenientUndefined,
  Tuple,
  Undefined,
  Unsafe,
  type Value,
} from "../values.ts";
import { templateError, undefinedError } from "./failure.ts";
import { PyObject } from "./py-object.ts";

/** Python's `str(value)`. */
export function str(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Unsafe) return value.text;
  if (value instanceof LenientUndefined) return "";
  return repr(value);
}

/** Python's `repr(value)`. */
export function repr(value: Value): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (value instanceof Float) return floatText(value.value);
  if (isList(value)) return `[${value.map(repr).join(", ")}]`;
  if (value instanceof Tuple)
    return value.items.length === 1
      ? `(${repr(value.items[0] as Value)},)`
      : `(${value.items.map(repr).join(", ")})`;
  if (value instanceof Dict)
    return `{${value
      .entries()
      .map(([key, item]) => `${repr(key)}: ${repr(item)}`)
      .join(", ")}}`;
  if (value instanceof Unsafe) return quoted(value.text);
  if (value instanceof LenientUndefined) return "Undefined";
  if (value instanceof Undefined) throw undefinedError(value);
  if ((value as unknown) instanceof PyObject) return (value as unknown as PyObject).text();
  throw templateError("a value of an unknown type");
}

/** The shortest digits that give the float back, in Python's form: `1.0`, `1e+16`, `5e-05`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = ""] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const notPrintable = /[\\\n\r\t]|(?! )[\p{C}\p{Z}]/gu;

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(notPrintable, (char) => escapes[char] ?? escapeCode(char));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function escapeCode(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

/** Python's name of the value's type. */
export function typeName(value: Value): string {
  if (value instanceof Encrypted) return "AnsibleVaultEncryptedUnicode";
  if (typeof value === "string" || value instanceof Unsafe) return "str";
  if (typeof value === "number" || typeof value === "bigint") return "int";
  if (typeof value === "boolean") return "bool";
  if (value === null) return "NoneType";
  if (value instanceof Float) return "float";
  if (isList(value)) return "list";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Dict) return "dict";
  if (value instanceof Undefined) return "AnsibleUndefined";
  return (value as unknown as PyObject).typeName;
}
