/** The functions that every template may call. */

import type { Context } from "../define.ts";
import { Namespace } from "../jinja/namespace.ts";
import { callLookup } from "../lookups/lookups.ts";
import { type Arguments, bind } from "../python/arguments.ts";
import { asKey } from "../python/compare.ts";
import { asCount, asFlag, asText, defined, onlyText } from "../python/convert.ts";
import { DateTime } from "../python/date-time.ts";
import { templateError } from "../python/failure.ts";
import { toDict } from "../python/mapping.ts";
import { asValue, Callable, PyObject } from "../python/py-object.ts";
import { iterate } from "../python/sequence.ts";
import { str } from "../python/text.ts";
import { formatTime } from "../python/time-format.ts";
import { Dict, Undefined, type Value } from "../values.ts";
import { localTime } from "./local-time.ts";

interface GlobalFunction {
  readonly summary: string;
  call(given: Arguments, context: Context): Value;
}

/** Bounds what one `range` may build. */
const maxRange = 10_000_000;

export const globals: Readonly<Record<string, GlobalFunction>> = {
  lookup: {
    summary: "What a lookup finds, as one value",
    call: (given, context) => lookedUp(given, context, false),
  },
  query: {
    summary: "What a lookup finds, as a list",
    call: (given, context) => lookedUp(given, context, true),
  },
  q: { summary: "What a lookup finds, as a list", call: (given, context) => lookedUp(given, context, true) },
  now: { summary: "The controller's time", call: now },
  undef: {
    summary: "A value that is undefined, to make a variable mandatory",
    call: (given) => {
      const hint = asText(
        bind("undef", ["hint"], given).hint ?? undefined,
        "Mandatory variable has not been overridden",
      );
      return new Undefined("undef()", hint);
    },
  },
  range: { summary: "Whole numbers from, up to, by", call: range },
  dict: { summary: "A dict of the named arguments", call: dict },
  namespace: {
    summary: "An object whose attributes can be set inside loops",
    call: (given) => asValue(new Namespace(dict(given))),
  },
  cycler: { summary: "Gives its values in turn", call: ({ positional }) => asValue(new Cycler(positional)) },
  joiner: { summary: "Nothing the first time it is called, then the separator", call: joiner },
};

export function globalFunction(name: string, context: Context): Value | undefined {
  const found = Object.hasOwn(globals, name) ? globals[name] : undefined;
  return found && asValue(new Callable(name, (given) => found.call(given, context)));
}

function lookedUp(given: Arguments, context: Context, wantsList: boolean): Value {
  const [name, ...terms] = given.positional;
  const named = new Map(given.named);
  const isList = asFlag(named.get("wantlist"), wantsList);
  named.delete("wantlist");
  return callLookup(onlyText(name, "the lookup's name"), terms, named, context, isList);
}

function now(given: Arguments, context: Context): Value {
  const { utc, fmt } = bind("now", ["utc", "fmt"], given);
  const date = context.settings.now();
  const local = asFlag(utc, false) ? { date, zone: {} } : localTime(date);
  if (fmt === undefined || fmt === null) return asValue(new DateTime(local.date.getTime()));
  return formatTime(local.date, str(fmt));
}

function range(given: Arguments): Value {
  const { first, second, step } = bind("range", ["first", "second", "step"], given);
  if (first === undefined) throw templateError("range expected at least 1 argument, got 0");
  const start = second === undefined ? 0 : asCount(defined(first), 0);
  const stop = asCount(defined(second ?? first), 0);
  const by = asCount(step, 1);
  if (by === 0) throw templateError("range() arg 3 must not be zero");
  const count = Math.max(0, Math.ceil((stop - start) / by));
  if (count > maxRange) throw templateError(`range() would have ${count} items`);
  return Array.from({ length: count }, (_, at) => start + at * by);
}

function dict(given: Arguments): Dict {
  const result = new Dict();
  const [first] = given.positional;
  if (first !== undefined) {
    const pairs = toDict(first)?.entries() ?? iterate(first).map((pair) => iterate(pair));
    for (const [key = null, value = null] of pairs) result.set(asKey(key), value);
  }
  for (const [key, value] of given.named) result.set(key, value);
  return result;
}

class Cycler extends PyObject {
  readonly typeName = "Cycler";
  readonly #values: readonly Value[];
  #at = 0;

  constructor(values: readonly Value[]) {
    super();
    if (values.length === 0) throw templateError("at least one item has to be provided");
    this.#values = values;
  }

  override attribute(name: string): Value | undefined {
    if (name === "current") return this.#values[this.#at] as Value;
    if (name === "next") return asValue(new Callable("next", () => this.#next()));
    if (name === "reset") return asValue(new Callable("reset", () => this.#reset()));
    return undefined;
  }

  #next(): Value {
    const value = this.#values[this.#at] as Value;
    this.#at = (this.#at + 1) % this.#values.length;
    return value;
  }

  #reset(): null {
    this.#at = 0;
    return null;
  }

  text(): string {
    return "<Cycler>";
  }
}

function joiner(given: Arguments): Value {
  const separator = asText(bind("joiner", ["sep"], given).sep, ", ");
  let isUsed = false;
  return asValue(
    new Callable("joiner", () => {
      const result = isUsed ? separator : "";
      isUsed = true;
      return result;
    }),
  );
}
