/** Tests that compare. */

import { type Test, test } from "../define.ts";
import { arithmetic } from "../python/arithmetic.ts";
import { compare, equal } from "../python/compare.ts";
import { asFlag, asText, defined } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { str } from "../python/text.ts";
import type { Value } from "../values.ts";
import { compareVersions, type VersionRules } from "./versions.ts";

type Comparison = (left: Value, right: Value) => boolean;

const comparisons: readonly (readonly [names: readonly string[], summary: string, holds: Comparison])[] = [
  [["eq", "equalto", "=="], "It equals the other", (a, b) => equal(a, b)],
  [["ne", "!="], "It differs from the other", (a, b) => !equal(a, b)],
  [["lt", "lessthan", "<"], "It is less than the other", (a, b) => compare(a, b, "<") < 0],
  [["le", "<="], "It is at most the other", (a, b) => compare(a, b, "<=") <= 0],
  [["gt", "greaterthan", ">"], "It is more than the other", (a, b) => compare(a, b, ">") > 0],
  [["ge", ">="], "It is at least the other", (a, b) => compare(a, b, ">=") >= 0],
];

const version = test(
  "It is a version that stands in that relation to the other",
  ["version", "operator", "strict", "version_type"],
  (value, args) => {
    const isStrict = asFlag(args.strict ?? undefined, false);
    const rules = asText(args.version_type ?? undefined, isStrict ? "strict" : "loose");
    if (!isRules(rules))
      throw templateError(
        `Invalid version type (${rules}). Must be one of loose, strict, semver, semantic, pep440`,
      );
    const [left, right] = [str(defined(value)), str(args.version ?? null)];
    if (left === "") throw templateError("Input version value cannot be empty");
    if (right === "") throw templateError("Version parameter to test against cannot be empty");
    return relation(asText(args.operator, "eq"), compareVersions(left, right, rules));
  },
);

export const comparisonTests: Readonly<Record<string, Test>> = {
  ...Object.fromEntries(
    comparisons.flatMap(([names, summary, holds]) =>
      names.map((name) => [
        name,
        test(summary, ["other"], (value, { other }) => holds(value, other ?? null)),
      ]),
    ),
  ),
  sameas: test(
    "It is the very same value",
    ["other"],
    (value, { other }) =>
      value === other ||
      (typeof value !== "object" && equal(value, other ?? null) && typeof value === typeof other),
  ),
  even: test("It is an even number", [], (value) => equal(arithmetic("%", value, 2), 0)),
  odd: test("It is an odd number", [], (value) => equal(arithmetic("%", value, 2), 1)),
  divisibleby: test("The number divides it", ["num"], (value, { num }) =>
    equal(arithmetic("%", value, num ?? null), 0),
  ),
  version,
  version_compare: version,
};

function isRules(text: string): text is VersionRules {
  return ["loose", "strict", "semver", "semantic", "pep440"].includes(text);
}

function relation(operator: string, order: number): boolean {
  switch (operator) {
    case "==":
    case "=":
    case "eq":
      return order === 0;
    case "<":
    case "lt":
      return order < 0;
    case "<=":
    case "le":
      return order <= 0;
    case ">":
    case "gt":
      return order > 0;
    case ">=":
    case "ge":
      return order >= 0;
    case "!=":
    case "<>":
    case "ne":
      return order !== 0;
    default:
      throw templateError(
        `Invalid operator type (${operator}). Must be one of ==, =, eq, <, lt, <=, le, >, gt, >=, ge, !=, <>, ne`,
      );
  }
}
