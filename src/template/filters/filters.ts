/** Every filter, by name; other rooms' documentation is generated from these tables. */

import type { Context, Filter } from "../define.ts";
import type { Arguments } from "../python/arguments.ts";
import { templateError } from "../python/failure.ts";
import { shortName } from "../scope/collection-name.ts";
import { nearest } from "../scope/nearest.ts";
import type { Value } from "../values.ts";
import { applyingFilters } from "./applying-filters.ts";
import { dataFilters } from "./data-filters.ts";
import { dictFilters } from "./dict-filters.ts";
import { encodingFilters } from "./encoding-filters.ts";
import { hashFilters } from "./hash-filters.ts";
import { listFilters } from "./list-filters.ts";
import { numberFilters } from "./number-filters.ts";
import { pathFilters } from "./path-filters.ts";
import { regexFilters } from "./regex-filters.ts";
import { setFilters } from "./set-filters.ts";
import { textFilters } from "./text-filters.ts";
import { timeFilters } from "./time-filters.ts";
import { valueFilters } from "./value-filters.ts";

export const filters: Readonly<Record<string, Filter>> = {
  ...textFilters,
  ...listFilters,
  ...applyingFilters,
  ...numberFilters,
  ...valueFilters,
  ...setFilters,
  ...dictFilters,
  ...dataFilters,
  ...encodingFilters,
  ...hashFilters,
  ...pathFilters,
  ...regexFilters,
  ...timeFilters,
};

export function callFilter(name: string, value: Value, given: Arguments, context: Context): Value {
  const short = shortName(name);
  const filter = Object.hasOwn(filters, short) ? filters[short] : undefined;
  if (!filter) throw unknown(name);
  return filter.apply(value, given, context, short);
}

function unknown(name: string): Error {
  const known = nearest(name, Object.keys(filters));
  return templateError(
    `Could not load "${name}": there is no filter of that name`,
    known && `Did you mean '${known}'?`,
  );
}
