/** Tests on what a value is. */

import { type Test, test } from "../define.ts";
import { filters } from "../filters/filters.ts";
import { truthy } from "../python/compare.ts";
import { asFlag, defined, looseBoolean } from "../python/convert.ts";
import { Mapping } from "../python/mapping.ts";
import { isObject, OMIT } from "../python/py-object.ts";
import { tryIterate } from "../python/sequence.ts";
import { str } from "../python/text.ts";
import { Dict, Encrypted, Float, isInt, isList, Tuple, Undefined, Unsafe, type Value } from "../values.ts";

const isText = (value: Value) =>
  typeof value === "string" || (value instanceof Unsafe && !(value instanceof Encrypted));
const isMapping = (value: Value) => value instanceof Dict || (value as unknown) instanceof Mapping;

export const typeTests: Readonly<Record<string, Test>> = {
  defined: test("The name has a value", [], (value) => !(value instanceof Undefined) && value !== OMIT),
  undefined: test("The name has no value", [], (value) => value instanceof Undefined),
  none: test("It is None (null)", [], (value) => value === null),
  boolean: test("It is true or false", [], (value) => typeof value === "boolean"),
  true: test("It is true itself", [], (value) => value === true),
  false: test("It is false itself", [], (value) => value === false),
  integer: test("It is an int", [], (value) => isInt(value)),
  float: test("It is a float", [], (value) => value instanceof Float),
  number: test(
    "It is a number",
    [],
    (value) => isInt(value) || value instanceof Float || typeof value === "boolean",
  ),
  // As in Ansible, an encrypted value is no text before it was made one.
  string: test("It is text", [], isText),
  vault_encrypted: test("It is encrypted with ansible-vault", [], (value) => value instanceof Encrypted),
  mapping: test("It is a dict", [], isMapping),
  sequence: test("It is a list, a tuple, a text or a dict", [], (value) => {
    defined(value);
    return (
      isText(value) ||
      value instanceof Encrypted ||
      isList(value) ||
      value instanceof Tuple ||
      isMapping(value)
    );
  }),
  iterable: test("A loop can go over it", [], (value) => {
    try {
      return tryIterate(value) !== undefined;
    } catch {
      return false;
    }
  }),
  callable: test("It can be called", [], (value) => isObject(value) && value.isCallable),
  escaped: test("It is marked as escaped: nothing is, here", [], () => false),
  filter: test("There is a filter of that name", [], (value) => Object.hasOwn(filters, str(value))),
  nan: test(
    "It is the float that is not a number",
    [],
    (value) => value instanceof Float && Number.isNaN(value.value),
  ),
  truthy: test("Python holds it for true", ["convert_bool"], (value, args) =>
    convertible(value, asFlag(args.convert_bool, false)),
  ),
  falsy: test(
    "Python holds it for false",
    ["convert_bool"],
    (value, args) => !convertible(value, asFlag(args.convert_bool, false)),
  ),
};

function convertible(value: Value, convert: boolean): boolean {
  const word = convert && value !== null && typeof value !== "object" ? looseBoolean(value) : undefined;
  return word ?? truthy(value);
}
