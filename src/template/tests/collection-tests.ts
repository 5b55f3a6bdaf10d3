/** Tests on what a collection holds. */

import { type Test, test } from "../define.ts";
import { contains, truthy } from "../python/compare.ts";
import { iterate } from "../python/sequence.ts";

const subset = test("The other list has all of its items", ["other"], (value, { other }) =>
  iterate(value).every((item) => contains(other ?? null, item)),
);
const superset = test("It has all items of the other list", ["other"], (value, { other }) =>
  iterate(other ?? null).every((item) => contains(value, item)),
);

export const collectionTests: Readonly<Record<string, Test>> = {
  in: test("The other holds it", ["seq"], (value, { seq }) => contains(seq ?? null, value)),
  contains: test("It holds the other", ["item"], (value, { item }) => contains(value, item ?? null)),
  all: test("Every item is true", [], (value) => iterate(value).every((item) => truthy(item))),
  any: test("At least one item is true", [], (value) => iterate(value).some((item) => truthy(item))),
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
};
