import { Dict, isList, Tuple, type Value } from "../template/template.ts";
import { failedResult, type Result } from "./result.ts";

/** Deeper than anybody's data, and far from where a stack ends. */
const deepest = 300;

/** A result as deep as a host's JSON can make it could not be written down: it fails its host before that ends the run. */
export function notTooDeep(result: Result): Result {
  const { values, effects = [] } = result;
  const all = [values, ...effects.flatMap((each) => Object.values(each) as Value[])];
  if (!all.some((value) => isDeeper(value, deepest))) return result;
  return failedResult(`The result is nested more than ${deepest} levels deep: kmend cannot write it down`, {
    changed: result.isChanged,
  });
}

function isDeeper(value: Value, left: number): boolean {
  if (left === 0) return true;
  if (value instanceof Dict) return value.values().some((each) => isDeeper(each, left - 1));
  if (value instanceof Tuple) return value.items.some((each) => isDeeper(each, left - 1));
  return isList(value) && value.some((each) => isDeeper(each, left - 1));
}
