/** Python's operators on numbers, text and lists: exact ints, floor division, `4 / 2` is `2.0`. */

import { Dict, Float, int, isList, Tuple, Undefined, Unsafe, type Value } from "../values.ts";
import { templateError, undefinedError } from "./failure.ts";
import { formatPercent } from "./format-percent.ts";
import { isObject, type PyObject } from "./py-object.ts";
import { typeName } from "./text.ts";

export type Operator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/** Bounds what one template may ask for: `'a' * 10**12` is a mistake, not a wish. */
const maxLength = 50_000_000;
const maxPowerBits = 1_000_000;

export function arithmetic(operator: Operator, left: Value, right: Value): Value {
  if (typeof left === "number" && typeof right === "number") return onInts(operator, left, right);
  if (left instanceof Undefined) throw undefinedError(left);
  if (right instanceof Undefined) throw undefinedError(right);
  const a = left instanceof Unsafe ? left.text : left;
  const b = right instanceof Unsafe ? right.text : right;
  if (operator === "%" && typeof a === "string") return formatPercent(a, b);
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) return onNumbers(operator, x, y);
  if (operator === "+") return joined(a, b) ?? unsupported(operator, a, b);
  if (operator === "*") return repeated(a, y) ?? repeated(b, x) ?? unsupported(operator, a, b);
  if (isObject(a) && "minus" in a && operator === "-") return (a as Subtractable).minus(b);
  return unsupported(operator, a, b);
}

interface Subtractable extends PyObject {
  minus(other: Value): Value;
}

export function negate(value: Value): Value {
  if (typeof value === "number") return value === 0 ? 0 : -value;
  if (typeof value === "bigint") return int(-value);
  if (value instanceof Float) return new Float(-value.value);
  if (typeof value === "boolean") return value ? -1 : 0;
  if (value instanceof Undefined) throw undefinedError(value);
  throw templateError(`bad operand type for unary -: '${typeName(value)}'`);
}

export function positive(value: Value): Value {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (numeric(value) !== undefined) return value;
  if (value instanceof Undefined) throw undefinedError(value);
  throw templateError(`bad operand type for unary +: '${typeName(value)}'`);
}

type Numeric = number | bigint | Float;

function numeric(value: Value): Numeric | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" || typeof value === "bigint" || value instanceof Float ? value : undefined;
}

function onNumbers(operator: Operator, a: Numeric, b: Numeric): Value {
  if (a instanceof Float || b instanceof Float) return onFloats(operator, asFloat(a), asFloat(b));
  return onInts(operator, a, b);
}

function asFloat(value: Numeric): number {
  return value instanceof Float ? value.value : Number(value);
}

function onInts(operator: Operator, a: number | bigint, b: number | bigint): Value {
  switch (operator) {
    case "+":
    case "-":
    case "*":
      return smallInts(operator, a, b) ?? bigInts(operator, BigInt(a), BigInt(b));
    case "/":
      if (!b) throw templateError("division by zero");
      return new Float(quotient(a, b));
    case "//":
    case "%":
      if (!b) throw templateError("integer division or modulo by zero");
      return floorDivision(operator, BigInt(a), BigInt(b));
    case "**":
      return power(a, b);
  }
}

/** Rounded once, however large the ints are. */
function quotient(a: number | bigint, b: number | bigint): number {
  if (typeof a === "number" && typeof b === "number") return a / b;
  const [top, bottom] = [magnitude(BigInt(a)), magnitude(BigInt(b))];
  const shift = Math.max(0, 66 - (bitLength(top) - bitLength(bottom)));
  const scaled = top << BigInt(shift);
  const exact = scaled / bottom;
  // A lowest bit that says "and something more" makes the conversion round the right way.
  const sticky = scaled % bottom === 0n ? exact : exact | 1n;
  return (Number(sticky) / 2 ** shift) * (a < 0 === b < 0 ? 1 : -1);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}

function smallInts(operator: "+" | "-" | "*", a: number | bigint, b: number | bigint): number | undefined {
  if (typeof a !== "number" || typeof b !== "number") return undefined;
  const result = operator === "+" ? a + b : operator === "-" ? a - b : a * b;
  if (!Number.isSafeInteger(result)) return undefined;
  return result === 0 ? 0 : result;
}

function bigInts(operator: "+" | "-" | "*", a: bigint, b: bigint): Value {
  return int(operator === "+" ? a + b : operator === "-" ? a - b : a * b);
}

function floorDivision(operator: "//" | "%", a: bigint, b: bigint): Value {
  const rest = a % b;
  const isOff = rest !== 0n && rest < 0n !== b < 0n;
  return operator === "//" ? int(a / b - (isOff ? 1n : 0n)) : int(isOff ? rest + b : rest);
}

function power(a: number | bigint, b: number | bigint): Value {
  if (b < 0) {
    if (!a) throw templateError("0.0 cannot be raised to a negative power");
    return new Float(Number(a) ** Number(b));
  }
  const base = BigInt(a);
  const bits = base.toString(2).length;
  if (base !== 0n && base !== 1n && base !== -1n && BigInt(bits) * BigInt(b) > BigInt(maxPowerBits))
    throw templateError("the power is too large to compute");
  return int(base ** BigInt(b));
}

function onFloats(operator: Operator, a: number, b: number): Value {
  if (b === 0 && (operator === "/" || operator === "//" || operator === "%"))
    throw templateError(operator === "/" ? "float division by zero" : "float modulo");
  switch (operator) {
    case "+":
      return new Float(a + b);
    case "-":
      return new Float(a - b);
    case "*":
      return new Float(a * b);
    case "/":
      return new Float(a / b);
    case "//":
      return new Float(Math.floor(a / b));
    case "%": {
      const rest = a % b;
      return new Float(rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest);
    }
    case "**":
      if (a < 0 && !Number.isInteger(b))
        throw templateError("a negative number has no real power with a fraction");
      if (a === 0 && b < 0) throw templateError("0.0 cannot be raised to a negative power");
      return new Float(a ** b);
  }
}

function joined(a: Value, b: Value): Value | undefined {
  if (typeof a === "string" && typeof b === "string") return a + b;
  if (isList(a) && isList(b)) return [...a, ...b];
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items]);
  return undefined;
}

function repeated(value: Value, times: Numeric | undefined): Value | undefined {
  if (times === undefined || times instanceof Float) return undefined;
  const count = times < 0 ? 0 : Number(times);
  const size =
    typeof value === "string" || isList(value)
      ? value.length
      : value instanceof Tuple
        ? value.items.length
        : 0;
  if (size * count > maxLength) throw templateError("the repetition is too long to hold");
  if (typeof value === "string") return value.repeat(count);
  if (isList(value)) return Array.from({ length: count }, () => value).flat() as Value[];
  if (value instanceof Tuple) return new Tuple(Array.from({ length: count }, () => value.items).flat());
  return undefined;
}

function unsupported(operator: Operator, a: Value, b: Value): never {
  if (operator === "+" && typeof a === "string")
    throw templateError(`can only concatenate str (not "${typeName(b)}") to str`);
  if (operator === "+" && isList(a))
    throw templateError(`can only concatenate list (not "${typeName(b)}") to list`);
  const hint =
    a instanceof Dict && b instanceof Dict && operator === "+" ? "Use the `combine` filter." : undefined;
  throw templateError(
    `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`,
    hint,
  );
}
