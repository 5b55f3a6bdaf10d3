/** Every lookup, by name; other rooms' documentation is generated from these tables. */

import { KmendError } from "../../problem/problem.ts";
import type { Context, Lookup } from "../define.ts";
import { asText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { shortName } from "../scope/collection-name.ts";
import { nearest } from "../scope/nearest.ts";
import { undefinedIn } from "../scope/undefined-in.ts";
import type { Value } from "../values.ts";
import { fileLookups } from "./file-lookups.ts";
import { listLookups } from "./list-lookups.ts";
import { variableLookups } from "./variable-lookups.ts";

export const lookups: Readonly<Record<string, Lookup>> = {
  ...listLookups,
  ...variableLookups,
  ...fileLookups,
};

/** What the lookup finds: a list when one is wanted, else texts joined by commas, or the only result. */
export function callLookup(
  name: string,
  terms: readonly Value[],
  named: ReadonlyMap<string, Value>,
  context: Context,
  wantsList: boolean,
): Value {
  const options = new Map(named);
  const errors = asText(options.get("errors"), "strict");
  options.delete("errors");
  const short = shortName(name);
  const lookup = Object.hasOwn(lookups, short) ? lookups[short] : undefined;
  if (!lookup) throw unknown(name);
  let results: readonly Value[];
  try {
    results = lookup.find(terms, options, context);
  } catch (error) {
    if (errors === "strict" || undefinedIn(error) !== undefined || !(error instanceof KmendError))
      throw error;
    return wantsList ? [] : null;
  }
  if (wantsList) return results;
  if (results.length === 1) return results[0] as Value;
  return results.every((result) => typeof result === "string") ? results.join(",") : results;
}

/** The results of `with_NAME: terms`. */
export function loopLookup(name: string, terms: readonly Value[], context: Context): readonly Value[] {
  const results = callLookup(name, terms, new Map(), context, true);
  return results as readonly Value[];
}

function unknown(name: string): Error {
  const known = nearest(name, Object.keys(lookups));
  return templateError(`lookup plugin (${name}) not found`, known && `Did you mean '${known}'?`);
}
