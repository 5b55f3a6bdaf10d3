/** How `combine` merges two dicts. */

import { contains } from "../python/compare.ts";
import { toDict } from "../python/mapping.ts";
import { type Dict, isList, type Value } from "../values.ts";

export type ListMerge = "replace" | "keep" | "append" | "prepend" | "append_rp" | "prepend_rp";

interface MergeOptions {
  readonly recursive: boolean;
  readonly listMerge: ListMerge;
}

/** A new dict: the low one's keys in their order, then the high one's new ones. */
export function merged(low: Dict, high: Dict, options: MergeOptions): Dict {
  const result = low.copy();
  for (const [key, value] of high.entries()) {
    const before = result.get(key);
    result.set(key, before === undefined ? value : one(before, value, options));
  }
  return result;
}

function one(low: Value, high: Value, options: MergeOptions): Value {
  const [lowDict, highDict] = [toDict(low), toDict(high)];
  if (lowDict && highDict) return options.recursive ? merged(lowDict, highDict, options) : high;
  if (isList(low) && isList(high)) return lists(low, high, options.listMerge);
  return high;
}

function lists(low: readonly Value[], high: readonly Value[], how: ListMerge): readonly Value[] {
  switch (how) {
    case "replace":
      return high;
    case "keep":
      return low;
    case "append":
      return [...low, ...high];
    case "prepend":
      return [...high, ...low];
    case "append_rp":
      return [...low.filter((item) => !contains(high, item)), ...high];
    case "prepend_rp":
      return [...high, ...low.filter((item) => !contains(high, item))];
  }
}
