/** Every test, by name; other rooms' documentation is generated from these tables. */

import { type Context, type Test, test } from "../define.ts";
import type { Arguments } from "../python/arguments.ts";
import { templateError } from "../python/failure.ts";
import { str } from "../python/text.ts";
import { shortName } from "../scope/collection-name.ts";
import { nearest } from "../scope/nearest.ts";
import type { Value } from "../values.ts";
import { collectionTests } from "./collection-tests.ts";
import { comparisonTests } from "./comparison-tests.ts";
import { pathTests } from "./path-tests.ts";
import { resultTests } from "./result-tests.ts";
import { textTests } from "./text-tests.ts";
import { typeTests } from "./type-tests.ts";

export const tests: Readonly<Record<string, Test>> = {
  ...typeTests,
  ...comparisonTests,
  ...collectionTests,
  ...textTests,
  ...resultTests,
  ...pathTests,
  test: test("There is a test of that name", [], (value) => Object.hasOwn(tests, str(value))),
};

export function callTest(name: string, value: Value, given: Arguments, context: Context): boolean {
  const short = shortName(name);
  const found = Object.hasOwn(tests, short) ? tests[short] : undefined;
  if (!found) throw unknown(name);
  return found.holds(value, given, context, short);
}

function unknown(name: string): Error {
  const known = nearest(name, Object.keys(tests));
  return templateError(
    `Could not load "${name}": there is no test of that name`,
    known && `Did you mean '${known}'?`,
  );
}
