/** What a value is assigned to. */

import { templateError } from "../python/failure.ts";
import { isObject } from "../python/py-object.ts";
import { iterate } from "../python/sequence.ts";
import { typeName } from "../python/text.ts";
import { Tuple, type Value } from "../values.ts";
import type { Frame } from "./frame.ts";
import { Namespace } from "./namespace.ts";
import type { Target } from "./tree.ts";

/** Assigns a value to a name, to each name of a tuple, or to a namespace's attribute. */
export function compileTarget(target: Target): (frame: Frame, value: Value) => void {
  if (target.kind === "name") return (frame, value) => frame.set(target.name, value);
  if (target.kind === "tuple") return compileUnpacking(target.items);
  return (frame, value) => {
    const namespace = frame.get(target.name);
    if (!isObject(namespace) || !(namespace instanceof Namespace))
      throw templateError("cannot assign attribute on non-namespace object");
    namespace.set(target.attribute, value);
  };
}

function compileUnpacking(targets: readonly Target[]): (frame: Frame, value: Value) => void {
  const assigns = targets.map(compileTarget);
  return (frame, value) => {
    const items = value instanceof Tuple ? value.items : iterateToUnpack(value);
    if (items.length < assigns.length)
      throw templateError(`not enough values to unpack (expected ${assigns.length}, got ${items.length})`);
    if (items.length > assigns.length)
      throw templateError(`too many values to unpack (expected ${assigns.length})`);
    assigns.forEach((assign, index) => {
      assign(frame, items[index] as Value);
    });
  };
}

function iterateToUnpack(value: Value): readonly Value[] {
  if (typeof value === "number" || value === null || typeof value === "boolean")
    throw templateError(`cannot unpack non-iterable ${typeName(value)} object`);
  return iterate(value);
}
