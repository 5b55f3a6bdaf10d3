/** `a.b` and `a['b']`: Jinja tries methods first for the one, elements first for the other. */

import { orElse } from "../python/absent.ts";
import type { Reach } from "../python/format-braces.ts";
import { method } from "../python/methods.ts";
import { NamedTuple } from "../python/named-tuple.ts";
import { isObject } from "../python/py-object.ts";
import { element } from "../python/sequence.ts";
import { repr, str, typeName } from "../python/text.ts";
import { Undefined, Unsafe, type Value } from "../values.ts";

/** Undefined stays itself, so that `nope.a.b | default('x')` is `x`. */
export function getAttribute(target: Value, name: string): Value {
  if (target instanceof Undefined) return target;
  return orElse(attribute(target, name), () => orElse(element(target, name), () => missing(target, name)));
}

export function getItem(target: Value, key: Value): Value {
  if (target instanceof Undefined) return target;
  if (key instanceof Undefined) return key;
  const found = element(target, key);
  if (found !== undefined) return found;
  const name = key instanceof Unsafe ? key.text : key;
  return orElse(typeof name === "string" ? attribute(target, name) : undefined, () => missing(target, name));
}

/** An attribute alone, as the `attr` filter wants it. */
export function attribute(target: Value, name: string): Value | undefined {
  if (isObject(target)) return target.attribute(name);
  const named = target instanceof NamedTuple ? target.named(name) : undefined;
  return orElse(named, () => method(target, name, reach));
}

const reach: Reach = { attribute: getAttribute, item: getItem };

function missing(target: Value, key: Value): Undefined {
  const owner = target === null ? "None" : `${typeName(target)} object`;
  if (typeof key === "string") return new Undefined(key, `'${owner}' has no attribute ${repr(key)}`);
  return new Undefined(str(key), `${owner} has no element ${repr(key)}`);
}
