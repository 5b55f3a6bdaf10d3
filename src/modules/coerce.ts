/** Ansible's coercions: what a playbook wrote, as the type its option asks for. */

import {
  Dict,
  Float,
  fromJson,
  isInt,
  isList,
  Tuple,
  toJson,
  Undefined,
  Unsafe,
  type Value,
} from "../template/values.ts";
import { splitWords } from "./free-form.ts";
import type { OptionType } from "./options.ts";

/** How whole numbers and permission bits are written as text. */
export const intText = /^[+-]?\d+(\.0+)?$/;
export const octalMode = /^(0o)?[0-7]{1,5}$/;
export const symbolicMode = /^[ugoa]*([+=-]([rwxXst]*|[ugo]))+(,[ugoa]*([+=-]([rwxXst]*|[ugo]))+)*$/;

const trueWords = new Set(["true", "yes", "on", "y", "t", "1", "1.0"]);
const falseWords = new Set(["false", "no", "off", "n", "f", "0", "0.0"]);

/** What says true or false, in any case of letters. */
export const boolWords: readonly string[] = [...trueWords, ...falseWords];

/** @throws CannotCoerce with what was wanted, in words. */
export function coerce(value: Value, type: OptionType, elements?: OptionType): unknown {
  if (value instanceof Unsafe) return coerce(value.text, type, elements);
  if (value instanceof Undefined) throw new CannotCoerce(value.reason);
  switch (type) {
    case "str":
    case "path":
      return asText(value);
    case "bool":
      return asBool(value);
    case "int":
      return asInt(value);
    case "float":
      return asFloat(value);
    case "list":
      return asList(value).map((each) => (elements ? coerce(each, elements) : each));
    case "dict":
      return asDict(value);
    case "mode":
      return asMode(value);
    case "raw":
      return value;
  }
}

/** Says what was wanted; the caller knows the option's name. */
export class CannotCoerce extends Error {
  override readonly name = "CannotCoerce";
}

/** A value as text, as Python's `str` has it for scalars; lists and dicts as JSON. */
export function asText(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Unsafe) return value.text;
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isInt(value)) return String(value);
  if (value instanceof Float)
    return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  return JSON.stringify(toJson(value));
}

function asBool(value: Value): boolean {
  if (typeof value === "boolean") return value;
  const word = asText(value).trim().toLowerCase();
  if (trueWords.has(word)) return true;
  if (falseWords.has(word)) return false;
  throw new CannotCoerce(`a boolean (yes or no), got ${JSON.stringify(asText(value))}`);
}

function asInt(value: Value): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  const word = asText(value).trim();
  if (intText.test(word)) return Number(word);
  throw new CannotCoerce(`an integer, got ${JSON.stringify(asText(value))}`);
}

function asFloat(value: Value): number {
  if (value instanceof Float) return value.value;
  const word = asText(value).trim();
  const number = Number(word);
  if (word !== "" && !Number.isNaN(number)) return number;
  throw new CannotCoerce(`a number, got ${JSON.stringify(asText(value))}`);
}

function asList(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (typeof value === "string") return value.split(",").map((each) => each.trim());
  if (isInt(value) || value instanceof Float) return [asText(value)];
  throw new CannotCoerce(`a list, got ${JSON.stringify(asText(value))}`);
}

function asDict(value: Value): Dict {
  if (value instanceof Dict) return value;
  if (typeof value !== "string") throw new CannotCoerce(`a dictionary, got ${JSON.stringify(asText(value))}`);
  if (value.trim().startsWith("{")) return dictFromJson(value);
  const dict = new Dict();
  for (const word of splitWords(value.replaceAll(",", " "))) {
    const equals = word.indexOf("=");
    if (equals < 1) throw new CannotCoerce(`a dictionary, JSON or key=value, got ${JSON.stringify(value)}`);
    dict.set(word.slice(0, equals).trim(), word.slice(equals + 1));
  }
  return dict;
}

function dictFromJson(text: string): Dict {
  try {
    const value = fromJson(JSON.parse(text));
    if (value instanceof Dict) return value;
  } catch {
    // said below, with the text
  }
  throw new CannotCoerce(`a dictionary, got JSON that cannot be read: ${JSON.stringify(text)}`);
}

/** A number is what YAML made of it (`0644` is octal there); text of digits is octal; the rest are words. */
function asMode(value: Value): number | string {
  if (typeof value === "number") return value;
  const word = asText(value).trim();
  if (octalMode.test(word)) return Number.parseInt(word.replace(/^0o/, ""), 8);
  if (word === "preserve" || symbolicMode.test(word)) return word;
  throw new CannotCoerce(`octal permissions or a symbolic mode, got ${JSON.stringify(word)}`);
}
